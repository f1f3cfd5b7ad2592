// SPDX-License-Identifier: Apache-2.0

import { countEvents, qualityOf, recallWithin, severityArea, thresholdCurve } from '../../bench/quality/events';
import type { DetectorOutput, LabelledSeries } from '../../bench/quality/labelled-series';

/** Two weeks of hours, of which the second counts. */
const SERIES: LabelledSeries = {
  name: 'a',
  intervalSeconds: 3600,
  start: 0,
  values: new Float64Array(336),
  events: [{ first: 20, last: 25 }, { first: 200, last: 205 }, { first: 300, last: 300 }],
  scoredFrom: 168,
};
const counts = (...places: number[]) => countEvents([SERIES], (_series, interval) => places.includes(interval));

describe('events', () => {
  test('an event counts once however many points of it are reported, and what lies before the scored part not at all', () => {
    expect(counts(22, 100, 201, 203, 205)).toEqual({ events: 2, foundEvents: 1, runs: 1, falseRuns: 0, seriesWeeks: 1 });
  });

  test('a run up to three intervals beside an event belongs to it, farther away it is false', () => {
    expect(counts(197)).toMatchObject({ foundEvents: 1, falseRuns: 0 });
    expect(counts(208)).toMatchObject({ foundEvents: 1, falseRuns: 0 });
    expect(counts(196)).toMatchObject({ foundEvents: 0, falseRuns: 1 });
    expect(counts(209)).toMatchObject({ foundEvents: 0, falseRuns: 1 });
  });

  test('points at most three intervals apart are one run', () => {
    expect(counts(230, 233, 236)).toMatchObject({ runs: 1, falseRuns: 1 });
    expect(counts(230, 234)).toMatchObject({ runs: 2, falseRuns: 2 });
  });

  test('precision counts runs, recall events, false alerts series and weeks', () => {
    const quality = qualityOf(counts(202, 250, 270));
    expect(quality.precision).toBeCloseTo(1 / 3);
    expect(quality.recall).toBe(0.5);
    expect(quality.f1).toBeCloseTo(0.4);
    expect(quality.falseAlertsPerSeriesWeek).toBe(2);
    expect(qualityOf(counts())).toEqual({ f1: 0, precision: 0, recall: 0, falseAlertsPerSeriesWeek: 0 });
  });
});

describe('thresholds and severities', () => {
  const output = (...scores: [interval: number, score: number][]): DetectorOutput => {
    const score = new Float64Array(336);
    for (const [interval, value] of scores) score[interval] = value;
    return { score, severity: score, alert: new Uint8Array(336) };
  };

  test('the best threshold is found, and the recall that a budget of false alerts allows', () => {
    const curve = thresholdCurve([SERIES], [output([202, 9], [250, 5], [300, 4])]);
    expect(Math.max(...curve.map(({ f1 }) => f1))).toBeCloseTo(0.8);
    expect(recallWithin(curve, 0)).toBe(0.5);
    expect(recallWithin(curve, 1)).toBe(1);
  });

  test('severity ranks true runs above false ones: 1, at random: a half, the wrong way round: 0', () => {
    expect(severityArea([SERIES], [output([202, 9], [250, 5])], 1)).toBe(1);
    expect(severityArea([SERIES], [output([202, 5], [250, 5])], 1)).toBe(0.5);
    expect(severityArea([SERIES], [output([202, 5], [250, 9])], 1)).toBe(0);
    expect(severityArea([SERIES], [output([202, 9], [250, 5])], 6)).toBeNaN();
  });
});
