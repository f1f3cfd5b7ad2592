import type { OngoingGroup } from './detector-model';
import type { EpochSeconds, GroupRecord } from '../lookout/store';

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
 * A group that was formed again is the known one with the same id, or else the oldest known one of its measure that it overlaps: it keeps
 * that id, though it may begin or end at another interval. A known group that reached into these intervals and was not formed again is
 * what it was before them, or withdrawn when it had nothing before them. What was told of a group counts as told of every group
 * of the measure that overlaps it: only what overlaps nothing known is news.
 * @param known groups in the store that end no earlier than a pause before the first interval
 * @param formed groups of the intervals that were detected again, as they are by now
 * @param before groups that were open before the first interval, as they were then
 * @param start of the first interval
 */
export function replaceGroups(
  known: readonly GroupRecord[], formed: readonly GroupRecord[], before: readonly OngoingGroup[], start: EpochSeconds,
): ReplacedGroups {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  const take = (group: GroupRecord, id: string): void => {
    ids.set(group.id, id);
    taken.add(id);
  };
  const inOrder = [...formed].sort(byStart);
  for (const group of inOrder) if (known.some(({ id }) => id === group.id)) take(group, group.id);
  for (const group of inOrder) {
    if (ids.has(group.id)) continue;
    const found = [...known].sort(byStart).find(other => !taken.has(other.id) && overlap(group, other));
    if (found) take(group, found.id);
  }
  const groups: GroupRecord[] = inOrder.map(group => ({ ...group, alertsSent: told(group, known) }));
  const withdrawn: string[] = [];
  const isOpen = new Set(formed.map(({ id }) => id));
  for (const other of known) {
    if (taken.has(other.id) || other.end < start) continue;
    const earlier = before.find(({ record }) => !isOpen.has(record.id) && overlap(record, other))?.record;
    if (earlier === undefined) {
      withdrawn.push(other.id);
      continue;
    }
    isOpen.add(earlier.id);
    ids.set(earlier.id, other.id);
    groups.push({ ...earlier, alertsSent: told(earlier, [other, earlier]) });
  }
  return { groups: groups.map(group => renamed(group, ids)), withdrawn, ids };
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
