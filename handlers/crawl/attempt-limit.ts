// SPDX-License-Identifier: Apache-2.0

import type { IntervalItem } from './items';
import { DETECTOR_STOPPED, type CaughtError } from '../../src/private/contract';

type Tried = Pick<IntervalItem, 'attempts' | 'uncounted'>;

/** Attempts begun, but for those that found the detector stopped: an interval is not given up because of that. */
export function countedAttempts({ attempts, uncounted = 0 }: Tried): number {
  return attempts - uncounted;
}

/** Attempts that do not count, with one that has failed now. */
export function uncountedAttempts({ uncounted = 0 }: Tried, error: CaughtError): number | undefined {
  return uncounted + (error.Error === DETECTOR_STOPPED ? 1 : 0) || undefined;
}
