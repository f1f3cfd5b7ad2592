// SPDX-License-Identifier: Apache-2.0

import type { EpochSeconds, GroupRecord } from '../../lookout/store';
import type { OngoingGroup } from '../model/model-header';

/** What becomes of a detector's groups when intervals were detected again. */
export interface ReplacedGroups {
  /** Groups as they are by now. */
  readonly groups: GroupRecord[];
  /** Ids of groups that are there no more. */
  readonly withdrawn: string[];
  /** Id under which a group is known, by the one that it got when it was formed again. */
  readonly ids: ReadonlyMap<string, string>;
}

/**
 * Compares the groups that were formed again, from an interval on, with those that people know.
 *
 * A group that was formed again, or was open before the interval, is the known one with the same id, or else the oldest known one of its
 * measure that it overlaps: it keeps that id, though it may begin or end at another interval. So a known group that reached into the interval
 * goes back to what it was before, and one that falls apart stays its oldest part. A known group of which nothing is left is withdrawn. What
 * was told of a group counts as told of every group of the measure that overlaps it: only what overlaps nothing known is news.
 * @param known groups in the store that may be those that were open before the interval, or reach into it
 * @param formed groups of the intervals that were detected again, as they are by now
 * @param before groups that were open before the interval, as they were then
 * @param start of the interval
 */
export function replaceGroups(
  known: readonly GroupRecord[], formed: readonly GroupRecord[], before: readonly OngoingGroup[], start: EpochSeconds,
): ReplacedGroups {
  const isFormed = new Set(formed.map(({ id }) => id));
  const ended = before.map(({ record }) => record).filter(({ id }) => !isFormed.has(id));
  const candidates = [...formed, ...ended].sort(byStart);
  const ids = new Map<string, string>();
  const taken = new Map<string, GroupRecord>();
  const take = (group: GroupRecord, other: GroupRecord | undefined): void => {
    if (other === undefined) return;
    ids.set(group.id, other.id);
    taken.set(other.id, group);
  };
  for (const group of candidates) take(group, known.find(({ id }) => id === group.id));
  const oldest = [...known].sort(byStart);
  for (const group of candidates) {
    if (!ids.has(group.id)) take(group, oldest.find(other => !taken.has(other.id) && overlap(group, other)));
  }
  // those that ended before the interval, by what is known too, have not changed
  const reaching = known.filter(({ end }) => end >= start);
  const restored = reaching.flatMap(({ id }) => ended.filter(group => group === taken.get(id)));
  return {
    groups: [...formed, ...restored].sort(byStart).map(group => renamed({ ...group, alertsSent: told(group, known) }, ids)),
    withdrawn: reaching.filter(({ id }) => !taken.has(id)).map(({ id }) => id),
    ids,
  };
}

/** A group under the id by which people know it, and with the ids of the groups that it relates to. */
export function renamed(group: GroupRecord, ids: ReadonlyMap<string, string>): GroupRecord {
  const known = (id: string): string => ids.get(id) ?? id;
  return { ...group, id: known(group.id), ...group.related && { related: group.related.map(each => ({ ...each, groupId: known(each.groupId) })) } };
}

function told(group: GroupRecord, known: readonly GroupRecord[]): string[] {
  return [...new Set([...group.alertsSent, ...known.filter(other => overlap(group, other)).flatMap(({ alertsSent }) => alertsSent)])];
}

function overlap(a: GroupRecord, b: GroupRecord): boolean {
  return a.measure === b.measure && a.start <= b.end && b.start <= a.end;
}

function byStart(a: GroupRecord, b: GroupRecord): number {
  return a.start - b.start || (a.id < b.id ? -1 : 1);
}
