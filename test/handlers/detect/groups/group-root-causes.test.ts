// SPDX-License-Identifier: Apache-2.0

/** What explains a group whose series are too noisy to tell by themselves: the totals that it tells. */
import type { EventSoFar } from '../../../../handlers/detect/groups/event-so-far';
import { rootCausesOf } from '../../../../handlers/detect/groups/group-root-causes';
import type { DetectorModel } from '../../../../handlers/detect/model/detector-model';
import { Totals } from '../../../../handlers/detect/model/totals';
import type { Measure } from '../../../../handlers/input/row-layout';
import { SeriesIndex } from '../../../../handlers/input/series-index';

const CRASHES: Measure = { name: 'crashes', aggregation: 'SUM' };
const VERSIONS = ['1', '2', '3'];
const MODELS = ['a', 'b'];
const REGIONS = ['br', 'de', 'in', 'us'];
const COMBINATIONS = VERSIONS.flatMap(version => MODELS.flatMap(model => REGIONS.map(region => [version, model, region])));
const EXPECTED = 10;

/** Causes of a rise of all crashes, of which 10 are expected of each series, give or take 10, and that many more come. */
function causesOf(moreOf: (version: string, model: string, index: number) => number): string[] {
  const series = new SeriesIndex([CRASHES.name], ['version', 'model', 'region'], COMBINATIONS);
  const totals = new Totals({ intervalSeconds: 3600 }, [CRASHES], series);
  totals.learn(0, new Float64Array(COMBINATIONS.length).fill(EXPECTED));
  const all = totals.ofAll(0);
  const event: EventSoFar = {
    measure: 0,
    sums: {
      values: Float64Array.from(COMBINATIONS, ([version, model], index) => EXPECTED + moreOf(version!, model!, index)),
      expected: new Float64Array(COMBINATIONS.length).fill(EXPECTED),
      scale: new Float64Array(COMBINATIONS.length).fill(EXPECTED),
    },
    series: [],
    totals: [all],
    allTotals: [all],
    direction: 1,
    isWholeOff: true,
    contributions: [],
  };
  return rootCausesOf({ series, totals } as unknown as DetectorModel, event).map(({ dimensions, share, consistency }) => (
    `${dimensions.map(({ name, value }) => `${name}=${value}`).join(' ')}: ${share} %, ${consistency} %`));
}

test('what rises alike is all of it', () => {
  expect(causesOf((_version, _model, index) => 4 + index % 2)).toEqual([': 100 %, 100 %']);
});

test('nearly all of the rise is of one value, and the rest as ever: it is that value', () => {
  expect(causesOf((version, _model, index) => version === '3' ? 6 : index % 2 === 0 ? 1 : -1)).toEqual(['version=3: 100 %, 100 %']);
  expect(causesOf((version, model, index) => version === '3' && model === 'b' ? 9 : index % 2 === 0 ? 1 : -1)).toEqual(['version=3 model=b: 100 %, 100 %']);
});

test('two of three values rise: that is told of all, not of one of them', () => {
  expect(causesOf(version => version === '1' ? 0 : 6)).toEqual([': 100 %, 66.67 %']);
});
