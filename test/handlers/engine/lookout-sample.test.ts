// SPDX-License-Identifier: Apache-2.0

import { HOUR, LookoutSample, MONDAY, type LookoutSampleOptions } from './samples';
import { DetectionModel, formGroups } from '../../../handlers/engine';

/** Threshold of an alert unless the user chooses another. */
const ALERT_THRESHOLD = 70;
const ITEMS = 21;
const SEEDS = [1, 2, 3, 4];

interface Quality { events: number; found: number; alerts: number; right: number }

/** 60 days of history, then 28 days scored: views are the measure 0, revenue (0.3 x views) the measure 1. */
function qualityOf(options: LookoutSampleOptions, seeds: readonly number[], historyDays = 60): Quality {
  const quality = { events: 0, found: 0, alerts: 0, right: 0 };
  for (const seed of seeds) {
    const sample = new LookoutSample(seed, options);
    const model = new DetectionModel({ intervalSeconds: 3600 }, 2 * ITEMS);
    const events: ({ found: boolean } | undefined)[] = [];
    const alerts: ({ right: boolean } | undefined)[] = [];
    for (let hour = 0; hour < (historyDays + 28) * 24; hour++) {
      const items = sample.next();
      const values = Float64Array.from({ length: 2 * ITEMS }, (_, series) => items[series % ITEMS]!.views * (series < ITEMS ? 1 : 0.3));
      const scores = model.observe(MONDAY + hour * HOUR, values);
      if (hour < historyDays * 24) continue;
      const groups = formGroups(scores, values, series => ({
        measure: Math.floor(series / ITEMS), dimensionValues: [`platform ${Math.floor(series % ITEMS / 7)}`, `marketplace ${series % 7}`],
      }), 2, 2).filter(({ severity }) => severity >= ALERT_THRESHOLD);
      const alerted = new Set(groups.flatMap(({ series }) => series));
      for (let series = 0; series < 2 * ITEMS; series++) {
        if (!items[series % ITEMS]!.anomalous) { events[series] = undefined; continue; }
        if (!events[series]) { events[series] = { found: false }; quality.events++; }
        if (alerted.has(series) && !events[series]!.found) { events[series]!.found = true; quality.found++; }
      }
      for (const measure of [0, 1]) {
        const group = groups.find(candidate => candidate.measure === measure);
        if (!group) { alerts[measure] = undefined; continue; }
        if (!alerts[measure]) { alerts[measure] = { right: false }; quality.alerts++; }
        if (alerts[measure]!.right || !group.series.some(series => items[series % ITEMS]!.anomalous)) continue;
        alerts[measure]!.right = true;
        quality.right++;
      }
    }
  }
  return quality;
}

describe('the sample of Lookout for Metrics, at the default threshold', () => {
  test.each<LookoutSampleOptions>([{}, { weekend: 0.3 }, { growth: 0.1 }, { weekend: 0.3, growth: 0.1 }])('%j', options => {
    const { events, found, alerts, right } = qualityOf(options, SEEDS);
    expect(events).toBeGreaterThan(400);
    expect(found / events).toBeGreaterThanOrEqual(0.98);
    expect(right / alerts).toBeGreaterThanOrEqual(0.95);
  });

  test('two weeks of history are enough', () => {
    const { events, found, alerts, right } = qualityOf({}, SEEDS, 14);
    expect(found / events).toBeGreaterThanOrEqual(0.98);
    expect(right / alerts).toBeGreaterThanOrEqual(0.98);
  });
});
