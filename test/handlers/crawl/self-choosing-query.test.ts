// SPDX-License-Identifier: Apache-2.0

/** Queries without placeholders. */
import { CrawlSteps, detection, DONE, hour } from './crawl-steps';
import { before, SETTINGS } from './ledger-table';
import type { ConnectorSettings, CrawlPlan, GivenUpDetail } from '../../../src/private/contract';

const settings: ConnectorSettings = { ...SETTINGS, query: 'select * from t where ts < DATEADD(hour, 0, getdate()) and ts > DATEADD(hour, -1, getdate())' };
const steps = new CrawlSteps(settings);
const { plan, begin, metrics, beginAnew } = steps;

describe('a query that chooses its rows itself', () => {
  it('is run for the newest interval only; the others are listed as failed', async () => {
    expect((await plan('13:05', 'crawl-1', settings)).intervals).toEqual([hour(12)]);
    expect((await begin(hour(12), 'crawl-1', settings)).chosenByQuery).toBe(true);
    await steps.handle({
      action: 'finished',
      settings,
      interval: hour(12),
      execution: 'crawl-1',
      statement: DONE,
      detection: { interval: hour(11), ...detection(7) },
    });
    const items = await steps.ledger.items('interval');
    expect(items[hour(10).start]).toMatchObject({ state: 'FAILED', givenUp: true, error: expect.stringContaining('the query has no {{start}} and {{end}}') });
    expect(items[hour(11).start]).toMatchObject({ state: 'FAILED', givenUp: true, attempts: 0 });
    expect(items[hour(12).start]).toMatchObject({ state: 'FINISHED', countedFor: hour(11).start });
    expect(metrics()).toContainEqual(expect.objectContaining({ IntervalsFailed: 2 }));
    expect((await plan('13:05', 'crawl-1', settings)).intervals).toEqual([]);
  });

  it('also after a gap of months', async () => {
    const { intervals, untold } = await steps.handle({ action: 'plan', settings, scheduledTime: '2026-12-03T10:05:00Z', execution: 'crawl-1' }) as CrawlPlan;
    expect(untold).toMatchObject({
      detailType: 'Redshift Lookout Intervals Given Up',
      detail: {
        connector: 'Ecommerce', execution: 'crawl-1', count: 239, start: hour(10).start, end: '2026-12-03T09:00:00Z', error: expect.stringContaining('the interval was missed'),
      },
    });
    expect(intervals).toEqual([{ start: '2026-12-03T09:00:00Z', end: '2026-12-03T10:00:00Z' }]);
    expect(Object.values(await steps.ledger.items('interval')).filter(item => item.givenUp)).toHaveLength(239);
  });

  it('what was given up is told until an event has told of it, whatever is lost', async () => {
    const lost = async (execution: string) => await steps.handle({ action: 'plan', settings, scheduledTime: '2026-11-23T13:05:00Z', execution }) as CrawlPlan;
    const givenUp = { count: 2, start: hour(10).start, end: hour(11).end, error: expect.stringContaining('the interval was missed') };
    const detail = async (execution: string) => (await lost(execution)).untold!.detail;
    expect(await detail('crawl-1')).toMatchObject(givenUp); // the answer is lost, and the state machine asks again
    expect(await detail('crawl-1')).toMatchObject(givenUp);
    expect((await plan('13:05', 'crawl-2', settings))).not.toHaveProperty('untold'); // the one that crawls tells
    steps.ledger.now += 10 * 3600_000;
    const untold = (await lost('crawl-3')).untold!;
    expect(untold.detail).toMatchObject(givenUp);
    await steps.handle({ action: 'told', untold: { ...untold, version: 'of an earlier plan' } });
    expect(await detail('crawl-3')).toMatchObject(givenUp);
    await steps.handle({ action: 'told', untold });
    await steps.handle({ action: 'told', untold });
    expect(await lost('crawl-3')).not.toHaveProperty('untold');
  });

  it('a plan that breaks between giving up and telling is made up for by the next one', async () => {
    for (const start of [hour(10).start, hour(11).start, 'watermark', 'given up']) {
      await beginAnew();
      const breaks = async () => { throw new Error('broken'); };
      const broken = steps.ledger.handler(before(steps.ledger.client, 'PutItemCommand', start, breaks));
      await expect(broken({ action: 'plan', settings, scheduledTime: '2026-11-23T13:05:00Z', execution: 'crawl-1' })).rejects.toThrow('broken');
      const { untold, intervals } = await plan('13:05', 'crawl-1', settings);
      const { count, start: first, end } = untold!.detail as GivenUpDetail;
      expect([start, count, first, end, intervals]).toEqual([start, 2, hour(10).start, hour(11).end, [hour(12)]]);
    }
  });
});
