// SPDX-License-Identifier: Apache-2.0

import type { FoundAnomaly } from './anomaly';
import { formatNumber, formatTable, oneLine } from '../../cli/report/text';

/** `2026-01-05 10:00` in UTC. */
export function formatTime(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}

/** What drove the anomaly: the largest contribution of each dimension, such as `platform=pc_web 100%`. */
export function describeContributions(anomaly: FoundAnomaly): string {
  const seen = new Set<string>();
  const largest = anomaly.contributions.filter(({ dimension }) => !seen.has(dimension) && seen.add(dimension));
  return oneLine(largest.map(({ dimension, value, share }) => `${dimension}=${value} ${Math.round(share)}%`).join(', '));
}

/** The anomalies as a table, oldest first. */
export function anomalyTable(anomalies: readonly FoundAnomaly[]): string[] {
  const rows = [...anomalies].sort((a, b) => a.start.getTime() - b.start.getTime()).map(anomaly => [
    formatTime(anomaly.start),
    anomaly.end > anomaly.start ? `to ${formatTime(anomaly.end).slice(5)}` : '',
    oneLine(anomaly.measure),
    anomaly.severity.toFixed(0),
    describeContributions(anomaly),
    formatNumber(anomaly.series[0]?.observed ?? NaN),
    formatNumber(anomaly.series[0]?.expected ?? NaN),
  ]);
  return formatTable(['time (UTC)', '', 'measure', 'severity', 'what contributed', 'observed', 'expected'], rows, [3, 5, 6]);
}
