// SPDX-License-Identifier: Apache-2.0

import { holidaysOfDetector } from './holidays';
import { type Layout, layoutOf } from './layout';
import type { Services } from './services';
import { DETECTOR_STOPPED } from '../../src/private/contract';
import { UnusableData } from '../input/unusable-data';
import type { DetectorRecord, DetectorStatus, MetricSetRecord } from '../lookout/store';

/** States in which intervals are detected. */
const DETECTING: readonly DetectorStatus[] = ['LEARNING', 'ACTIVE'];

/** A detector that detects nothing now. No interval is given up because of that. */
export class DetectorStopped extends Error {
  public constructor({ name, status, failureReason }: DetectorRecord) {
    super(`detector ${name} is ${status}: intervals are detected only while it is ${DETECTING.join(' or ')}. ${status === 'FAILED'
      ? `It has failed: ${failureReason ?? 'no reason is known'}. Correct the cause and start the Bootstrap state machine again, or activate the detector`
      : 'A deployment that changes what it learns, and a history run, stop it until it has learned; the history that it then learns has this interval, and '
        + 'nothing is to be done. Where somebody else has stopped it, activate it again: the interval is tried until then, and is not given up'}`);
    this.name = DETECTOR_STOPPED;
  }
}

/** Whether a detector detects intervals now. */
export function isDetecting({ status }: Pick<DetectorRecord, 'status'>): boolean {
  return DETECTING.includes(status);
}

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
