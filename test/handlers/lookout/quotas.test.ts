/** How much there may be of what callers create, also when they create at the same time. */
import { CreateAlertCommand, ServiceQuotaExceededException } from '@aws-sdk/client-lookoutmetrics';
import { alertInput, TestService } from './service';
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

  test('detectors that are created at the same time are never more than the quota', async () => {
    service.maximumDetectors = 3;
    await service.createDetector('first');
    const names = Array.from({ length: 6 }, (_, index) => `rival-${index}`);
    const created = await succeeded(names.map(name => service.createDetector(name)));
    const { items } = await service.store.listDetectors({ limit: 10 });
    expect(items).toHaveLength(1 + created);
    expect(items.length).toBeLessThanOrEqual(3);
    // what is left can be had
    for (let left = items.length; left < 3; left++) await service.createDetector(`later-${left}`);
    await expect(service.createDetector('beyond')).rejects.toThrow(ServiceQuotaExceededException);
  });

  test('alerts of a detector that are created at the same time are never more than the quota', async () => {
    service.maximumAlerts = 2;
    const arn = await service.createDetector();
    const other = await service.createDetector('other');
    await createAlert(other, 'others');
    const created = await succeeded(['a', 'b', 'c', 'd'].map(name => createAlert(arn, name)));
    const { items } = await service.store.listAlerts(arn, { limit: 10 });
    expect(items).toHaveLength(created);
    expect(created).toBeLessThanOrEqual(2);
    expect((await service.store.listAlerts(other, { limit: 10 })).items).toHaveLength(1);
  });

  test('a higher quota of alerts lets a detector have more', async () => {
    service.maximumAlerts = 12;
    const arn = await service.createDetector();
    for (let index = 0; index < 12; index++) await createAlert(arn, `alert-${index}`);
    await expect(createAlert(arn, 'beyond')).rejects.toThrow('Detector sales has 12 alerts.');
  });
});
