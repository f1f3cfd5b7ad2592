// SPDX-License-Identifier: Apache-2.0

/** CreateMetricSet looks into the source's first file. */
import { gzipSync } from 'node:zlib';
import { CreateAnomalyDetectorCommand, CreateMetricSetCommand, ListMetricSetsCommand } from '@aws-sdk/client-lookoutmetrics';
import { metricSetInput, TestService } from './service';
import { MemoryStore } from '../../../handlers/lookout/memory-store';

const HEADER = 'timestamp,views,revenue,platform,marketplace';
const ROW = '2024-03-01 10:00:00,17,4.5,ios,de';
const file = 's3://bucket/history/all.csv';
let service: TestService;
beforeEach(() => {
  service = new TestService(new MemoryStore());
});

const holds = (content: string | Buffer, isWhole?: boolean) => service.holds(file, content, isWhole);

async function create(change: object = {}, detector: object = {}): Promise<void> {
  const { AnomalyDetectorArn } = await service.client.send(new CreateAnomalyDetectorCommand({
    AnomalyDetectorName: 'sales', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' }, ...detector,
  }));
  await service.client.send(new CreateMetricSetCommand({ ...metricSetInput(AnomalyDetectorArn!), ...change }));
}

const withFormat = (format: object): object => {
  const { S3SourceConfig } = metricSetInput('').MetricSource as { S3SourceConfig: object };
  return { MetricSource: { S3SourceConfig: { ...S3SourceConfig, FileFormatDescriptor: format } } };
};

test.each<[string, string | Buffer, object]>([
  ['CSV', `${HEADER}\n${ROW}\n`, {}],
  ['a header in another order, in other letters', 'Marketplace,PLATFORM,x,views,revenue,TimeStamp\nde,ios,1,2,3,2024-03-01 10:00:00\n', {}],
  ['a header alone', HEADER, {}],
  ['nothing', '', {}],
  ['some time stamps that are damaged', `${HEADER}\n${ROW}\n${ROW}\nlater,1,2,ios,de\n`, {}],
  ['a file whose last row is cut', `${HEADER}\n${ROW}\n2024-0`, {}],
  ['packed JSON lines', gzipSync('{"timestamp":"2024-03-01 10:00:00","views":1}\n'), withFormat({ JsonFormatDescriptor: { FileCompression: 'GZIP' } })],
  ['a file without a header', `${ROW}\n`, withFormat({ CsvFormatDescriptor: { ContainsHeader: false, HeaderList: HEADER.split(',') } })],
])('%s is fine', async (_, content, change) => {
  holds(content, !String(content).endsWith('2024-0'));
  await create(change);
  expect(service.asked).toEqual([{ action: 'sample', path: 's3://bucket/history/', roleArn: 'arn:aws-cn:iam::123456789012:role/read' }]);
});

test.each<[string, string, object, RegExp]>([
  ['a column is missing', 'timestamp,views,platform,marketplace\n', {}, /s3:\/\/bucket\/history\/all.csv has no column "revenue": its columns are "timestamp", "views"/],
  ['the time stamps have another format', `${HEADER}\n01.03.2024,1,2,ios,de\n`, {},
    /TimestampColumn.ColumnFormat: must be the format of column "timestamp", which holds "01.03.2024" in s3.*found "yyyy-MM-dd HH:mm:ss"/],
  ['the hours are those of 12', `${HEADER}\n2024-03-01 10:00:00 PM,1,2,ios,de\n`, {}, /which holds "2024-03-01 10:00:00 PM"/],
  ['it is not packed', `${HEADER}\n${ROW}\n`, withFormat({ CsvFormatDescriptor: { FileCompression: 'GZIP' } }), /cannot be read as GZIP/],
  ['JSON lines lack the time stamp', '{"time":1}\n', withFormat({ JsonFormatDescriptor: {} }), /which holds ""/],
  ['CSV is taken for JSON lines', `${HEADER}\n${ROW}\n`, withFormat({ JsonFormatDescriptor: {} }), /line 1 is no object/],
])('refused where %s', async (_, content, change, message) => {
  holds(content);
  await expect(create(change)).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringMatching(message) });
  expect((await service.client.send(new ListMetricSetsCommand({}))).MetricSetSummaryList).toEqual([]);
});

test('where there is no file, or it cannot be looked into, the metric set is made', async () => {
  await create(); // the service's sample says that there is none
  service = new TestService(new MemoryStore());
  service.readSample = () => Promise.reject(new Error('no Lambda'));
  await create();
  expect(service.failures).toMatchObject([{ message: 'the source of a new metric set could not be looked into' }]);
});

test('a connector\'s history is not looked into: it may be that of an earlier query', async () => {
  holds('other,columns\n1,2\n');
  await create({}, { Tags: { 'redshift-lookout:resource': 'Connector' } });
  expect(service.asked).toEqual([]);
});
