// SPDX-License-Identifier: Apache-2.0

import type { GroupRecord } from './store';

/** Series kept in a group: the most severe ones. */
export const MAX_GROUP_SERIES = 100;

/** DynamoDB's limit for an item is 400 KB (Developer Guide, "Quotas"); the rest is for keys and other attributes. */
const MAX_GROUP_BYTES = 350_000;

/**
 * The group with as many of its most severe series, and of its greatest contributions, as one DynamoDB item holds. `seriesCount`
 * stays the number of all series.
 */
export function withinItemLimit(group: GroupRecord): GroupRecord {
  let kept: GroupRecord = group.series.length > MAX_GROUP_SERIES ? { ...group, series: group.series.slice(0, MAX_GROUP_SERIES) } : group;
  while (Buffer.byteLength(JSON.stringify(kept)) > MAX_GROUP_BYTES) {
    const halved = halve(kept);
    if (!halved) {
      throw new RangeError(`anomaly group ${group.id} of measure ${JSON.stringify(group.measure)} does not fit into one item, `
        + 'even with a single time series: shorten its dimension values');
    }
    kept = halved;
  }
  return kept;
}

/** Halves whichever is longer in bytes, series or contributions; undefined when one of each is left. */
function halve(group: GroupRecord): GroupRecord | undefined {
  const longest = Math.max(0, ...group.contributions.map(contribution => contribution.values.length));
  const seriesAreLonger = JSON.stringify(group.series).length >= JSON.stringify(group.contributions).length;
  if (group.series.length > 1 && (seriesAreLonger || longest <= 1)) {
    return { ...group, series: group.series.slice(0, Math.ceil(group.series.length / 2)) };
  }
  if (longest > 1) {
    const limit = Math.ceil(longest / 2);
    return {
      ...group,
      contributions: group.contributions.map(contribution => ({
        ...contribution,
        values: [...contribution.values].sort((a, b) => b.contribution - a.contribution).slice(0, limit),
      })),
    };
  }
  return undefined;
}
