// SPDX-License-Identifier: Apache-2.0

/** Flows of Lookout for Metrics' users, through `npm run lookout`: files in a folder, boto3 with nothing but its endpoint changed. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { pythonEnvironment, pythonInterpreter } from './python';
import { STORES } from './service-parts';
import { ROWS, shopRows, SPIKE } from './shop-rows';

const ROOT = join(__dirname, '..', '..');
let python: string;
let data: string;
beforeAll(async () => {
  python = await pythonInterpreter();
  data = mkdtempSync(join(tmpdir(), 'flows-'));
  mkdirSync(join(data, 'shop', 'history'), { recursive: true });
  writeFileSync(join(data, 'shop', 'history', 'all.csv'), shopRows());
}, 600_000);
afterAll(() => rmSync(data, { recursive: true, force: true }));

describe.each(STORES)('store %s', store => {
  let lookout: ChildProcess;
  let endpoint: string;
  const alerts: any[] = [];
  let log = '';

  beforeAll(async () => {
    lookout = spawn(process.execPath, ['--import', 'tsx', 'local/lookout/index.ts', '--port', '0', '--data', data, '--store', store], {
      cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'],
    });
    lookout.stderr!.on('data', text => { log += String(text); });
    endpoint = await new Promise<string>((resolve, reject) => {
      createInterface({ input: lookout.stdout! }).on('line', line => (line.startsWith('ready ') ? resolve(line.slice(6)) : alerts.push(JSON.parse(line))));
      lookout.once('exit', code => reject(new Error(`lookout ended with code ${code}: ${log}`)));
    });
  }, 60_000);

  afterAll(async () => {
    const ended = new Promise(resolve => lookout.once('exit', resolve));
    lookout.kill('SIGTERM');
    await ended;
  });

  /** The alert of the spike, which may be printed a moment after the service has sent it. */
  async function spikeAlert(): Promise<object> {
    for (let tries = 0; tries < 100; tries++) {
      const sent = alerts.find(({ alert }) => alert?.impactedMetric?.metricName === 'views' && alert.timestamp === SPIKE.time);
      if (sent) {
        return sent.alert as object;
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    throw new Error(`no alert of the spike among ${JSON.stringify(alerts).slice(0, 2000)}\n${log}`);
  }

  async function flow(name: string, argument: unknown): Promise<any> {
    const { stdout } = await promisify(execFile)(python, [join(__dirname, 'flows.py'), name, JSON.stringify(argument)], {
      env: { ...pythonEnvironment(), AWS_DEFAULT_REGION: 'us-east-1', AWS_ENDPOINT_URL_LOOKOUTMETRICS: endpoint }, maxBuffer: 1e8,
    });
    return JSON.parse(stdout);
  }

  test('the backtest notebook: create, backtest, export, feedback; its alert is readable and leads to its group; delete', async () => {
    const result = await flow('back_test', 'shop');
    expect(result).toMatchObject({ statuses: expect.arrayContaining(['BACK_TEST_COMPLETE']), reason: null, listed: 1 });
    const spike = result.exported.find((group: any) => group.measure === 'views' && group.start <= SPIKE.time && SPIKE.time <= group.end);
    expect(spike).toMatchObject({ dimensions: SPIKE.dimensions, aligned: true });
    expect(spike.score).toBeGreaterThan(50);
    expect(result.exported.map((group: any) => group.end)).toEqual(result.exported.map((group: any) => group.end).sort().reverse());
    expect(result.feedback).toEqual([{ TimeSeriesId: result.exported[0].seriesId, IsAnomaly: false }]);
    expect(result.executions).toContain('COMPLETED');
    // what is related is a group of the other measure, and is related in turn
    const measures = new Map<string, string>(result.exported.map(({ id, measure }: any) => [id, measure]));
    const pairs = result.exported.flatMap((group: any) => group.related.map((other: any) => ({ group, other })));
    for (const { group, other } of pairs) {
      expect(measures.get(other.AnomalyGroupId)).toBe(other.MetricName);
      expect(other.MetricName).not.toBe(group.measure);
    }

    const readable = await flow('readable_alert', await spikeAlert());
    expect(readable).toMatchObject({ detector: 'shop-backtest', groups: [spike.id], dimensions: ['marketplace', 'platform'] });
    expect(readable.drivers.join()).toContain(`${SPIKE.dimensions.platform} 100%`);
    expect(readable.values).toContain(SPIKE.value);
    expect(readable.event).toMatch(/^arn:aws:lookoutmetrics:us-east-1:123456789012:Alert:shop-export:event\/[0-9a-f-]{36}$/);

    // every alert leads to its group by measure and time, as the group's id in it does
    const sent = alerts.map(({ alert }) => alert);
    expect(await flow('alerted_groups', { arn: result.arn, alerts: sent.map(alert => ({ measure: alert.impactedMetric.metricName, timestamp: alert.timestamp })) }))
      .toEqual(sent.map(alert => [alert.anomalyGroupId]));

    expect(await flow('delete', result.arn)).toEqual({ gone: true });
  }, 300_000);

  test('the connector\'s function: create, activate at once, learned from the history', async () => {
    const result = await flow('activate', 'shop');
    expect(result).toMatchObject({ reason: null, offset: 300, measures: ['views', 'revenue'], zone: 'UTC' });
    expect(result.statuses.at(-1)).toBe('ACTIVE');
    expect(await flow('delete', result.arn)).toEqual({ gone: true });
  }, 300_000);

  test('the console\'s set-up: sample rows, detected format, and data quality once the data was read', async () => {
    const result = await flow('look_at_data', 'shop');
    expect(result).toMatchObject({
      header: ['timestamp', 'platform', 'marketplace', 'views', 'revenue'], frequency: { S: 'PT1H' }, csv: { Delimiter: { S: ',' } }, status: 'BACK_TEST_COMPLETE',
    });
    expect(result.rows.length).toBeGreaterThan(0);
    expect(result.rows.every((row: string[]) => row.length === 5)).toBe(true);
    expect(result.quality).toMatchObject({ ROWS_PROCESSED: ROWS, TIME_SERIES_COUNT: expect.any(Number) });
    expect(await flow('delete', result.arn)).toEqual({ gone: true });
  }, 300_000);

  test('the command line, as a process of its own', async () => {
    const aws = async (...parameters: string[]): Promise<any> => {
      const { stdout } = await promisify(execFile)(python, ['-m', 'awscli', 'lookoutmetrics', ...parameters], {
        env: { ...pythonEnvironment(), AWS_DEFAULT_REGION: 'us-east-1', AWS_ENDPOINT_URL_LOOKOUTMETRICS: endpoint },
      });
      return stdout === '' ? {} : JSON.parse(stdout);
    };
    const { AnomalyDetectorArn } = await aws(
      'create-anomaly-detector', '--anomaly-detector-name', 'by-hand', '--anomaly-detector-config', 'AnomalyDetectorFrequency=PT1H', '--tags', 'team=data',
    );
    expect(await aws('list-anomaly-detectors', '--query', 'AnomalyDetectorSummaryList[].[AnomalyDetectorName,Tags.team]')).toEqual([['by-hand', 'data']]);
    await aws('delete-anomaly-detector', '--anomaly-detector-arn', AnomalyDetectorArn);
    await expect(aws('describe-anomaly-detector', '--anomaly-detector-arn', AnomalyDetectorArn)).rejects.toThrow(/ResourceNotFoundException.*DescribeAnomalyDetector/);
  }, 60_000);
});
