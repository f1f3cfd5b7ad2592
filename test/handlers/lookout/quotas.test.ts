// SPDX-License-Identifier: Apache-2.0

/** How much there may be of what callers create, also when they create at the same time. */
import {
  ConflictException, CreateAlertCommand, CreateMetricSetCommand, DeleteAlertCommand, DeleteAnomalyDetectorCommand, ServiceQuotaExceededException,
  UpdateMetricSetCommand,
} from '@aws-sdk/client-lookoutmetrics';
import { alertInput, metricSetInput, PREFIX, TestService } from './service';
import { onEachStore } from './stores';

onEachStore(makeStore => {
  let service: TestService;
  beforeEach(async () => {
    service = new TestService(await makeStore());
  });

  const createAlert = (arn: string, name: string): Promise<unknown> => service.client.send(new CreateAlertCommand(alertInput(arn, name)));

  /** How many of the calls succeeded; all others must have exceeded a quota. */
  async function succeeded(calls: Promise<unknown>[]): Promise<number> {
    const outcomes = await Promise.allSettled(calls);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ServiceQuotaExceededException);
    }
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  }

  test('of detectors that are created at the same time exactly as many are made as there is room for', async () => {
    service.maximumDetectors = 3;
    await service.createDetector('first');
    const names = Array.from({ length: 6 }, (_, index) => `rival-${index}`);
    const created = await succeeded(names.map(name => service.createDetector(name)));
    expect(created).toBe(2);
    expect((await service.store.listDetectors({ limit: 10 })).items).toHaveLength(3);
    await expect(service.createDetector('beyond')).rejects.toThrow(ServiceQuotaExceededException);
    await expect(service.createDetector('first')).rejects.toThrow(ConflictException); // a name that is taken is the nearer fault
    // the place of one that is deleted can be had, by one
    await service.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: `${PREFIX}:AnomalyDetector:first` }));
    expect(await succeeded(['next', 'other'].map(name => service.createDetector(name)))).toBe(1);
  });

  test('the last place is had by one of many, each time', async () => {
    service.maximumDetectors = 1;
    for (let round = 0; round < 10; round++) {
      expect(await succeeded(Array.from({ length: 4 }, (_, index) => service.createDetector(`rival-${index}`)))).toBe(1);
      const { items: [{ arn }] } = await service.store.listDetectors({ limit: 10 });
      await service.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
    }
  });

  test('of a detector\'s alerts that are created at the same time exactly as many are made as there is room for', async () => {
    service.maximumAlerts = 2;
    const arn = await service.createDetector();
    const other = await service.createDetector('other');
    await createAlert(other, 'others');
    const created = await succeeded(['a', 'b', 'c', 'd'].map(name => createAlert(arn, name)));
    const { items } = await service.store.listAlerts(arn, { limit: 10 });
    expect(items).toHaveLength(2);
    expect(created).toBe(2);
    expect((await service.store.listAlerts(other, { limit: 10 })).items).toHaveLength(1);
    await service.client.send(new DeleteAlertCommand({ AlertArn: items[0].arn }));
    expect(await succeeded(['e', 'f', 'g'].map(name => createAlert(arn, name)))).toBe(1);
  });

  test('a higher quota of alerts lets a detector have more', async () => {
    service.maximumAlerts = 12;
    const arn = await service.createDetector();
    for (let index = 0; index < 12; index++) await createAlert(arn, `alert-${index}`);
    await expect(createAlert(arn, 'beyond')).rejects.toThrow('Detector sales has 12 alerts: delete one, or raise maximumAlertsPerDetector of the service.');
  });

  test.each([
    ['MetricList', 'METRICS_PER_METRIC_SET', 'MetricList has 4 entries, and a metric set can have 3 metrics', (count: number) => ({
      MetricList: Array.from({ length: count }, (_, index) => ({ MetricName: `m${index}`, AggregationFunction: 'SUM' as const })),
    })],
    ['DimensionList', 'DIMENSIONS_PER_METRIC_SET', 'DimensionList has 4 entries, and a metric set can have 3 dimensions', (count: number) => ({
      DimensionList: Array.from({ length: count }, (_, index) => `d${index}`),
    })],
  ])('%s of a metric set has as many entries as the quota allows', async (_list, QuotaCode, message, entries) => {
    service.maximumMetrics = service.maximumDimensions = 3;
    const arn = await service.createDetector();
    const create = (count: number): Promise<{ MetricSetArn?: string }> =>
      service.client.send(new CreateMetricSetCommand({ ...metricSetInput(arn), ...entries(count) }));
    const exceeded = { name: 'ServiceQuotaExceededException', QuotaCode, ResourceType: 'MetricSet', $metadata: { httpStatusCode: 402 }, message: expect.stringContaining(message) };
    await expect(create(4)).rejects.toMatchObject(exceeded);
    const { MetricSetArn } = await create(3);
    await expect(service.client.send(new UpdateMetricSetCommand({ MetricSetArn, ...entries(4) }))).rejects.toMatchObject(exceeded);
    service.maximumMetrics = service.maximumDimensions = 4;
    await service.client.send(new UpdateMetricSetCommand({ MetricSetArn, ...entries(4) }));
  });
});
