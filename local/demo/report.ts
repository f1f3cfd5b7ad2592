// SPDX-License-Identifier: Apache-2.0

import type { FoundAnomaly } from './anomaly';
import type { Evaluation } from './evaluation';
import type { Summary } from './summary';
import { describeContributions, formatTime } from './table';
import { seriesChart } from '../../cli/report/chart';
import { escapeHtml } from '../../cli/report/html';
import { contributionBar, figure, page } from '../../cli/report/page';
import { formatNumber, OFTEN } from '../../cli/report/text';

/** Values of the anomaly's most severe series up to its last interval. */
export interface SeriesHistory {
  readonly starts: readonly Date[];
  readonly values: readonly number[];
}

/** What the report page shows. */
export interface Report {
  readonly detectorName: string;
  readonly summary: Summary;
  readonly evaluation: Evaluation;
  readonly anomalies: readonly FoundAnomaly[];
  readonly histories: ReadonlyMap<string, SeriesHistory>;
  readonly warnings: readonly string[];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function seriesName(dimensions: Readonly<Record<string, string>>): string {
  return Object.entries(dimensions).map(([name, value]) => `${name}=${value}`).join(', ') || 'all rows';
}

function article(anomaly: FoundAnomaly, history: SeriesHistory | undefined, isFalse: boolean): string {
  const [first] = anomaly.series;
  const time = anomaly.end > anomaly.start ? `${formatTime(anomaly.start)} to ${formatTime(anomaly.end)}` : formatTime(anomaly.start);
  const rows = anomaly.series.slice(0, 5).map(series => `<tr><td>${escapeHtml(seriesName(series.dimensions))}</td>`
    + `<td class="number">${formatNumber(series.observed)}</td><td class="number">${formatNumber(series.expected)}</td></tr>`).join('');
  const more = anomaly.series.length > 5 ? `<p class="quiet">and ${anomaly.series.length - 5} more time series</p>` : '';
  const bars = anomaly.contributions.filter(({ share }) => share >= 1).slice(0, 8)
    .map(({ dimension, value, share }) => contributionBar(`${dimension} = ${value}`, share)).join('');
  return `<article><header><span class="severity">${anomaly.severity.toFixed(0)}</span><b>${escapeHtml(anomaly.measure)}</b>`
    + `<span>${escapeHtml(time)} UTC</span><span class="quiet">${escapeHtml(describeContributions(anomaly))}</span>`
    + `${isFalse ? '<span class="tag">not labelled</span>' : ''}</header>`
    + (history && first ? chart(anomaly, first, history) : '')
    + `<table><tr><th>time series</th><th class="number">observed</th><th class="number">expected</th></tr>${rows}</table>${more}<div class="contributions">${bars}</div></article>`;
}

/** Values of the most severe series. Only at its worst interval is it known what was expected: it is drawn beside all intervals of the anomaly. */
function chart(anomaly: FoundAnomaly, series: FoundAnomaly['series'][number], { starts, values }: SeriesHistory): string {
  const from = Math.max(0, starts.findIndex(start => start >= anomaly.start));
  const to = Math.max(from, starts.findLastIndex(start => start <= anomaly.end));
  const expected = values.map((_, index) => index >= from - 1 && index <= to + 1 ? series.expected : NaN);
  return seriesChart({
    times: starts.map(formatTime), values, expected, anomaly: { from, to }, label: `${anomaly.measure} of ${seriesName(series.dimensions)}`,
  });
}

/** The report as one self-contained HTML page: no scripts, nothing loaded from elsewhere. */
export function reportPage(report: Report): string {
  const { summary, evaluation } = report;
  const falseIds = new Set(evaluation.falseAnomalies.map(({ id }) => id));
  const newestFirst = [...report.anomalies].sort((a, b) => b.end.getTime() - a.end.getTime() || b.severity - a.severity);
  const missed = evaluation.missed.map(event => `<li>${escapeHtml(`${formatTime(event.start)}: ${event.measure} of ${seriesName(event.dimensions)}`)}</li>`).join('');
  return page(`Anomalies: ${report.detectorName}`, `<h1>${escapeHtml(report.detectorName)}</h1>
<p class="quiet">Streamed by the embedded cloud: ${summary.intervals} intervals, one ${OFTEN[summary.frequency]}, sample seed ${summary.seed}.</p>
${report.warnings.map(warning => `<p>⚠ ${escapeHtml(warning)}</p>`).join('')}
<div class="figures">${figure('anomalies', String(summary.anomalies))}${figure('labelled events', String(summary.events))}`
    + `${figure('recall', percent(summary.recall))}${figure('precision', percent(summary.precision))}`
    + `${figure('intervals lost', String(summary.intervalsLost))}${figure('alerts', String(summary.alerts))}</div>
<p class="quiet">Blue: observed. Shaded: anomalous intervals. Green dashes: expected.</p>
${missed && `<h2>Labelled events without an anomaly</h2><ul>${missed}</ul>`}
<h2>Anomalies, newest first</h2>
${newestFirst.map(anomaly => article(anomaly, report.histories.get(anomaly.id), falseIds.has(anomaly.id))).join('\n')}`);
}
