// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SEVERITY, DetectionModel, formGroups, type MeasureGroup } from '../../../../handlers/engine';
import { RareMoves } from '../../../../handlers/engine/groups/rare-moves';
import { ANOMALOUS_SCORE } from '../../../../handlers/engine/scores/severity';

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
      () => isAverage ? undefined : model.moves);
  });
}

const first = (value: number) => (series: number): number => series === 7 ? value : 0;

describe('a move where nothing was expected', () => {
  /** Series 0 and 1 moved by `size`, 2 never; 3 is never still. */
  const judged = (series: number, value: number, expected: number, { perWeek = 0.5, size = 1 } = {}): number => {
    const moves = new RareMoves({
      isStill: each => each < 3, perWeek: each => each < 2 ? perWeek : 0, squaresPerWeek: each => each < 2 ? perWeek * size * size : NaN,
    });
    for (let each = 0; each < 4; each++) moves.see(each);
    return moves.judge(series, 1000, value, expected);
  };

  test('has at most a score that grows with the logarithm of its size', () => {
    expect([0.3, 1, 2, 8, -8].map(value => judged(2, value, 0))).toEqual([1, 1, 2, 4, 4].map(times => times * ANOMALOUS_SCORE));
    expect([30, 59.9].map(value => judged(0, value, 0.1, { size: 29.9 }))).toEqual([1, 2].map(times => times * ANOMALOUS_SCORE));
  });

  test.each<[string, number]>([
    ['a series whose value is a usual move', judged(2, 0, 1)],
    ['a series that is not still', judged(3, 1, 0)],
    ['a measure whose series move less than once a week', judged(2, 1, 0, { perWeek: 0.49 })],
    ['a measure of averages', new RareMoves(undefined).judge(2, 1000, 1, 0)],
  ])('has any score in %s', (_name, score) => {
    expect(score).toBe(1000);
  });
});

describe('the first error of a series', () => {
  const USUAL = { moved: 30 };

  test('is an anomaly of the least severity among few series of which some had errors', () => {
    const [[group]] = groupsOf(10, { moved: 6 }, [series => series === 2 ? 1 : 0]);
    expect(group).toMatchObject({ series: [2] });
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

  test('counts of moves are those that there were', () => {
    const model = new DetectionModel({ intervalSeconds: HOUR }, 2);
    for (let hour = 0; hour < 24 * DAYS; hour++) model.learn(START + hour * HOUR, Float64Array.of(hour % 83 === 50 ? 10 * (1 + hour % 7) : 0, hour));
    const { isStill, perWeek, squaresPerWeek } = model.moves;
    expect([isStill(0), isStill(1), perWeek(1)]).toEqual([true, false, 0]);
    expect(perWeek(0)).toBeCloseTo(2, 1);
    expect(Math.sqrt(squaresPerWeek(0) / perWeek(0))).toBeGreaterThan(30);
    expect(Math.sqrt(squaresPerWeek(0) / perWeek(0))).toBeLessThan(50);
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
