// SPDX-License-Identifier: Apache-2.0

import { gzipSync } from 'node:zlib';
import { DetectMetricSetConfigCommand, GetSampleDataCommand, type FileFormatDescriptor, type GetSampleDataCommandOutput } from '@aws-sdk/client-lookoutmetrics';
import { HOSTILE, TestService } from './service';
import { MemoryStore } from '../../../handlers/lookout/memory-store';

const RoleArn = 'arn:aws-cn:iam::123456789012:role/data';
const HistoricalDataPathList = ['s3://shop/history/'];

let service: TestService;
beforeEach(() => {
  service = new TestService(new MemoryStore());
});

const holds = (content: string | Buffer, isWhole?: boolean) => service.holds('s3://shop/history/1', content, isWhole);

function sampleOf(FileFormatDescriptor: FileFormatDescriptor): Promise<GetSampleDataCommandOutput> {
  return service.client.send(new GetSampleDataCommand({ S3SourceConfig: { RoleArn, HistoricalDataPathList, FileFormatDescriptor } }));
}

describe('sample data', () => {
  test('are header and rows of the file, read with the caller\'s role', async () => {
    holds(`time,views,"a ""b"""\r\n2024-01-01,1,"${HOSTILE.replaceAll('"', '""')}"\n2024-01-02,,\n`);
    expect(await sampleOf({ CsvFormatDescriptor: {} })).toMatchObject({
      HeaderValues: ['time', 'views', 'a "b"'], SampleRows: [['2024-01-01', '1', HOSTILE], ['2024-01-02', '', '']],
    });
    expect(service.asked).toEqual([{ action: 'sample', path: 's3://shop/history/', roleArn: RoleArn }]);
  });

  test('take the columns of HeaderList where the file has no header, and the format that is given', async () => {
    holds(gzipSync(Buffer.from('2024-01-01|\'M\xfcnchen|x\'\n', 'latin1')));
    expect(await sampleOf({
      CsvFormatDescriptor: { FileCompression: 'GZIP', Charset: 'ISO-8859-1', ContainsHeader: false, HeaderList: ['day', 'city'], Delimiter: '|', QuoteSymbol: '\'' },
    })).toMatchObject({ HeaderValues: ['day', 'city'], SampleRows: [['2024-01-01', 'M\u00fcnchen|x']] });
  });

  test('are a hundred rows at most, without one that is cut', async () => {
    holds(`day,views\n${'2024-01-01,1\n'.repeat(150)}2024-0`, false);
    expect((await sampleOf({ CsvFormatDescriptor: {} })).SampleRows).toHaveLength(100);
    holds('day,views\n2024-01-01,1\n2024-01-02,12', false);
    expect((await sampleOf({ CsvFormatDescriptor: {} })).SampleRows).toEqual([['2024-01-01', '1']]);
    holds(gzipSync(`day,views\n${Array.from({ length: 50_000 }, (_, row) => `2024-01-01,${row * 7919 % 10_007}\n`).join('')}`).subarray(0, 20_000), false);
    expect((await sampleOf({ CsvFormatDescriptor: { FileCompression: 'GZIP' } })).SampleRows?.slice(0, 2)).toEqual([['2024-01-01', '0'], ['2024-01-01', '7919']]);
  });

  test('of JSON lines have the members as columns', async () => {
    holds('{"day":"2024-01-01","views":1}\n\n{"views":null,"tags":["a"],"__proto__":"x"}\n');
    expect(await sampleOf({ JsonFormatDescriptor: {} })).toMatchObject({
      HeaderValues: ['day', 'views', 'tags', '__proto__'], SampleRows: [['2024-01-01', '1', '', ''], ['', '', '["a"]', 'x']],
    });
  });

  test.each([
    ['is not gzip', { CsvFormatDescriptor: { FileCompression: 'GZIP' } }, 's3://shop/history/1 cannot be read as GZIP'],
    ['is no JSON', { JsonFormatDescriptor: {} }, 'line 1 is no object: "day,views"'],
    ['is in an unknown charset', { CsvFormatDescriptor: { Charset: 'UTF-12' } }, 'charset "UTF-12" is not known'],
    ['has two formats', { CsvFormatDescriptor: {}, JsonFormatDescriptor: {} }, 'must have CsvFormatDescriptor or JsonFormatDescriptor, and not both'],
  ] satisfies [string, FileFormatDescriptor, string][])('a file that %s is told so', async (_what, descriptor, message) => {
    holds('day,views\n2024-01-01,1\n');
    await expect(sampleOf(descriptor)).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining(message) });
  });

  test('of a file that is packed, and not said to be, are an error and no rubbish', async () => {
    holds(gzipSync('day,views\n2024-01-01,1\n'));
    for (const descriptor of [{ CsvFormatDescriptor: { FileCompression: 'NONE' } }, { JsonFormatDescriptor: {} }] satisfies FileFormatDescriptor[]) {
      await expect(sampleOf(descriptor)).rejects.toMatchObject({
        name: 'ValidationException', message: 's3://shop/history/1 is compressed with GZIP: set FileCompression to GZIP',
      });
    }
  });

  test('that cannot be read are the path\'s fault, in words', async () => {
    service.readSample = async () => ({ problem: 'AccessDenied: not yours' });
    await expect(sampleOf({ CsvFormatDescriptor: {} })).rejects.toMatchObject({
      name: 'ValidationException', Fields: [{ Name: 'S3SourceConfig.HistoricalDataPathList[0]', Message: 'AccessDenied: not yours' }],
    });
  });
});

describe('the detected configuration', () => {
  async function detected(): Promise<any> {
    const AnomalyDetectorArn = await service.createDetector(`d${service.asked.length}-${Math.random().toString(36).slice(2)}`);
    return (await service.client.send(new DetectMetricSetConfigCommand({
      AnomalyDetectorArn, AutoDetectionMetricSource: { S3SourceConfig: { TemplatedPathList: ['s3://shop/live/{{yyyyMMdd}}/'] } },
    }))).DetectedMetricSetConfig;
  }
  const csvOf = (config: any): any => config.MetricSource.S3SourceConfig.FileFormatDescriptor.CsvFormatDescriptor;
  const rows = (count: number, seconds: number, delimiter: string): string => Array.from({ length: count }, (_, row) =>
    `${new Date(1.7e12 - 1.7e12 % 86_400_000 + row * seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}${delimiter}${row}${delimiter}web\n`).join('');

  test.each([[300, 'PT5M'], [600, 'PT10M'], [3600, 'PT1H'], [86_400, 'P1D']])('finds %i seconds between rows to be %s', async (seconds, frequency) => {
    holds(`day,views,platform\n${rows(40, seconds, ',')}`);
    expect((await detected()).MetricSetFrequency).toEqual({ Value: { S: frequency }, Confidence: 'HIGH' });
  });

  test.each([',', ';', '\t', '|'])('finds the delimiter %j, packed or not', async delimiter => {
    const text = `day${delimiter}views${delimiter}platform\n${rows(20, 3600, delimiter)}`;
    for (const content of [text, gzipSync(text)]) {
      holds(content);
      expect(csvOf(await detected())).toMatchObject({
        Delimiter: { Value: { S: delimiter }, Confidence: 'HIGH' },
        FileCompression: { Value: { S: content === text ? 'NONE' : 'GZIP' }, Confidence: 'HIGH' },
        ContainsHeader: { Value: { S: 'true' }, Confidence: 'HIGH' },
        HeaderList: { Value: { SS: ['day', 'views', 'platform'] } },
        Charset: { Value: { S: 'UTF-8' } },
        QuoteSymbol: { Value: { S: '"' }, Confidence: 'LOW' },
      });
    }
  });

  test('says what it does not know', async () => {
    holds(rows(20, 3600, ','));
    const config = await detected();
    expect(csvOf(config)).toMatchObject({ ContainsHeader: { Value: { S: 'false' } }, HeaderList: { Confidence: 'NONE', Message: expect.stringContaining('HeaderList') } });
    expect(csvOf(config).HeaderList).not.toHaveProperty('Value');
    expect(config.Offset).toMatchObject({ Value: { N: '0' }, Confidence: 'LOW', Message: expect.stringContaining('how late data comes') });
    holds('just a text\nof one column\n');
    expect((await detected()).MetricSetFrequency).toEqual({ Confidence: 'NONE', Message: 'No column has time stamps that can be read.' });
  });

  test('of JSON lines is a JSON format', async () => {
    holds([0, 1, 2, 3].map(hour => JSON.stringify({ day: `2024-01-01 0${hour}:00:00`, views: hour })).join('\n'));
    const config = await detected();
    expect(config.MetricSource.S3SourceConfig.FileFormatDescriptor).toEqual({
      JsonFormatDescriptor: { FileCompression: { Value: { S: 'NONE' }, Confidence: 'HIGH' }, Charset: { Value: { S: 'UTF-8' }, Confidence: 'HIGH' } },
    });
    expect(config.MetricSetFrequency.Value).toEqual({ S: 'PT1H' });
  });

  test.each([
    ['nothing', ''], ['empty lines', '\n\n'], ['hostile text', HOSTILE], ['a quote that is not closed', '"never closed'], ['half an object', '{"a":'],
    ['control characters', '\u0000\u0001'], ['5,001 empty cells', ','.repeat(5000)],
  ])('of %s is an answer', async (_what, content) => {
    holds(content);
    expect(await detected()).toHaveProperty('MetricSetFrequency.Confidence', 'NONE');
  });

  test('is read with the role of the metric set, and before there is one with the function\'s', async () => {
    const { arn } = await service.createReadyDetector('ready');
    holds('day,views\n2024-01-01,1\n');
    await detected();
    const AutoDetectionMetricSource = { S3SourceConfig: { HistoricalDataPathList } };
    await service.client.send(new DetectMetricSetConfigCommand({ AnomalyDetectorArn: arn, AutoDetectionMetricSource }));
    expect(service.asked.map(({ roleArn }) => roleArn)).toEqual([undefined, expect.stringContaining(':role/')]);
  });
});
