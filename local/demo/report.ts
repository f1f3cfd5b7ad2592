import type { FoundAnomaly } from './anomaly';
import { lineChart } from './chart';
import type { Evaluation } from './evaluation';
import { escapeHtml } from './html';
import type { Summary } from './summary';
import { describeContributions, formatNumber, formatTime } from './table';

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

const STYLE = `
:root { color-scheme: light dark; --line: #2563eb; --anomaly: #f9731633; --expected: #16a34a; --rule: #8884; --quiet: #888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .25rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.quiet { color: var(--quiet); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: .75rem; margin: 1.5rem 0; }
.figure { border: 1px solid var(--rule); border-radius: 8px; padding: .6rem .8rem; } .figure b { display: block; font-size: 1.35rem; }
article { border-top: 1px solid var(--rule); padding: 1rem 0; }
article header { display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
.severity { border-radius: 99px; padding: .05rem .6rem; color: #fff; background: #dc2626; font-weight: 600; }
.tag { border: 1px solid var(--rule); border-radius: 4px; padding: 0 .4rem; font-size: .85rem; }
svg { width: 100%; height: auto; margin-top: .5rem; }
.observed { fill: none; stroke: var(--line); stroke-width: 1.5; } .anomaly { fill: var(--anomaly); }
.expected { stroke: var(--expected); stroke-width: 2; stroke-dasharray: 5 3; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } td, th { text-align: left; padding: .2rem .8rem .2rem 0; }
td.number, th.number { text-align: right; }
.contribution { display: flex; align-items: center; gap: .5rem; } .contributions { margin-top: .6rem; }
.track { width: 100px; background: var(--rule); border-radius: 2px; } .bar { display: block; height: .6rem; background: var(--line); border-radius: 2px; }
`;

function figure(title: string, value: string): string {
  return `<div class="figure"><span class="quiet">${escapeHtml(title)}</span><b>${escapeHtml(value)}</b></div>`;
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
  const bars = anomaly.contributions.filter(({ share }) => share >= 1).slice(0, 8).map(({ dimension, value, share }) =>
    `<div class="contribution"><span class="track"><span class="bar" style="width:${share.toFixed(0)}px"></span></span>${escapeHtml(`${dimension} = ${value}`)}`
    + ` <span class="quiet">${share.toFixed(0)} %</span></div>`).join('');
  return `<article><header><span class="severity">${anomaly.severity.toFixed(0)}</span><b>${escapeHtml(anomaly.measure)}</b>`
    + `<span>${escapeHtml(time)} UTC</span><span class="quiet">${escapeHtml(describeContributions(anomaly))}</span>`
    + `${isFalse ? '<span class="tag">not labelled</span>' : ''}</header>`
    + (history && first ? lineChart({
      starts: history.starts,
      values: history.values,
      anomalyStart: anomaly.start,
      anomalyEnd: anomaly.end,
      expected: first.expected,
      label: `${anomaly.measure} of ${seriesName(first.dimensions)}`,
    }) : '')
    + `<table><tr><th>time series</th><th class="number">observed</th><th class="number">expected</th></tr>${rows}</table>${more}<div class="contributions">${bars}</div></article>`;
}

/** The report as one self-contained HTML page: no scripts, nothing loaded from elsewhere. */
export function reportPage(report: Report): string {
  const { summary, evaluation } = report;
  const falseIds = new Set(evaluation.falseAnomalies.map(({ id }) => id));
  const newestFirst = [...report.anomalies].sort((a, b) => b.end.getTime() - a.end.getTime() || b.severity - a.severity);
  const missed = evaluation.missed.map(event => `<li>${escapeHtml(`${formatTime(event.start)}: ${event.measure} of ${seriesName(event.dimensions)}`)}</li>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Anomalies: ${escapeHtml(report.detectorName)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(report.detectorName)}</h1>
<p class="quiet">Streamed by the embedded cloud: ${summary.intervals} intervals of ${escapeHtml(summary.frequency)}, sample seed ${summary.seed}.</p>
${report.warnings.map(warning => `<p>⚠ ${escapeHtml(warning)}</p>`).join('')}
<div class="figures">${figure('anomalies', String(summary.anomalies))}${figure('labelled events', String(summary.events))}`
    + `${figure('recall', percent(summary.recall))}${figure('precision', percent(summary.precision))}`
    + `${figure('intervals lost', String(summary.intervalsLost))}${figure('alerts', String(summary.alerts))}</div>
<p class="quiet">Blue: observed. Shaded: anomalous intervals. Green dashes: expected.</p>
${missed && `<h2>Labelled events without an anomaly</h2><ul>${missed}</ul>`}
<h2>Anomalies, newest first</h2>
${newestFirst.map(anomaly => article(anomaly, report.histories.get(anomaly.id), falseIds.has(anomaly.id))).join('\n')}
</body></html>
`;
}
