// SPDX-License-Identifier: Apache-2.0

/** `npm run lookout`: the command as people start it, asked by the AWS SDK. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  BackTestAnomalyDetectorCommand, CreateAlertCommand, DeleteAnomalyDetectorCommand, DescribeAnomalyDetectorCommand,
  ListAnomalyGroupSummariesCommand, ListAnomalyGroupTimeSeriesCommand, LookoutMetricsClient, paginateListAnomalyDetectors, type Action,
} from '@aws-sdk/client-lookoutmetrics';
import { createShopDetector, FIRST, HOURS, shopViews } from './shop-views';
import { removeTemporaryFolders, temporaryFolder } from './synthesise';
import { parseOptions } from '../../local/lookout/options';

const ROOT = join(__dirname, '..', '..');
const ROLE = 'arn:aws:iam::123456789012:role/nobody-made-this';
const HOUR = 3_600_000;
/** What the history holds at one hour of its last week is ten times as much. */
const SPIKE = HOURS - 40;

/** The running command. */
interface Command {
  readonly endpoint: string;
  readonly client: LookoutMetricsClient;
  /** Lines of standard output after the first. */
  readonly lines: string[];
  /** Standard error so far. */
  readonly log: () => string;
  readonly process: ChildProcess;
}

const started: ChildProcess[] = [];
afterEach(() => started.splice(0).forEach(process => process.kill('SIGKILL')));

async function command(...options: string[]): Promise<Command> {
  // no shell between, so that a signal reaches the command
  const process = spawn(globalThis.process.execPath, ['--import', 'tsx', 'local/lookout/index.ts', ...options], { cwd: ROOT });
  started.push(process);
  let log = '';
  process.stderr.setEncoding('utf8').on('data', (text: string) => log += text);
  const lines: string[] = [];
  const reader = createInterface(process.stdout);
  const [ready] = await Promise.race([
    once(reader, 'line') as Promise<string[]>,
    once(process, 'exit').then(() => { throw new Error(`the command ended: ${log}`); }),
  ]);
  reader.on('line', line => lines.push(line));
  const endpoint = /^ready (http:\/\/127\.0\.0\.1:\d+)$/.exec(ready)![1];
  const client = new LookoutMetricsClient({ endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' } });
  return { endpoint, client, lines, log: () => log, process };
}

async function stop({ process, client }: Command): Promise<unknown> {
  client.destroy();
  process.kill('SIGTERM');
  return (await once(process, 'exit'))[0];
}

async function until<T>(read: () => Promise<T> | T, isThere: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (isThere(value)) return value;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

let data: string;
beforeAll(() => {
  data = temporaryFolder();
  mkdirSync(join(data, 'shop', 'history'), { recursive: true });
  writeFileSync(join(data, 'shop', 'history', 'all.csv'), shopViews([SPIKE]));
});
afterAll(removeTemporaryFolders);

async function backTest({ client }: Command, actions: Record<string, Action>): Promise<string> {
  const AnomalyDetectorArn = await createShopDetector(client, { path: 's3://shop/history/', roleArn: ROLE });
  for (const [AlertName, Action] of Object.entries(actions)) {
    await client.send(new CreateAlertCommand({ AlertName, AnomalyDetectorArn, AlertSensitivityThreshold: 50, Action }));
  }
  await client.send(new BackTestAnomalyDetectorCommand({ AnomalyDetectorArn }));
  return AnomalyDetectorArn;
}

const isTested = ({ Status }: { readonly Status?: string }): boolean => !['BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'].includes(Status!);

test.each(['memory', 'dynamodb'])('a back test of files finds what is in them, tells it as a line of JSON, and is deleted (store: %s)', async store => {
  const running = await command('--data', data, '--store', store, '--region', 'eu-west-1', '--account', '111122223333');
  const { client } = running;
  const SnsTopicArn = 'arn:aws:sns:eu-west-1:111122223333:pager';
  const LambdaArn = 'arn:aws:lambda:eu-west-1:111122223333:function:pager';
  const AnomalyDetectorArn = await backTest(running, {
    json: { SNSConfiguration: { RoleArn: ROLE, SnsTopicArn } },
    mail: { SNSConfiguration: { RoleArn: ROLE, SnsTopicArn, SnsFormat: 'LONG_TEXT' } },
    function: { LambdaConfiguration: { RoleArn: ROLE, LambdaArn } },
  });
  expect(AnomalyDetectorArn).toBe('arn:aws:lookoutmetrics:eu-west-1:111122223333:AnomalyDetector:shop');
  const describe = () => client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }));
  expect(await until(describe, isTested)).toMatchObject({ Status: 'BACK_TEST_COMPLETE' });

  const { AnomalyGroupSummaryList: groups } = await client.send(
    new ListAnomalyGroupSummariesCommand({ AnomalyDetectorArn, SensitivityThreshold: 50 }),
  );
  const at = `${new Date(FIRST + SPIKE * HOUR).toISOString().slice(0, 16)}Z[UTC]`;
  const spike = groups!.find(({ StartTime }) => StartTime === at)!;
  expect(spike).toMatchObject({ PrimaryMetricName: 'views' });
  const { TimeSeriesList } = await client.send(new ListAnomalyGroupTimeSeriesCommand({
    AnomalyDetectorArn, AnomalyGroupId: spike.AnomalyGroupId, MetricName: 'views',
  }));
  expect(TimeSeriesList!.map(({ DimensionList }) => DimensionList)).toEqual([[{ DimensionName: 'platform', DimensionValue: 'ios' }]]);

  const alerts = (await until(() => running.lines, lines => lines.length >= 3 * groups!.length)).map(line => JSON.parse(line));
  const ofSpike = (name: string) => alerts.find(({ alert }) => alert.alertName === name && alert.timestamp === at);
  const told = { impactedMetric: { metricName: 'views' }, anomalyGroupId: spike.AnomalyGroupId };
  expect(ofSpike('json')).toMatchObject({ target: SnsTopicArn, alert: told });
  expect(ofSpike('function')).toMatchObject({ target: LambdaArn, alert: told });
  expect(alerts).toContainEqual({ target: SnsTopicArn, subject: expect.stringMatching(/^Anomaly in views/), alert: expect.stringContaining('platform ios') });

  await client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn }));
  await expect(until(describe, () => false)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect(await stop(running)).toBe(0);
});

test('files may come while it runs, and a folder that is not there is told', async () => {
  const folder = temporaryFolder();
  const running = await command('--data', folder);
  const AnomalyDetectorArn = await backTest(running, {});
  const describe = () => running.client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }));
  const failed = await until(describe, isTested);
  expect(failed).toMatchObject({ Status: 'FAILED', FailureType: 'BACK_TEST_ACTIVATION_FAILURE' });
  expect(failed.FailureReason).toContain(`make the folder ${join(folder, 'shop')}`);
  cpSync(data, folder, { recursive: true });
  await running.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn }));
  await expect(until(describe, () => false)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await backTest(running, {});
  expect(await until(describe, isTested)).toMatchObject({ Status: 'BACK_TEST_COMPLETE' });
  await stop(running);
});

test('answers this machine only, and is quick about it', async () => {
  const running = await command('--data', data);
  expect(running.log()).toMatch(/this machine only, any credentials are accepted/);
  const others = Object.values(networkInterfaces()).flat().filter(entry => entry!.family === 'IPv4' && !entry!.internal);
  for (const { address } of others.filter(entry => entry !== undefined)) {
    await expect(fetch(running.endpoint.replace('127.0.0.1', address), { signal: AbortSignal.timeout(2000) })).rejects.toThrow();
  }
  const times: number[] = [];
  for (let index = 0; index < 50; index++) {
    const begun = performance.now();
    for await (const page of paginateListAnomalyDetectors({ client: running.client }, {})) expect(page.AnomalyDetectorSummaryList).toEqual([]);
    times.push(performance.now() - begun);
  }
  expect(times.sort((a, b) => a - b)[25]).toBeLessThan(500); // seconds would mean retries; the figure itself is for benchmarks
  await stop(running);
});

test('a folder that is not there ends it', async () => {
  await expect(command('--data', '/not/there')).rejects.toThrow('--data must be a folder with a subfolder for each bucket, got "/not/there"');
});

test.each([
  [['--port', '70000'], '--port must be a whole number from 0 to 65535, got "70000"'],
  [['--port', ''], '--port must be a whole number from 0 to 65535, got ""'],
  [['--region', 'nowhere'], '--region must be the name of a region such as eu-west-1, got "nowhere"'],
  [['--account', '1'], '--account must be twelve digits, got "1"'],
  [['--store', 'paper'], '--store must be memory or dynamodb, got "paper"'],
])('%j is refused', (options, message) => {
  expect(() => parseOptions(options)).toThrow(message);
});
