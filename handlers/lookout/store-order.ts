import type { EpochSeconds, GroupSummary } from './store';

/** Text that sorts as the time does. */
export function sortableTime(at: EpochSeconds): string {
  return Math.trunc(at).toString().padStart(12, '0');
}

/** Text that sorts as groups are listed when read backwards: by end, then by score, then by id. */
export function sortableGroup(group: GroupSummary): string {
  return `${sortableTime(group.end)}#${Math.round(group.score * 1000).toString().padStart(6, '0')}#${group.id}`;
}
