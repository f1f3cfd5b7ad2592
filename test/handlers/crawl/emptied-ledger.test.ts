// SPDX-License-Identifier: Apache-2.0

import { at, CrawlSteps, hour } from './crawl-steps';
import { readHistory, SETTINGS } from './ledger-table';

const steps = new CrawlSteps();
const { plan, crawl } = steps;

/** The lag that a run tells of. */
const lagOf = async (time: string): Promise<number | undefined> => {
  const before = steps.metrics().length;
  await plan(time, `crawl-${time}`);
  return steps.metrics().slice(before).find(line => 'CrawlLag' in line)?.CrawlLag;
};

describe('a ledger that somebody has emptied', () => {
  it('is told of by runs that are ever farther behind, until a history run begins', async () => {
    await plan('11:05');
    await crawl(hour(10));
    steps.handle = await steps.ledger.fresh();
    expect(await plan('12:05')).toEqual({ intervals: [], reason: 'no history run has finished yet: the crawl begins at its end' });
    // the alarm goes off beyond the delay and two intervals, as for any crawl that is behind
    expect([await lagOf('13:05'), await lagOf('14:05'), await lagOf('15:05')]).toEqual([3600, 7200, 10_800]);
    await steps.handle({ action: 'planHistory', settings: SETTINGS, now: at('15:10'), execution: 'bootstrap-2' });
    expect(await lagOf('16:05')).toBeUndefined();
    await readHistory(steps.handle, at('15:10'), 'bootstrap-2');
    expect((await plan('16:05')).intervals).toEqual([hour(15)]);
  });

  it('no lag is told of in a new one by the run that comes before its first history run', async () => {
    steps.handle = await steps.ledger.fresh();
    expect(await lagOf('10:05')).toBe(0);
    await readHistory(steps.handle, at('10:05'));
    expect(await lagOf('10:15')).toBe(15 * 60);
  });

  it('once a history run has finished, nothing of it is left', async () => {
    steps.handle = await steps.ledger.fresh();
    await plan('10:05');
    expect(await steps.ledger.items('control')).toHaveProperty('empty');
    await readHistory(steps.handle, at('10:05'));
    expect(Object.keys(await steps.ledger.items('control'))).toEqual(['watermark']);
  });

  it('two runs at once agree since when it is empty', async () => {
    steps.handle = await steps.ledger.fresh();
    await Promise.all([plan('10:05', 'crawl-1'), plan('10:05', 'crawl-2')]);
    expect(await steps.ledger.items('control')).toEqual({ empty: { since: at('10:05') } });
  });
});
