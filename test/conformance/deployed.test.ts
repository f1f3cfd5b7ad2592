// SPDX-License-Identifier: Apache-2.0

/** The starter of the deployed form, by which other people's code is run against it: see docs/contributing.md. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { pythonEnvironment, pythonInterpreter } from './python';
import { shopRows, SPIKE } from './shop-rows';

const BACK_TEST = `
import boto3, json, sys, time
bucket, role, topic = sys.argv[1:]
lookout = boto3.client('lookoutmetrics')
arn = lookout.create_anomaly_detector(AnomalyDetectorName='shop', AnomalyDetectorConfig={'AnomalyDetectorFrequency': 'PT1H'})['AnomalyDetectorArn']
csv = {'FileCompression': 'NONE', 'Charset': 'UTF-8', 'ContainsHeader': True, 'Delimiter': ',', 'QuoteSymbol': '"'}
source = {'RoleArn': role, 'HistoricalDataPathList': [f's3://{bucket}/history/'], 'FileFormatDescriptor': {'CsvFormatDescriptor': csv}}
lookout.create_metric_set(AnomalyDetectorArn=arn, MetricSetName='rows', MetricSetFrequency='PT1H', DimensionList=['platform', 'marketplace'],
    MetricList=[{'MetricName': 'views', 'AggregationFunction': 'SUM'}], MetricSource={'S3SourceConfig': source},
    TimestampColumn={'ColumnName': 'timestamp', 'ColumnFormat': 'yyyy-MM-dd HH:mm:ss'})
lookout.create_alert(AnomalyDetectorArn=arn, AlertName='told', Action={'SNSConfiguration': {'RoleArn': role, 'SnsTopicArn': topic}})
lookout.back_test_anomaly_detector(AnomalyDetectorArn=arn)
while (detector := lookout.describe_anomaly_detector(AnomalyDetectorArn=arn))['Status'].startswith('BACK_TEST_ACTIV'): time.sleep(1)
objects = boto3.client('s3').list_objects_v2(Bucket=bucket)['Contents']
print(json.dumps({'arn': arn, 'status': detector['Status'], 'objects': [one['Key'] for one in objects]}))
`;

test('it tells what a client needs, has the data as buckets, prints alerts and ends when it is told', async () => {
  const python = await pythonInterpreter();
  const data = mkdtempSync(join(tmpdir(), 'deployed-'));
  mkdirSync(join(data, 'old-bucket', 'history'), { recursive: true });
  writeFileSync(join(data, 'old-bucket', 'history', 'all.csv'), shopRows());
  const started = spawn(process.execPath, [
    '--import', 'tsx', join(__dirname, 'deployed.ts'), '--data', data, '--region', 'us-west-2', '--role', 'OldRole',
  ], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  started.stderr.on('data', text => { log += String(text); });
  const ended = new Promise<number | null>(resolve => started.once('exit', resolve));
  const lines: any[] = [];
  const printed = async (what: (line: any) => boolean): Promise<any> => {
    for (let tries = 0; tries < 1200 && started.exitCode === null; tries++) {
      const line = lines.find(what);
      if (line !== undefined) return line;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    throw new Error(`it printed ${lines.length} lines, none of them as expected: ${log}`);
  };
  try {
    createInterface({ input: started.stdout }).on('line', line => lines.push(JSON.parse(line)));
    const { roles, topic, environment } = await printed(line => line.environment !== undefined);
    expect(roles).toEqual([expect.stringMatching(/^arn:aws:iam::123456789012:role\/./), 'arn:aws:iam::123456789012:role/OldRole']);
    const { stdout } = await promisify(execFile)(python, ['-c', BACK_TEST, 'old-bucket', roles[1] as string, topic as string], {
      env: { ...pythonEnvironment(), ...environment as NodeJS.ProcessEnv },
    });
    expect(JSON.parse(stdout)).toEqual({
      arn: 'arn:aws:lookoutmetrics:us-west-2:123456789012:AnomalyDetector:shop', status: 'BACK_TEST_COMPLETE', objects: ['history/all.csv'],
    });
    const { alert } = await printed(({ target, alert: one }) => target === topic && JSON.parse(one as string).timestamp === SPIKE.time);
    expect(JSON.parse(alert as string).impactedMetric.relevantTimeSeries[0].metricValue).toBe(SPIKE.value);
  } finally {
    started.kill('SIGTERM');
    rmSync(data, { recursive: true, force: true });
  }
  expect(await ended).toBe(0);
  expect(log).toContain('{"lostInvocations":[],"refusedRequests":[]}');
}, 300_000);
