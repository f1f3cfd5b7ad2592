// SPDX-License-Identifier: Apache-2.0

/**
 * The commands of docs/operations.md as they stand there, run by a shell and AWS's command line against the deployed example; by
 * operations-commands.test.ts in a process of its own. Prints what they answer and what has become of the intervals, as JSON.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { BatchWriteItemCommand, CreateTableCommand, DeleteItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { exampleAssembly } from './example-assembly';
import { readLedger } from '../../local/demo/accounting';
import { deployExample, physicalName } from '../../local/demo/stream';
import { FailurePlan } from '../../local/redshift/failures';
import { pythonInterpreter } from '../conformance/python';
import { commandsOf } from '../documents/commands';
import { blocks, read } from '../documents/documents';

const DOCUMENT = 'docs/operations.md';
/** Two hours before the time in the document's command. */
const CRAWLED_UNTIL = new Date('2026-11-23T10:05:00Z');
const [directory] = process.argv.slice(2);

/** A block of commands, by what is in it. */
function shellBlock(part: string): string {
  const found = blocks(read(DOCUMENT)).filter(({ info, text }) => info === 'sh' && text.includes(part));
  if (found.length !== 1) throw new Error(`${DOCUMENT} has ${found.length} blocks with ${JSON.stringify(part)}`);
  return found[0].text;
}

/** A command in a sentence, with what stands for its parts. */
function inlineCommand(beginning: string, ...values: string[]): string {
  const { words } = commandsOf(DOCUMENT).find(({ words: [...all] }) => all.join(' ').startsWith(beginning))!;
  return words.map(word => `'${/^(<\w+>|…)$/.test(word) ? values.shift() : word}'`).join(' ');
}

/** Sorted, as texts that can be compared. */
const asTexts = (items: object[]) => items.map(item => JSON.stringify(Object.entries(item).sort())).sort();

/** Text that neither JSON nor the shell may change. */
const HOSTILE = '"\'\\\n\t$TABLE `é\u2028 %s';

/** What RestoreTableToPointInTime would make, then damage: the service's table copied, and items of it deleted and changed. */
async function restoredAndDamaged(client: DynamoDBClient, table: string): Promise<string[]> {
  // more than a batch
  for (let number = 0; number < 40; number++) {
    const Item = { partition: { S: 'TEST' }, sort: { S: `${number}` }, record: { S: HOSTILE }, count: { N: '1.5' } };
    await client.send(new PutItemCommand({ TableName: table, Item }));
  }
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  await client.send(new CreateTableCommand({
    TableName: 'restored',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'partition', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }],
    AttributeDefinitions: [{ AttributeName: 'partition', AttributeType: 'S' }, { AttributeName: 'sort', AttributeType: 'S' }],
  }));
  for (let from = 0; from < Items.length; from += 25) {
    const restored = Items.slice(from, from + 25).map(Item => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { restored } }));
  }
  for (const { partition, sort } of Items.filter((_, index) => index % 2 === 0)) {
    await client.send(new DeleteItemCommand({ TableName: table, Key: { partition, sort } }));
  }
  await client.send(new PutItemCommand({ TableName: table, Item: { ...Items[1], record: { S: 'damaged' } } }));
  return asTexts(Items);
}

async function main() {
  const assembly = `${directory}/cdk.out`;
  exampleAssembly(assembly);
  const stream = await deployExample({
    assembly,
    directory: `${directory}/cloud`,
    start: new Date('2026-11-23T00:00:00Z'),
    days: 1,
    seed: 7,
    frequency: 'PT1H',
    failures: new FailurePlan([{ matching: />= '2026-11-23 02:00:00'/, outcome: { type: 'FAIL', error: 'numeric field overflow' }, times: 3 }]),
  });
  try {
    const variables = {
      LEDGER: physicalName(stream, 'Ledger'),
      CRAWL: physicalName(stream, 'Crawl'),
      BOOTSTRAP: physicalName(stream, 'Bootstrap'),
      SCHEDULE: physicalName(stream, 'Schedule'),
      TABLE: physicalName(stream, 'Service/Table'),
      DETECT: physicalName(stream, 'Service/DetectFunction'),
    };
    const env = { ...stream.cloud.environment, ...variables, PYTHON: await pythonInterpreter() };
    const shell = async (commands: string): Promise<string> => {
      const { stdout } = await promisify(execFile)('sh', ['-euc', `aws() { "$PYTHON" -m awscli "$@"; }\n${commands}`], { env, cwd: directory });
      await stream.cloud.allExecutionsFinished();
      return stdout;
    };
    const newestExecution = () => stream.cloud.executions.at(-1)!;
    await stream.cloud.runScheduleUntil(CRAWLED_UNTIL, () => undefined);
    const givenUp = JSON.parse(await shell(shellBlock('aws dynamodb query'))) as { Items: { start: { S: string } }[] };

    const crawledBefore = (await readLedger(stream)).length;
    await shell(shellBlock('scheduledTime'));
    const crawl = newestExecution();
    const ledger = await readLedger(stream);

    await shell(shellBlock('INPUT='));
    const bootstrap = newestExecution();

    const { statementId } = ledger.at(-1) as typeof ledger[number] & { statementId: string };
    const statement = JSON.parse(await shell(inlineCommand('aws redshift-data describe-statement', statementId))) as { Status: string };
    const role = 'arn:aws:iam::123456789012:role/another';
    const attached = JSON.parse(await shell(inlineCommand('aws redshift modify-cluster-iam-roles', 'l4m-demo', role))) as
      { Cluster: { IamRoles: { IamRoleArn: string }[] } };

    const pause = shellBlock('update-schedule');
    const startedBy = async (hour: string) => {
      const before = stream.cloud.executions.length;
      await stream.cloud.runScheduleUntil(new Date(`2026-11-23T${hour}:05:00Z`), () => undefined);
      return stream.cloud.executions.length - before;
    };
    const running = await startedBy('14');
    await shell(pause);
    const whilePaused = await startedBy('16');
    await shell(pause.replace('DISABLED', 'ENABLED'));
    const afterPause = await startedBy('17');

    const client = new DynamoDBClient({ endpoint: stream.cloud.dynamodbEndpoint, region: stream.cloud.environment.AWS_REGION, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    const items = await restoredAndDamaged(client, variables.TABLE);
    await shell(shellBlock('batch-write-item'));
    const { Items: copied = [] } = await client.send(new ScanCommand({ TableName: variables.TABLE }));
    client.destroy();

    const message = { requestPayload: { action: 'deliver', detectorArn: 'arn:none', alertArn: 'arn:none', anomalyGroupId: 'none' }, responsePayload: {} };
    writeFileSync(`${directory}/alert.json`, JSON.stringify(message));
    const [, invocation] = shellBlock('fileb://alert.json').split('\n'); // the embedded cloud has no SQS to ask first
    const redelivered = await shell(`${invocation} > invoked; cat answer.json`);
    process.stdout.write(JSON.stringify({
      pause: { running, whilePaused, afterPause, newest: (await readLedger(stream)).at(-1)!.start },
      isCopied: [items.length > 50, JSON.stringify(asTexts(copied)) === JSON.stringify(items)],
      redelivered: JSON.parse(redelivered),
      givenUp: givenUp.Items.map(({ start }) => start.S),
      crawl: [crawl.stateMachineArn === variables.CRAWL, crawl.status],
      crawled: [crawledBefore, ledger.length, ledger.at(-1)!.start, ledger.at(-1)!.state],
      bootstrap: [bootstrap.stateMachineArn === variables.BOOTSTRAP, bootstrap.status, bootstrap.states.filter(name => name === 'Unload').length > 0],
      statement: statement.Status,
      isAttached: attached.Cluster.IamRoles.some(({ IamRoleArn }) => IamRoleArn === role),
    }));
  } finally {
    await stream.cloud.close();
  }
}

main().catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
