// SPDX-License-Identifier: Apache-2.0

import { apply, someAnomaly } from './anomalies';
import { DAY, type FamilySource, KPI_FAMILIES, type KpiFamily } from './families';
import { between, derivedSeed, seededRandom } from '../../local/sample/random';
import type { LabelledSeries } from '../quality/labelled-series';

/** A Monday, 00:00. */
const START = Date.UTC(2025, 0, 6) / 1000;
/** Series of each family: anomalies once a month, a few a week, several a day in clusters. */
const ANOMALIES_PER_DAY = [1 / 30, 0.4, 3];
/** Days of a cluster, and of each turn of one cluster and its pause. */
const CLUSTER_DAYS = 2;
const CLUSTER_TURN_DAYS = 7;
/** Share of the bumps that nobody labelled, and intervals by which labels are off. */
const UNLABELLED = 0.05;
const LABEL_ERROR = 3;

/**
 * Made series like the metrics of web services, every 5 minutes, 2-12 weeks long, with labelled anomalies: three for each family. The same seed
 * gives the same series. Labels are imperfect as people's are; some series have an outage in the first half, some have gaps.
 */
export function kpiSeries(seed = 20_251): LabelledSeries[] {
  return KPI_FAMILIES.flatMap((family, index) => ANOMALIES_PER_DAY.map((rate, variant) =>
    oneSeries(family, variant, rate, derivedSeed(seed, family.name, index * ANOMALIES_PER_DAY.length + variant))));
}

function oneSeries(family: KpiFamily, variant: number, anomaliesPerDay: number, seed: number): LabelledSeries {
  const random = seededRandom(seed);
  const source: FamilySource = { random, normal: normalOf(random) };
  const length = family.days * DAY;
  const next = family.values(source);
  const values = Float64Array.from({ length }, (_, interval) => next(interval));
  const events = anomalies(values, anomaliesPerDay, source);
  if (random() < 0.4) values.fill(0, Math.floor(length * 0.3), Math.floor(length * 0.3 + between(random, 6, 60)));
  if (random() < 0.4) removeSome(values, random);
  return {
    name: `${family.name} ${variant + 1}`,
    intervalSeconds: 300,
    start: START,
    values: values.map(value => (Number.isNaN(value) ? value : family.bounded(value))),
    events,
    scoredFrom: length / 2,
  };
}

/** Puts anomalies into the values and says where they are labelled. */
function anomalies(values: Float64Array, perDay: number, { random, normal }: FamilySource): { first: number; last: number }[] {
  const events: { first: number; last: number }[] = [];
  const clustered = perDay > 1;
  let free = DAY;
  for (let interval = DAY; interval < values.length - DAY / 4; interval++) {
    const quiet = clustered && Math.floor(interval / DAY) % CLUSTER_TURN_DAYS >= CLUSTER_DAYS;
    if (interval < free || quiet || random() >= perDay / DAY) continue;
    const anomaly = someAnomaly(random, interval);
    apply(anomaly, values, normal);
    free = interval + anomaly.length + 12;
    if (random() < UNLABELLED) continue;
    const off = (): number => Math.round(between(random, -LABEL_ERROR, LABEL_ERROR));
    const first = Math.max(0, interval + off());
    events.push({ first, last: Math.max(first, interval + anomaly.length - 1 + off()) });
  }
  return events;
}

/** Takes out a few stretches of up to six hours, and single points. */
function removeSome(values: Float64Array, random: () => number): void {
  for (let stretch = 0; stretch < 3; stretch++) {
    const first = Math.floor(random() * values.length);
    values.fill(NaN, first, first + Math.floor(between(random, 2, 72)));
  }
  for (let interval = 0; interval < values.length; interval++) {
    if (random() < 0.002) values[interval] = NaN;
  }
}

/** Standard normal numbers (Box and Muller's method). */
export function normalOf(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
