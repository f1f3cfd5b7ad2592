// SPDX-License-Identifier: Apache-2.0

import { holidaysOfDetector } from './holidays';
import { type Layout, layoutOf } from './layout';
import type { Services } from './services';
import { UnusableData } from '../input/unusable-data';
import type { DetectorRecord, MetricSetRecord } from '../lookout/store';

/**
 * The detector that an event names.
 * @throws Error when there is none
 */
export async function existingDetector({ store }: Pick<Services, 'store'>, arn: string): Promise<DetectorRecord> {
  const detector = await store.getDetector(arn);
  if (detector === undefined) throw new Error(`there is no detector ${JSON.stringify(arn)}`);
  return detector;
}

/**
 * A detector's metric set, ready to read rows with, and the holidays that the detector knows.
 * @throws UnusableData when there is no metric set, or one whose data cannot be read, and for holidays that are not known
 */
export async function layoutOfDetector({ store }: Pick<Services, 'store'>, detector: DetectorRecord): Promise<Layout> {
  const { items: [metricSet] }: { items: MetricSetRecord[] } = await store.listMetricSets(detector.arn, { limit: 1 });
  if (metricSet === undefined) throw new UnusableData(`detector ${detector.name} has no metric set: create one first`);
  return layoutOf(detector, metricSet, await holidaysOfDetector(detector));
}

/** Now, for records. Never decides what is read or detected. */
export function now(): number {
  return Date.now() / 1000;
}
