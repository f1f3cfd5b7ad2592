// SPDX-License-Identifier: Apache-2.0

import { formGroups, type MeasureGroup, type ScoredTotals, type SeriesScores } from '../../../../handlers/engine';
import { severityOf } from '../../../../handlers/engine/scores/severity';

/** What was observed and expected, and a score. */
type Scored = readonly [value: number, expected: number, score: number];

function scoresOf(scored: readonly Scored[]): { readonly scores: SeriesScores; readonly values: Float64Array } {
  const column = (index: 0 | 1 | 2): Float64Array => Float64Array.from(scored, each => each[index]);
  const [values, expected, score] = [column(0), column(1), column(2)];
  const ones = values.map(() => 1);
  const severity = score.map(each => severityOf(Math.abs(each)));
  const scores = { expected, lower: expected, upper: expected, score, raise: ones, steepness: ones, severity };
  return { scores, values };
}

const SERIES = ['ios/5.2', 'ios/5.3', 'android/5.2', 'android/5.3'];

/** Crashes of an app of two platforms and two versions; `totals` are of all of it, the platforms and the versions. */
function groups(series: readonly Scored[], totals: Readonly<Record<string, Scored>>, young = ['5.3']): MeasureGroup[] {
  const names = Object.keys(totals);
  const scoredTotals: ScoredTotals = {
    ...scoresOf(Object.values(totals)),
    measureOf: () => 0,
    ofAll: () => 0,
    levelOf: number => number === 0 ? 0 : 1,
    places: 3,
    totalOf: (number, place) => place === 0 ? 0 : names.indexOf(SERIES[number]!.split('/')[place - 1]!),
    moves: { isStill: () => false, perWeek: () => 0, squaresPerWeek: () => 0 },
    shareOf: () => 1,
    isYoung: number => young.includes(names[number]!),
  };
  const { scores, values } = scoresOf(series);
  return formGroups(scores, values, number => ({ measure: 0, dimensionValues: SERIES[number]!.split('/') }), 1, 2, scoredTotals);
}

/** The new version has crashed for two days, and what is known of it knows that. */
const KNOWN: readonly Scored[] = [[10, 12, 0], [20, 18, 0], [10, 13, 0], [260, 240, 1]];
const VERSIONS: Readonly<Record<string, Scored>> = { 5.2: [20, 25, 0], 5.3: [280, 260, 1] };

test('what the totals of all values of a dimension foresee, of which one is new, is no news in that of the whole', () => {
  expect(groups(KNOWN, { all: [300, 180, 9], ...VERSIONS })).toEqual([]);
});

test('what they foresee less than half of is news', () => {
  const [group] = groups(KNOWN, { all: [300, 180, 9], 5.2: [20, 25, 0], 5.3: [280, 200, 3] });
  expect(group).toMatchObject({ totals: [0], direction: 1 });
});

test('what is less than they foresee is news, too', () => {
  const [group] = groups(KNOWN.map(([, expected]) => [expected / 3, expected, -3]), { all: [94, 283, -9], 5.2: [8, 25, -3], 5.3: [86, 260, -4] });
  expect(group).toMatchObject({ totals: [0], direction: -1 });
});

test('a dimension foresees nothing where none of its values is new, one has no total, or one is too new to expect something', () => {
  expect(groups(KNOWN, { all: [300, 180, 9], ...VERSIONS }, [])).toMatchObject([{ totals: [0] }]);
  expect(groups(KNOWN, { all: [300, 180, 9], 5.3: VERSIONS['5.3']! })).toMatchObject([{ totals: [0] }]);
  expect(groups(KNOWN, { all: [300, 180, 9], 5.2: [20, 25, 0], 5.3: [280, NaN, NaN] })).toMatchObject([{ totals: [0] }]);
});

test('while all is new nothing is foreseen', () => {
  expect(groups(KNOWN, { all: [300, 180, 9], ...VERSIONS }, ['all', '5.2', '5.3'])).toMatchObject([{ totals: [0] }]);
});
