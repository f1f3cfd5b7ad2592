// SPDX-License-Identifier: Apache-2.0

/** What AWS's samples do with the API, by the rows of section 10 of the reference on Lookout for Metrics. */
import {
  ActivateAnomalyDetectorCommand, BackTestAnomalyDetectorCommand, CreateAlertCommand, CreateAnomalyDetectorCommand, CreateMetricSetCommand,
  DeleteAnomalyDetectorCommand, DescribeAnomalyDetectorCommand, DescribeMetricSetCommand, GetFeedbackCommand, ListAnomalyDetectorsCommand,
  ListAnomalyGroupSummariesCommand, ListAnomalyGroupTimeSeriesCommand, ListMetricSetsCommand, LookoutMetricsServiceException, PutFeedbackCommand,
  ResourceNotFoundException, type AnomalyGroupSummary,
} from '@aws-sdk/client-lookoutmetrics';
import { alertInput, group, metricSetInput, PREFIX, TestService } from './service';
import { onEachStore } from './stores';
import type { DetectorStatus } from '../../../handlers/lookout/store';

onEachStore(makeStore => {
  let service: TestService;
  beforeEach(async () => { service = new TestService(await makeStore()); });

  const statusOf = async (AnomalyDetectorArn: string): Promise<string> =>
    (await service.client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }))).Status!;

  /** The detect function's part: takes the detector through these states, one at each poll. */
  function passThrough(arn: string, ...states: DetectorStatus[]): () => Promise<void> {
    return async () => {
      const next = states.shift();
      if (next) {
        const { status } = (await service.store.getDetector(arn))!;
        await service.store.changeStatus(arn, [status], next, service.now);
      }
    };
  }

  test('1, 4: creates, adds a metric set, activates at once, and polls until it is active', async () => {
    const { AnomalyDetectorArn } = await service.client.send(new CreateAnomalyDetectorCommand({
      AnomalyDetectorName: 'live', AnomalyDetectorDescription: 'sales per hour', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' },
    }));
    await service.client.send(new CreateMetricSetCommand(metricSetInput(AnomalyDetectorArn!)));
    await service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn }));

    const learn = passThrough(AnomalyDetectorArn!, 'LEARNING', 'ACTIVE');
    const seen = [await statusOf(AnomalyDetectorArn!)];
    while (['ACTIVATING', 'INACTIVE', 'LEARNING'].includes(seen.at(-1)!)) {
      await learn();
      seen.push(await statusOf(AnomalyDetectorArn!));
    }
    expect(seen).toEqual(['ACTIVATING', 'LEARNING', 'ACTIVE']);
  });

  test('1, 4: a back-test is polled until it is none of the running states', async () => {
    const { arn } = await service.createReadyDetector('backtest');
    await service.client.send(new BackTestAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
    const learn = passThrough(arn, 'BACK_TEST_ACTIVE', 'BACK_TEST_COMPLETE');
    const seen = [await statusOf(arn)];
    while (['ACTIVATING', 'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'].includes(seen.at(-1)!)) {
      await learn();
      seen.push(await statusOf(arn));
    }
    expect(seen).toEqual(['BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE', 'BACK_TEST_COMPLETE']);
  });

  test('2, 3: takes the samples\' S3 source with both path lists and an offset of 300', async () => {
    const arn = await service.createDetector();
    for (const charset of ['UTF-8', 'utf-8']) {
      await service.client.send(new CreateMetricSetCommand({
        ...metricSetInput(charset === 'UTF-8' ? arn : await service.createDetector('other')),
        Offset: 300,
        MetricSource: {
          S3SourceConfig: {
            RoleArn: 'arn:aws-cn:iam::123456789012:role/L4MRole',
            TemplatedPathList: ['s3://bucket-name/continuous/intvl_date={{yyyy-MM-dd}}/intvl_hhmm={{HHmm}}/'],
            HistoricalDataPathList: ['s3://bucket-name/ecommerce/backtest/input.csv'],
            FileFormatDescriptor: { CsvFormatDescriptor: { FileCompression: 'NONE', Charset: charset, ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' } },
          },
        },
      }));
    }
    const { Offset, Timezone } = await service.client.send(new DescribeMetricSetCommand({ MetricSetArn: `${PREFIX}:MetricSet/sales/set` }));
    expect({ Offset, Timezone }).toEqual({ Offset: 300, Timezone: 'UTC' });
  });

  test('5, 18: deletes, and polls until a ResourceNotFoundException, known by its class, name or the generic class', async () => {
    const { arn } = await service.createReadyDetector();
    await service.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
    let gone: unknown;
    for (let poll = 0; poll < 3 && !gone; poll++) {
      gone = await statusOf(arn).then(() => undefined, (error: unknown) => error);
    }
    expect(gone).toBeInstanceOf(ResourceNotFoundException);
    expect(gone).toBeInstanceOf(LookoutMetricsServiceException);
    expect((gone as Error).name).toBe('ResourceNotFoundException');
  });

  test('6, 7: finds detectors and metric sets by name on the first page of 100, and lists with no arguments at all', async () => {
    for (let index = 0; index < 100; index++) {
      await service.createDetector(`detector-${index}`);
    }
    const detectors = await service.client.send(new ListAnomalyDetectorsCommand({ MaxResults: 100 }));
    expect(detectors.AnomalyDetectorSummaryList!.filter(({ AnomalyDetectorName }) => AnomalyDetectorName === 'detector-99')).toHaveLength(1);
    expect(detectors.NextToken).toBeUndefined();
    expect((await service.client.send(new ListMetricSetsCommand())).MetricSetSummaryList).toEqual([]);
  });

  test('8: takes the first metric set of a detector and reads measures, dimensions and frequency of it', async () => {
    const { arn } = await service.createReadyDetector();
    const { MetricSetSummaryList: [first] = [] } = await service.client.send(new ListMetricSetsCommand({ AnomalyDetectorArn: arn }));
    const described = await service.client.send(new DescribeMetricSetCommand({ MetricSetArn: first.MetricSetArn }));
    expect([described.MetricList!.map(({ MetricName }) => MetricName), described.DimensionList, described.MetricSetFrequency])
      .toEqual([['views', 'revenue'], ['platform', 'marketplace'], 'PT1H']);
  });

  async function allSummaries(AnomalyDetectorArn: string, SensitivityThreshold: number): Promise<AnomalyGroupSummary[]> {
    const found: AnomalyGroupSummary[] = [];
    let NextToken: string | undefined;
    for (;;) {
      const page = await service.client.send(new ListAnomalyGroupSummariesCommand({
        AnomalyDetectorArn, SensitivityThreshold, MaxResults: 100, ...NextToken !== undefined && { NextToken },
      }));
      found.push(...page.AnomalyGroupSummaryList!);
      if (!('NextToken' in page)) {
        return found;
      }
      ({ NextToken } = page);
    }
  }

  test('9, 12: reads all groups newest first, and finds an alert\'s group by measure and time', async () => {
    const { arn } = await service.createReadyDetector();
    for (let index = 0; index < 130; index++) {
      const start = 1690000000 - 1690000000 % 3600 + index * 7200;
      await service.store.putGroup(group(arn, { start, end: start + 3600, score: index % 100, measure: index % 2 === 0 ? 'views' : 'revenue' }));
    }
    const all = await allSummaries(arn, 0);
    expect(all).toHaveLength(130);
    const ends = all.map(({ EndTime }) => EndTime!);
    expect(ends).toEqual([...ends].sort().reverse());
    expect(await allSummaries(arn, 50)).toHaveLength(50);

    const wanted = all[17];
    const timestamp = wanted.EndTime!;
    const matching = all.filter(summary =>
      summary.PrimaryMetricName === wanted.PrimaryMetricName && summary.StartTime! <= timestamp && timestamp <= summary.EndTime!);
    expect(matching.map(({ AnomalyGroupId }) => AnomalyGroupId)).toEqual([wanted.AnomalyGroupId]);
    const { TimeSeriesList } = await service.client.send(new ListAnomalyGroupTimeSeriesCommand({
      AnomalyDetectorArn: arn, AnomalyGroupId: wanted.AnomalyGroupId, MetricName: wanted.PrimaryMetricName,
    }));
    expect(TimeSeriesList!.length).toBeGreaterThan(0);
  });

  test('10, 13: reads values by their times and gives feedback on the series', async () => {
    const { arn } = await service.createReadyDetector();
    const found = group(arn);
    await service.store.putGroup(found);
    service.seriesValues = async (_arn, ids, to, count) => ({
      starts: Array.from({ length: count }, (_, index) => to - (count - 1 - index) * 3600),
      values: ids.map(() => Float64Array.from({ length: count }, (_, index) => index)),
    });
    const answer = await service.client.send(new ListAnomalyGroupTimeSeriesCommand({ AnomalyDetectorArn: arn, AnomalyGroupId: found.id, MetricName: 'views' }));
    const [series] = answer.TimeSeriesList!;
    expect(series.MetricValueList![answer.TimestampList!.indexOf('2023-11-14T22:00Z[UTC]')]).toBe(672);
    expect(series.DimensionList!.map(({ DimensionName }) => DimensionName)).toEqual(['platform', 'marketplace']);

    const feedback = { AnomalyGroupId: found.id, TimeSeriesId: series.TimeSeriesId!, IsAnomaly: false };
    await service.client.send(new PutFeedbackCommand({ AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: feedback }));
    const { AnomalyGroupTimeSeriesFeedback } = await service.client.send(new GetFeedbackCommand({
      AnomalyDetectorArn: arn, AnomalyGroupTimeSeriesFeedback: { AnomalyGroupId: found.id },
    }));
    expect(AnomalyGroupTimeSeriesFeedback).toEqual([{ TimeSeriesId: series.TimeSeriesId, IsAnomaly: false }]);
  });

  test('14: adds alerts of either kind right after the detector was activated', async () => {
    const { arn } = await service.createReadyDetector();
    await service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
    for (const [threshold, Action] of [
      [1, alertInput(arn).Action], [50, { LambdaConfiguration: { RoleArn: 'arn:aws-cn:iam::1:role/r', LambdaArn: 'arn:aws-cn:lambda:cn-north-1:1:function:f' } }],
    ] as const) {
      const { AlertArn } = await service.client.send(new CreateAlertCommand({ ...alertInput(arn, `alert-${threshold}`), Action, AlertSensitivityThreshold: threshold }));
      expect(AlertArn).toBe(`${PREFIX}:Alert:alert-${threshold}`);
    }
  });

  test('15: names follow from ARNs, and ARNs of metric sets from names', async () => {
    const { arn, metricSetArn } = await service.createReadyDetector('my-detector');
    const name = /.*:AnomalyDetector:(.*)/.exec(arn)![1];
    expect(name).toBe('my-detector');
    expect(metricSetArn).toBe(`${arn.replace(`:AnomalyDetector:${name}`, '')}:MetricSet/${name}/set`);
  });
});
