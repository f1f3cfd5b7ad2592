// SPDX-License-Identifier: Apache-2.0

import type { EpochSeconds, FeedbackRecord, GroupSummary } from './store';

/** Digits of a time, and where times before 1970 are counted from: a minus sorts before all digits. */
const DIGITS = 12;
const LONG_AGO = 10 ** DIGITS;

/** Text that sorts as the time does. */
export function sortableTime(at: EpochSeconds): string {
  const seconds = Math.trunc(at);
  return seconds < 0 ? `-${(LONG_AGO + seconds).toString().padStart(DIGITS, '0')}` : seconds.toString().padStart(DIGITS, '0');
}

/** Text that sorts as groups are listed when read backwards: by end, then by score, then by id. */
export function sortableGroup(group: GroupSummary): string {
  return `${sortableTime(group.end)}#${Math.round(group.score * 1000).toString().padStart(6, '0')}#${group.id}`;
}

/** Text that sorts as feedback was put. */
export function sortableFeedback({ at, groupId, timeSeriesId }: FeedbackRecord): string {
  return `${sortableTime(at)}.${Math.trunc(at % 1 * 1000).toString().padStart(3, '0')}#${groupId}#${timeSeriesId}`;
}
