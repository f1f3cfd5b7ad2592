import type { FoundAnomaly } from './anomaly';

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** Number for people: thousands separated, at most two decimals. */
export function formatNumber(value: number): string {
  return Number.isFinite(value) ? number.format(value) : '-';
}

/** `2026-01-05 10:00` in UTC. */
export function formatTime(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}

// One line a row whatever a dimension value holds: control characters would break the table or the terminal.
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\uFFFD');
}

/** What drove the anomaly: the largest contribution of each dimension, such as `platform=pc_web 100%`. */
export function describeContributions(anomaly: FoundAnomaly): string {
  const seen = new Set<string>();
  const largest = anomaly.contributions.filter(({ dimension }) => !seen.has(dimension) && seen.add(dimension));
  return oneLine(largest.map(({ dimension, value, share }) => `${dimension}=${value} ${Math.round(share)}%`).join(', '));
}

/** Lines of a table with aligned columns; numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map(row => row[column].length)));
  const line = (cells: readonly string[]) => cells
    .map((cell, column) => right.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))
    .join('  ').trimEnd();
  return [line(header), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)];
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
