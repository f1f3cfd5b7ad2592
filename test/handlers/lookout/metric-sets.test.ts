// SPDX-License-Identifier: Apache-2.0

import {
  ConflictException, CreateMetricSetCommand, DescribeMetricSetCommand, ListMetricSetsCommand, ResourceNotFoundException,
  ServiceQuotaExceededException, UpdateMetricSetCommand, ValidationException,
} from '@aws-sdk/client-lookoutmetrics';
import { HOSTILE, metricSetInput, PREFIX, TestService } from './service';
import { onEachStore } from './stores';

onEachStore(makeStore => {
  let service: TestService;
  beforeEach(async () => { service = new TestService(await makeStore()); });

  const create = (input: object): Promise<unknown> => service.client.send(new CreateMetricSetCommand(input as never));
  const describeSet = (arn: string): Promise<Record<string, any>> => service.client.send(new DescribeMetricSetCommand({ MetricSetArn: arn }));

  test('is described as it was given, with Offset 0 and Timezone UTC filled in', async () => {
    const { arn, metricSetArn } = await service.createReadyDetector('sales', { MetricSetDescription: HOSTILE });
    expect(metricSetArn).toBe(`${PREFIX}:MetricSet/sales/set`);

    const { $metadata, ...description } = await describeSet(metricSetArn);
    expect(description).toEqual({
      ...metricSetInput(arn),
      MetricSetArn: metricSetArn,
      MetricSetDescription: HOSTILE,
      Offset: 0,
      Timezone: 'UTC',
      CreationTime: new Date(1700000000250),
      LastModificationTime: new Date(1700000000250),
    });
  });

  test('is listed with its tags, alone or with all', async () => {
    const { arn, metricSetArn } = await service.createReadyDetector('sales', { Tags: { a: 'b' } });
    await service.createReadyDetector('clicks');
    const { MetricSetSummaryList: own } = await service.client.send(new ListMetricSetsCommand({ AnomalyDetectorArn: arn }));
    expect(own).toEqual([{
      MetricSetArn: metricSetArn,
      AnomalyDetectorArn: arn,
      MetricSetName: 'set',
      Tags: { a: 'b' },
      CreationTime: new Date(1700000000250),
      LastModificationTime: new Date(1700000000250),
    }]);
    const { MetricSetSummaryList: all } = await service.client.send(new ListMetricSetsCommand({}));
    expect(all!.map(summary => summary.MetricSetArn)).toEqual([`${PREFIX}:MetricSet/clicks/set`, metricSetArn]);
  });

  test('a detector has one: the same name conflicts, another one exceeds the quota', async () => {
    const { arn, metricSetArn } = await service.createReadyDetector();
    const same = await create(metricSetInput(arn)).catch((error: unknown) => error);
    expect(same).toBeInstanceOf(ConflictException);
    expect(same).toMatchObject({ ResourceId: metricSetArn, ResourceType: 'MetricSet' });

    const other = await create({ ...metricSetInput(arn), MetricSetName: 'other' }).catch((error: unknown) => error);
    expect(other).toBeInstanceOf(ServiceQuotaExceededException);
    expect(other).toMatchObject({
      ResourceId: `${PREFIX}:MetricSet/sales/other`,
      ResourceType: 'MetricSet',
      QuotaCode: 'METRIC_SETS_PER_DETECTOR',
      ServiceCode: 'lookoutmetrics',
      $metadata: { httpStatusCode: 402 },
    });
    expect((other as Error).message).toMatch(/^Request would cause a service quota to be exceeded\./);
  });

  test('fills in how CSV files are written, and takes the detector\'s frequency', async () => {
    const arn = await service.createDetector();
    const { MetricSetFrequency: _frequency, DimensionList: _dimensions, ...input } = metricSetInput(arn);
    const source = { RoleArn: 'arn:aws-cn:iam::123456789012:role/read', HistoricalDataPathList: ['s3://bucket/history/input.csv'] };
    const { MetricSetArn } = await create({
      ...input, MetricSource: { S3SourceConfig: { ...source, FileFormatDescriptor: { CsvFormatDescriptor: { HeaderList: ['timestamp', 'views', 'revenue', 'x'] } } } },
    }) as { MetricSetArn: string };
    const description = await describeSet(MetricSetArn);
    expect(description).toMatchObject({ MetricSetFrequency: 'PT1H' });
    expect(description).not.toHaveProperty('DimensionList');
    expect(description.MetricSource).toEqual({
      S3SourceConfig: {
        ...source,
        FileFormatDescriptor: {
          CsvFormatDescriptor: {
            FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: false, Delimiter: ',', QuoteSymbol: '"', HeaderList: ['timestamp', 'views', 'revenue', 'x'],
          },
        },
      },
    });
  });

  const source = (more: object): object => ({ MetricSource: { S3SourceConfig: { ...(metricSetInput('').MetricSource as { S3SourceConfig: object }).S3SourceConfig, ...more } } });
  const csv = (more: object): object => source({ FileFormatDescriptor: { CsvFormatDescriptor: more } });
  const metrics = (...names: string[]): object[] => names.map(MetricName => ({ MetricName, AggregationFunction: 'SUM' }));
  const S3 = 'MetricSource.S3SourceConfig';

  test.each<[string, object, string, string]>([
    ['no measures', { MetricList: [] }, 'MetricList', 'must have at least 1 entry, found 0'],
    ['a measure without function', { MetricList: [{ MetricName: 'views' }] }, 'MetricList[0].AggregationFunction', 'is required'],
    ['an unknown function', { MetricList: [{ MetricName: 'views', AggregationFunction: 'MAX' }] }, 'MetricList[0].AggregationFunction', 'must be one of AVG, SUM'],
    ['a measure of CloudWatch', { MetricList: [{ ...metrics('views')[0], Namespace: 'AWS/EC2' }] }, 'MetricList[0].Namespace', 'CloudWatch'],
    ['a measure twice', { MetricList: metrics('views', 'views') }, 'MetricList[1].MetricName', 'names the column "views", as MetricList[0].MetricName does'],
    ['a dimension that is a measure', { DimensionList: ['views'] }, 'DimensionList[0]', 'names the column "views"'],
    ['a dimension that is the time stamp', { DimensionList: ['timestamp'] }, 'TimestampColumn.ColumnName', 'as DimensionList[0] does'],
    ['a hostile dimension', { DimensionList: ['a"; drop table x'] }, 'DimensionList[0]', 'must begin with a letter or digit'],
    ['no time stamp', { TimestampColumn: undefined }, 'TimestampColumn', 'is required'],
    ['a time stamp without format', { TimestampColumn: { ColumnName: 'ts' } }, 'TimestampColumn', 'is required'],
    ['a format that cannot be read', { TimestampColumn: { ColumnName: 'ts', ColumnFormat: 'yyyy-bb' } }, 'TimestampColumn.ColumnFormat', 'b'],
    ['an offset of more than 5 days', { Offset: 432001 }, 'Offset', 'must be a whole number from 0 to 432000, found 432001'],
    ['an offset that is text', { Offset: '300' }, 'Offset', 'must be a whole number'],
    ['another frequency', { MetricSetFrequency: 'P1D' }, 'MetricSetFrequency', 'must be the detector\'s frequency PT1H, found P1D'],
    ['an unknown zone', { Timezone: 'Europe/Atlantis' }, 'Timezone', 'must be the IANA name of a time zone, found "Europe/Atlantis"'],
    ['an offset as zone', { Timezone: '+01:00' }, 'Timezone', 'must be the IANA name'],
    ['a filter on what is no dimension', { DimensionFilterList: [{ Name: 'views', FilterList: [{ DimensionValue: '1' }] }] }, 'DimensionFilterList[0].Name', 'must be one of DimensionList, found "views"'],
    ['a filter without values', { DimensionFilterList: [{ Name: 'platform', FilterList: [{}] }] }, 'DimensionFilterList[0].FilterList', 'with a DimensionValue in each entry'],
    ['no source', { MetricSource: {} }, 'MetricSource', 'must have exactly one source, found none'],
    ['two sources', { MetricSource: { S3SourceConfig: {}, AppFlowConfig: {} } }, 'MetricSource', 'found S3SourceConfig, AppFlowConfig'],
    ['Redshift', { MetricSource: { RedshiftSourceConfig: { ClusterIdentifier: 'c' } } }, 'MetricSource.RedshiftSourceConfig', 'is not supported by this service, which reads files on S3'],
    ['Athena', { MetricSource: { AthenaSourceConfig: {} } }, 'MetricSource.AthenaSourceConfig', 'is not supported'],
    ['RDS', { MetricSource: { RDSSourceConfig: {} } }, 'MetricSource.RDSSourceConfig', 'is not supported'],
    ['CloudWatch', { MetricSource: { CloudWatchConfig: {} } }, 'MetricSource.CloudWatchConfig', 'is not supported'],
    ['two formats', source({ FileFormatDescriptor: { JsonFormatDescriptor: {}, CsvFormatDescriptor: {} } }), `${S3}.FileFormatDescriptor`, 'and not both'],
    ['no role', source({ RoleArn: undefined }), `${S3}.RoleArn`, 'is required'],
    ['a role that is no ARN', source({ RoleArn: 'role' }), `${S3}.RoleArn`, 'must be an ARN'],
    ['no format', source({ FileFormatDescriptor: undefined }), `${S3}.FileFormatDescriptor`, 'must have CsvFormatDescriptor or JsonFormatDescriptor'],
    ['no path', source({ TemplatedPathList: undefined, HistoricalDataPathList: undefined }), S3, 'must have TemplatedPathList, HistoricalDataPathList or both'],
    ['two paths', source({ TemplatedPathList: ['s3://b/a', 's3://b/b'] }), `${S3}.TemplatedPathList`, 'must have 1 entry, found 2'],
    ['a dot in the path', source({ TemplatedPathList: ['s3://b.c/a'] }), `${S3}.TemplatedPathList[0]`, 'must be s3://'],
    ['an unknown key in the path', source({ TemplatedPathList: ['s3://b/{{yyyyBB}}'] }), `${S3}.TemplatedPathList[0]`, 'B'],
    ['another protocol', source({ HistoricalDataPathList: ['http://b/a'] }), `${S3}.HistoricalDataPathList[0]`, 'must be s3://'],
    ['a delimiter of two characters', csv({ Delimiter: '||' }), `${S3}.FileFormatDescriptor.CsvFormatDescriptor.Delimiter`, 'must have at most 1 character'],
    ['a line break as delimiter', csv({ Delimiter: '\n' }), `${S3}.FileFormatDescriptor.CsvFormatDescriptor.Delimiter`, 'not a line break'],
    ['no header and no columns', csv({ ContainsHeader: false }), `${S3}.FileFormatDescriptor.CsvFormatDescriptor.HeaderList`, 'is required for files without a header'],
    ['a header list without a measure', csv({ ContainsHeader: false, HeaderList: ['timestamp', 'views', 'platform', 'marketplace'] }), 'MetricList[1].MetricName', 'which HeaderList does not have'],
  ])('refuses %s', async (_, change, field, message) => {
    const arn = await service.createDetector();
    const error = await create({ ...metricSetInput(arn), ...change }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ValidationException);
    expect((error as ValidationException).Fields).toContainEqual({ Name: field, Message: expect.stringContaining(message) });
    expect((await service.client.send(new ListMetricSetsCommand({}))).MetricSetSummaryList).toEqual([]);
  });

  test('can be of JSON lines, and filter dimension values', async () => {
    const arn = await service.createDetector();
    const filter = { DimensionFilterList: [{ Name: 'platform', FilterList: [{ DimensionValue: 'ios', FilterOperation: 'EQUALS' as const }] }] };
    const { MetricSetArn } = await create({ ...metricSetInput(arn), ...source({ FileFormatDescriptor: { JsonFormatDescriptor: { FileCompression: 'GZIP' } } }), ...filter }) as { MetricSetArn: string };
    const described = await service.client.send(new DescribeMetricSetCommand({ MetricSetArn }));
    expect(described).toMatchObject({
      ...filter, MetricSource: { S3SourceConfig: { FileFormatDescriptor: { JsonFormatDescriptor: { FileCompression: 'GZIP', Charset: 'UTF-8' } } } },
    });
    await service.client.send(new UpdateMetricSetCommand({ MetricSetArn, DimensionFilterList: [] }));
    expect((await service.client.send(new DescribeMetricSetCommand({ MetricSetArn }))).DimensionFilterList).toEqual([]);
  });

  test('cannot be added to a detector that was activated', async () => {
    const arn = await service.createDetector();
    await service.store.changeStatus(arn, ['INACTIVE'], 'ACTIVE', 1);
    await expect(create(metricSetInput(arn))).rejects.toThrow(ConflictException);
  });

  test('that is not there is a ResourceNotFoundException', async () => {
    const { arn } = await service.createReadyDetector();
    for (const missing of [`${PREFIX}:MetricSet/sales/other`, `${PREFIX}:MetricSet/other/set`, arn, `${PREFIX}:MetricSet/sales/set/x`]) {
      const error = await describeSet(missing).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ResourceNotFoundException);
      expect(error).toMatchObject({ ResourceId: missing, ResourceType: 'MetricSet' });
      await expect(service.client.send(new UpdateMetricSetCommand({ MetricSetArn: missing, Offset: 1 }))).rejects.toThrow(ResourceNotFoundException);
    }
  });

  describe('update', () => {
    test('replaces what is given', async () => {
      const { arn, metricSetArn } = await service.createReadyDetector('sales', { Timezone: 'Europe/Berlin' });
      service.now += 60;
      await service.client.send(new UpdateMetricSetCommand({
        MetricSetArn: metricSetArn, Offset: 300, DimensionList: ['country'], TimestampColumn: { ColumnName: 'ts', ColumnFormat: 'yyyy-MM-dd' },
      }));
      const { $metadata, ...description } = await describeSet(metricSetArn);
      expect(description).toEqual({
        ...metricSetInput(arn),
        MetricSetArn: metricSetArn,
        Offset: 300,
        Timezone: 'Europe/Berlin',
        DimensionList: ['country'],
        TimestampColumn: { ColumnName: 'ts', ColumnFormat: 'yyyy-MM-dd' },
        CreationTime: new Date(1700000000250),
        LastModificationTime: new Date(1700000060250),
      });
    });

    test('is checked as a whole', async () => {
      const { metricSetArn } = await service.createReadyDetector();
      await expect(service.client.send(new UpdateMetricSetCommand({ MetricSetArn: metricSetArn, DimensionList: ['revenue'] })))
        .rejects.toThrow('DimensionList[0]: names the column "revenue", as MetricList[1].MetricName does');
    });

    test('of an active detector\'s metric set is for offset and description only', async () => {
      const { arn, metricSetArn } = await service.createReadyDetector();
      await service.store.changeStatus(arn, ['INACTIVE'], 'ACTIVE', 1);
      const update = (more: object): Promise<unknown> => service.client.send(new UpdateMetricSetCommand({ MetricSetArn: metricSetArn, ...more }));
      await update({ Offset: 600, MetricSetDescription: 'slow data', DimensionList: ['platform', 'marketplace'], MetricSource: metricSetInput(arn).MetricSource });
      await expect(update({ DimensionList: ['platform'] })).rejects.toThrow('detector sales is ACTIVE: DimensionList can be changed only while');
      await service.store.changeStatus(arn, ['ACTIVE'], 'BACK_TEST_COMPLETE', 1);
      await expect(update({ Offset: 0 })).rejects.toThrow(ValidationException);
      expect(await describeSet(metricSetArn)).toMatchObject({ Offset: 600, MetricSetDescription: 'slow data', DimensionList: ['platform', 'marketplace'] });
    });
  });
});
