// SPDX-License-Identifier: Apache-2.0

import { KPI_FAMILIES } from './families';
import { labelledKpi, type Style } from './labelled-kpi';
import { derivedSeed } from '../../local/sample/random';
import type { LabelledSeries } from '../quality/labelled-series';

/** Families in which most anomalies cannot be told from what they do anyway. */
const INVISIBLE = new Set(['errors, sparse', 'queue length, bursts', 'batch job, jitter', 'orders, low volume']);
/** Series of each family: anomalies once in three weeks, a few a week, several a day in the first three days of a week. */
const STYLES: readonly Style[] = [{ perDay: 1 / 20 }, { perDay: 0.3 }, { perDay: 1.5, clusterDays: 3 }].map((rate, index) => ({
  ...rate,
  name: String(index + 1),
  kinds: { spike: 4, dip: 3, shift: 1.5, ramp: 0.7, burst: 0.5, outage: 1 },
  sizes: [4, 40],
  unlabelled: 0.04,
  labelError: 2,
}));

/**
 * Made series of 5 minutes as `kpiSeries`, but with anomalies that a person who labels them would see, and only in families where that
 * tells anything. Detectors that are known from real metrics (detection.md) have about the same F1 on them. The same seed gives the same series.
 */
export function visibleKpiSeries(seed = 20_251): LabelledSeries[] {
  const families = KPI_FAMILIES.filter(({ name }) => !INVISIBLE.has(name));
  return families.flatMap((family, index) => STYLES.map((style, variant) =>
    labelledKpi(family, style, derivedSeed(seed, `v${family.name}`, index * STYLES.length + variant))));
}
