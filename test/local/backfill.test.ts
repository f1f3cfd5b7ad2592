// SPDX-License-Identifier: Apache-2.0

/** The history read again with an input that is written by hand, as docs/operations.md has it for later than 90 days: its outputs and its command. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { transformSync } from 'esbuild';
import { ConnectorCloud } from './connector-cloud';
import { removeTemporaryFolders } from './synthesise';
import type { RedshiftLookoutConnector } from '../../src';
import { pythonInterpreter } from '../conformance/python';
import { block, blocks, read } from '../documents/documents';

const DOCUMENT = 'docs/operations.md';
const GAP = '2026-01-05 01:00:00';
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };

/** The document's "Set up", in the connector's stack. */
function setUp(connector: RedshiftLookoutConnector, stack: Stack): void {
  const { code } = transformSync(block(DOCUMENT, 'ts'), { loader: 'ts' });
  new Function('connector', 'sns', 'CfnOutput', code).call(stack, connector, sns, CfnOutput);
}

/** The only block of commands that writes the input itself. */
function documentedCommand(): string {
  const found = blocks(read(DOCUMENT)).filter(({ info, text }) => info === 'sh' && text.includes('start-execution') && text.includes('detectorArn'));
  expect(found).toHaveLength(1);
  return found[0].text;
}

let world: ConnectorCloud;

beforeAll(async () => {
  world = await ConnectorCloud.start();
  await world.deploy({ then: setUp });
}, 120_000);

afterAll(async () => {
  await world?.close();
  removeTemporaryFolders();
});

/** What the shell prints, given the deployment's outputs as the document names them. */
async function shell(commands: string): Promise<string> {
  const { Detector: DETECTOR, Ledger: LEDGER, Crawl: CRAWL, Bootstrap: BOOTSTRAP, Service: SERVICE } = world.cloud.outputs;
  const env = { ...world.cloud.environment, DETECTOR, LEDGER, CRAWL, BOOTSTRAP, SERVICE, PYTHON: await pythonInterpreter() };
  const { stdout } = await promisify(execFile)('sh', ['-euc', `aws() { "$PYTHON" -m awscli "$@"; }\n${commands}`], { env });
  return stdout;
}

const sqlTime = (hour: number): string => new Date(Date.UTC(2026, 0, 5, hour)).toISOString().slice(0, 19).replace('T', ' ');
const crawlUntil = (hour: number) => world.cloud.runScheduleUntil(new Date(Date.UTC(2026, 0, 5, hour, 5)));

/** States of the crawl's intervals, by their start. */
async function intervals(): Promise<Record<string, string>> {
  const client = new DynamoDBClient({ endpoint: world.cloud.dynamodbEndpoint, region: world.cloud.environment.AWS_REGION, credentials });
  const { Items = [] } = await client.send(new QueryCommand({
    TableName: world.cloud.outputs.Ledger, KeyConditionExpression: 'kind = :interval', ExpressionAttributeValues: { ':interval': { S: 'interval' } },
  }));
  client.destroy();
  return Object.fromEntries(Items.map(({ start, state, givenUp }) => [start.S, givenUp?.BOOL ? 'given up' : state.S!]));
}

/** Rows of a time in the folder of the history. */
async function historyRows(time: string): Promise<string[]> {
  const client = new S3Client({ endpoint: world.cloud.s3.endpoint, region: world.cloud.environment.AWS_REGION, forcePathStyle: true, credentials });
  const Bucket = world.cloud.physicalName('Test/Orders/Bucket')!;
  const lines: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: 'history/' })) {
    for (const { Key } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      lines.push(...(await Body!.transformToString()).split('\n').filter(line => line.includes(time)));
    }
  }
  client.destroy();
  return lines;
}

test('an interval that was given up is backfilled, and the crawl goes on after it', async () => {
  const { Detector } = world.cloud.outputs;
  for (let hour = 0; hour < 7; hour++) {
    await world.warehouse.load('orders', ['web', 'ios'].map(platform => `${sqlTime(hour)},${platform},de,${100 + hour},12\n`).join(''));
  }
  world.failures.add({ matching: new RegExp(`>= '${GAP}'`), outcome: { type: 'FAIL', error: 'numeric field overflow' }, times: 3 });
  await crawlUntil(6);
  const crawled = await intervals();
  expect(crawled).toMatchObject({ '2026-01-05T00:00:00Z': 'FINISHED', '2026-01-05T01:00:00Z': 'given up' });
  expect(await historyRows(GAP)).toEqual([]);
  const rowsBefore = (await world.store.getLearnedData(Detector))!.rows;

  const { executionArn } = JSON.parse(await shell(documentedCommand())) as { executionArn: string };
  await world.cloud.allExecutionsFinished();
  const run = world.cloud.executions.find(({ arn }) => arn === executionArn)!;
  expect(run).toMatchObject({ stateMachineArn: world.cloud.outputs.Bootstrap, status: 'SUCCEEDED' });
  expect(run.states).toContain('History learned');
  expect((await historyRows(GAP)).map(line => line.split(',')[4]).sort()).toEqual(['101', '101']);
  expect((await world.store.getLearnedData(Detector))!.rows).toBe(rowsBefore + 6 * 2);
  expect(await world.status(Detector)).toBe('ACTIVE');

  await crawlUntil(7);
  expect(await intervals()).toEqual({ ...crawled, '2026-01-05T06:00:00Z': 'FINISHED' });
}, 60_000);
