// SPDX-License-Identifier: Apache-2.0

import type { DetectEvent, PlannedInterval } from '../../../src/private/contract';
import type { EpochSeconds } from '../../lookout/store';
import { parseInstant } from '../../shared/time';

/** Up to where detections are refused: of earlier intervals, and of this one those of earlier attempts. */
interface Fence {
  /** Start of the interval that was asked for. */
  readonly requested: EpochSeconds;
  /** The first attempt that may still detect it. */
  readonly attempt: number;
}

/**
 * Fences against detections that go on although nobody waits for them any more: the connection to the function was lost, or the execution
 * that had invoked it was ended. By then a later attempt may have read the interval anew, or the ledger lists it as failed, so the rows that
 * the late one has read must not be learned. The number of the attempt is the fencing token. A fence is written with the model, in place of
 * the version that a late detection has read: so that one cannot write its own any more.
 */
export interface Fences {
  readonly first?: Fence;
  /** Of second readings. */
  readonly again?: Fence;
}

type Attempt = Pick<Extract<DetectEvent, { action: 'detect' | 'known' }>, 'interval' | 'attempt'>;

/** The detection is of an attempt that a later one has taken the place of. Nothing was learned, and nothing is noted. */
export class OvertakenAttempt extends Error {
  public constructor(detector: string, { interval, attempt }: Attempt) {
    super(`detector ${detector} takes nothing more of attempt ${attempt} at the interval ${interval.start}: its run had ended or could not wait for it, `
      + 'and whether the interval is read again or listed as failed was decided meanwhile, or a history was learned that holds it. Look at the interval\'s item in the ledger');
    this.name = 'OvertakenAttempt';
  }
}

/**
 * Keeps out second readings of what a history holds that was learned: their rows may be those of the query before it, and intervals that only the history
 * has would be lost, since they are not detected again with them.
 * @param end of the history
 */
export function fencesAfterHistory(end: EpochSeconds): Fences {
  return { again: { requested: end, attempt: 0 } };
}

/** Whether a detection is behind a fence. One whose attempt has no number, since no crawl asked for it, is not. */
export function isOvertaken(fences: Fences, { interval, attempt }: Attempt): boolean {
  const fence = fences[keyOf(interval)];
  const requested = secondsOf(interval);
  return attempt !== undefined && fence !== undefined && (requested < fence.requested || (requested === fence.requested && attempt < fence.attempt));
}

/**
 * The fences with one that keeps out all attempts before this one.
 * @returns the same object when they do so already
 */
export function withFence(fences: Fences, { interval, attempt }: Attempt): Fences {
  const key = keyOf(interval);
  const fence = fences[key];
  const requested = secondsOf(interval);
  const isThere = fence !== undefined && (requested < fence.requested || (requested === fence.requested && attempt! <= fence.attempt));
  return attempt === undefined || isThere ? fences : { ...fences, [key]: { requested, attempt } };
}

function keyOf({ reading }: PlannedInterval): keyof Fences {
  return reading === 'AGAIN' ? 'again' : 'first';
}

function secondsOf({ start }: PlannedInterval): EpochSeconds {
  return parseInstant(start, 'start of the interval') / 1000;
}
