// SPDX-License-Identifier: Apache-2.0

import { KPI_FAMILIES } from './families';
import { labelledKpi, type Style } from './labelled-kpi';
import { MORE_FAMILIES } from './more-families';
import { derivedSeed } from '../../local/sample/random';
import type { LabelledSeries } from '../quality/labelled-series';

const KINDS: readonly Style['kinds'][] = [{ spike: 4, dip: 3 }, { spike: 3, dip: 2, shift: 4, ramp: 1.5, burst: 1.5, outage: 1 }];
/** From hardly to be seen to plain. */
const SIZES: readonly Style['sizes'][] = [[2, 6], [5, 15], [12, 60]];
/** One a week, a few a week, one each day, several a day in the first three days of a week. */
const RATES = [{ perDay: 0.15 }, { perDay: 0.5 }, { perDay: 1.2 }, { perDay: 2.5, clusterDays: 3 }];
/** How carefully they were labelled. */
const LABELS = [
  { unlabelled: 0.03, labelError: 1 }, { unlabelled: 0.03, labelError: 3 }, { unlabelled: 0.15, labelError: 3 }, { unlabelled: 0.3, labelError: 1 },
];
/** Each family has one in four of the styles, the next family others. */
const EVERY = 4;
const LONGEST_DAYS = 35;

/**
 * Made series of 5 minutes of 36 families, six of the 24 styles each: most anomalies are small, many are not labelled. No detector does well
 * on it; it tells a change that helps in one place and harms in others from one that helps. The same seed gives the same series.
 */
export function manyKpiSeries(seed = 20_251): LabelledSeries[] {
  const styles = KINDS.flatMap((kinds, kind) => SIZES.flatMap((sizes, size) => RATES.map((rate, frequency) => ({
    ...rate, kinds, sizes, name: `${['points', 'all kinds'][kind]!}, ${['tiny', 'middling', 'large'][size]!}, rate ${frequency + 1}`,
  }))));
  return [...KPI_FAMILIES, ...MORE_FAMILIES].flatMap((family, number) => styles
    .filter((_, index) => (index + Math.floor(index / RATES.length) + number) % EVERY === 0)
    .map((style, index) => labelledKpi(
      { ...family, days: Math.min(family.days, LONGEST_DAYS) }, { ...style, ...LABELS[(index + number) % LABELS.length]! },
      derivedSeed(seed, family.name, style.name))));
}
