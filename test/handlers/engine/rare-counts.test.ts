// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, formGroups, type MeasureGroup } from '../../../handlers/engine';
import { RareCounts } from '../../../handlers/engine/rare-counts';
import { ANOMALOUS_SCORE } from '../../../handlers/engine/severity';

const HOUR = 3600;
const START = Date.UTC(2026, 0, 5) / 1000;
const DAYS = 28;

interface History {
  /** Series that have one error each at an hour of their own in the last two weeks before. */
  readonly moved: number;
  /** Default: whole numbers are counts. */
  readonly isAverage?: boolean;
}

/** Groups of the hours after four weeks of nothing or next to nothing. */
function groupsOf(count: number, { moved, isAverage }: History, hours: readonly ((series: number) => number)[]): MeasureGroup[][] {
  const model = new DetectionModel({ intervalSeconds: HOUR }, count);
  for (let hour = 0; hour < 24 * DAYS; hour++) {
    const values = new Float64Array(count);
    const series = (24 * DAYS - hour) / 6;
    if (Number.isInteger(series) && series <= moved) values[count - series] = 1;
    model.learn(START + hour * HOUR, values);
  }
  return hours.map((valueOf, hour) => {
    const values = Float64Array.from({ length: count }, (_, series) => valueOf(series));
    const scores = model.observe(START + (24 * DAYS + hour) * HOUR, values);
    return formGroups(scores, values, series => ({ measure: 0, dimensionValues: [`host-${series}`] }), 1, 1, undefined,
      () => isAverage ? undefined : series => model.movesPerWeek(series));
  });
}

const first = (value: number) => (series: number): number => series === 7 ? value : 0;

describe('a count where nothing was expected', () => {
  const judged = (value: number, expected: number, moves = 1): number => {
    const counts = new RareCounts(series => [moves - 0.5, 0.5][series]!);
    counts.see(0, 0);
    counts.see(1, 0.4);
    return counts.judge(1000, value, expected);
  };

  test('has at most a score that grows with its logarithm', () => {
    expect([1, 2, 8].map(value => judged(value, 0.1))).toEqual([1, 2, 4].map(times => times * ANOMALOUS_SCORE));
  });

  test.each([[0, 0], [0.5, 0], [1.5, 0], [-3, 0], [1, 0.5], [3, 3], [1, -2], [NaN, 0], [Infinity, 0], [1, NaN]])(
    'is not what %d is where %d was expected', (value, expected) => {
      expect(judged(value, expected)).toBe(1000);
    });

  test('has any score where such series move less than once a week', () => {
    expect(judged(1, 0, 0.99)).toBe(1000);
  });

  test('has any score beside series that are expected to move', () => {
    const counts = new RareCounts(() => 100);
    counts.see(0, 0.5);
    counts.see(1, NaN);
    expect(counts.judge(1000, 1, 0)).toBe(1000);
  });
});

describe('the first error of a series', () => {
  const USUAL = { moved: 30 };

  test('is an anomaly of the least severity among few series of which some had errors', () => {
    const [[group]] = groupsOf(10, { moved: 2 }, [first(1)]);
    expect(group).toMatchObject({ series: [7] });
    expect(group!.severity).toBeGreaterThanOrEqual(ANOMALOUS_SEVERITY);
    expect(group!.severity).toBeLessThan(85);
  });

  test('is not told of among hundreds of which each has its first error once', () => {
    expect(groupsOf(300, USUAL, [first(1), first(0), first(2)])).toEqual([[], [], []]);
  });

  test.each<[string, (series: number) => number, number]>([
    ['several errors at once', first(4), 1],
    ['one error in each of many series', series => series < 15 ? 1 : 0, 15],
  ])('%s are told of among hundreds', (_, values, series) => {
    const [[group]] = groupsOf(300, USUAL, [values]);
    expect(group!.series).toHaveLength(series);
  });

  test.each([1, 300])('is as severe as can be among %d series that had none', count => {
    const [[group]] = groupsOf(count, { moved: 0 }, [series => series === count - 1 ? 1 : 0]);
    expect(group!.series).toEqual([count - 1]);
    expect(group!.severity).toBeGreaterThan(99);
  });

  test('of an average, as of a machine that is down, is told of at once', () => {
    const [[group]] = groupsOf(300, { ...USUAL, isAverage: true }, [first(1)]);
    expect(group!.series).toEqual([7]);
    expect(group!.severity).toBeGreaterThan(99);
  });
});
