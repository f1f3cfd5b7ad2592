// SPDX-License-Identifier: Apache-2.0

import { causeText, tellingFirst } from './result-text';
import type { BacktestRun } from './run';
import type { BacktestSummary } from './summary';
import { wallText } from './wall-text';
import type { GroupRecord } from '../../handlers/lookout/store';
import { zoneOffsetSeconds } from '../../handlers/shared/wall-clock';
import { seriesChart } from '../report/chart';
import { escapeHtml } from '../report/html';
import { contributionBar, figure, page } from '../report/page';
import { severityChart } from '../report/severity-chart';
import { formatNumber, OFTEN, shortLine } from '../report/text';

/** Groups with charts, and lines of the table: the most severe ones. */
const CHARTS = 25;
const TABLE_ROWS = 500;

/** Intervals shown in a chart: before the group, of the group at most, and after it. */
const SHOWN = { before: 144, group: 288, after: 48 };

/** Shown of a group. */
const SERIES = 5;
const CONTRIBUTIONS = 8;

/** Stretches without data shown: the first ones. */
const STRETCHES = 100;

/** Longest name shown, in characters. */
const NAME_CHARACTERS = 120;

/** A series or total of a group. */
type ShownSeries = GroupRecord['series'][number];

/** `report.html`: what a back test found, on one page. */
export function backtestReport(summary: BacktestSummary, detected: readonly number[], run: BacktestRun): string {
  const { counts, config, severityThreshold } = summary;
  const clock = (seconds: number) => wallText(seconds + zoneOffsetSeconds(config.timezone, seconds)).slice(0, 16);
  const mostSevere = [...run.groups].sort((a, b) => b.score - a.score);
  const rows = mostSevere.slice(0, TABLE_ROWS).sort((a, b) => a.start - b.start).map(group => tableRow(group, clock)).join('\n');
  const more = mostSevere.length > TABLE_ROWS ? `<p class="quiet">the ${TABLE_ROWS} most severe of ${mostSevere.length}; all are in groups.json</p>` : '';
  const articles = mostSevere.slice(0, CHARTS).map(group => article(group, summary, detected, run, clock)).join('\n');
  const hasTotals = counts.totals > 0;
  const anomalous = hasTotals ? 'time series, totals' : 'time series';
  const body = `<h1>Back test</h1>
<p class="quiet">${escapeHtml(shortLine(summary.data, NAME_CHARACTERS))}: ${escapeHtml(config.metrics.map(metric => `${metric.aggregation} of ${metric.name}`).join(', '))}${
  config.dimensions.length > 0 ? ` by ${escapeHtml(config.dimensions.join(', '))}` : ''}, ${OFTEN[config.frequency]}, ${escapeHtml(config.timezone)}${
  config.holidays === undefined ? '' : `, holidays of ${escapeHtml(config.holidays)}`}.
${counts.intervalsLearned} intervals learned, ${counts.intervalsDetected} detected from ${summary.detectedFrom} to ${summary.detectedTo}.</p>
${summary.warnings.map(warning => `<p class="warning">${escapeHtml(warning)}</p>`).join('\n')}
<div class="figures">${figure('anomaly groups', formatNumber(counts.anomalyGroups))}${figure('highest severity', mostSevere.length > 0 ? mostSevere[0].score.toFixed(0) : '-')}${
  figure(hasTotals ? 'time series + totals' : 'time series', sumText(counts.timeSeries, counts.totals))}${
  figure('anomalous values', hasTotals ? sumText(counts.anomalies, counts.anomaliesOfTotals) : formatNumber(counts.anomalies))}${
  figure('intervals without values', formatNumber(counts.intervalsWithoutValues))}${figure('rows not used', formatNumber(counts.rowsRejected + counts.rowsLeftOut))}</div>
<h2>Severity over time</h2>
<p class="quiet">Highest severity of all time series${hasTotals ? ' and totals' : ''} in each interval; anomalous from ${severityThreshold}.${
  config.dimensions.length > 0 ? ` An anomaly group, which is what alerts tell of, asks for more the more time series there are${
    hasTotals ? ', and totals are told only where anomalous time series do not explain them' : ''}: not every red interval has one.` : ''}</p>
${severityChart(run.severities.highest, index => wallText(detected[index]).slice(0, 16), severityThreshold)}
<h2>Anomaly groups</h2>
${rows === '' ? '<p>None: everything was as expected.</p>' : '<table><thead><tr><th>first interval</th><th>last interval</th><th>metric</th><th class="number">severity</th>'
  + `<th class="number">${anomalous}</th><th>what explains it, of the deviation</th></tr></thead><tbody>${rows}</tbody></table>${more}`}
${missingData(summary)}${rows === '' ? '' : `<h2>The most severe</h2>
<p class="quiet">Blue line: observed. Blue area: band of values that are not anomalous. Green dashes: expected. Orange: intervals of the group.
A chart is of the first row below it.${hasTotals ? ' A total is the sum of all time series of a metric, or of those with one dimension value or two.' : ''}</p>
${articles}`}
<p class="quiet">cdk-redshift-lookout ${escapeHtml(summary.version)}. Every interval is in scores.csv${hasTotals ? ' and totals.csv' : ''}, why it was an anomaly or was none in explanations.csv.</p>`;
  return page('Back test', body);
}

/** When rows did not come. Nothing when they all came. */
function missingData({ findings }: BacktestSummary): string {
  if (findings.length === 0) return '';
  const rows = findings.slice(0, STRETCHES).map(({ dimension, value, from, intervals, isOngoing }) => `<tr><td class="time">${from.slice(0, 16)}</td>`
    + `<td class="number">${formatNumber(intervals)}${isOngoing ? ', to the end' : ''}</td>`
    + `<td>${dimension === undefined ? 'no rows at all' : name(`no rows of ${dimension}=${value}`)}</td></tr>`).join('\n');
  const more = findings.length > STRETCHES ? `<p class="quiet">the first ${STRETCHES} of ${findings.length}; all are in summary.json</p>` : '';
  return '<h2>Missing data</h2><table><thead><tr><th>first interval</th><th class="number">intervals</th><th>what was missing</th></tr></thead>'
    + `<tbody>${rows}</tbody></table>${more}\n`;
}

function tableRow(group: GroupRecord, clock: (seconds: number) => string): string {
  return `<tr><td class="time">${clock(group.start)}</td><td class="time">${clock(group.end)}</td><td>${name(group.measure)}</td>`
    + `<td class="number">${group.score.toFixed(0)}</td><td class="number">${formatNumber(group.seriesCount)}</td><td>${escapeHtml(causeText(group))}</td></tr>`;
}

function article(
  group: GroupRecord, { config: { dimensions }, counts }: BacktestSummary, detected: readonly number[], run: BacktestRun,
  clock: (seconds: number) => string,
): string {
  const time = group.end > group.start ? `${clock(group.start)} to ${clock(group.end)}` : clock(group.start);
  const shown = tellingFirst(group);
  const rows = shown.slice(0, SERIES).map(series => `<tr><td>${name(seriesName(series, dimensions))}</td><td class="time">${clock(series.at)}</td>`
    + `<td class="number">${series.stuck ? 'stuck at ' : ''}${formatNumber(series.observed)}</td><td class="number">${formatNumber(series.expected)}</td>`
    + `<td class="number">${formatNumber(series.lower)} to ${formatNumber(series.upper)}</td><td class="number">${series.severity.toFixed(0)}</td></tr>`).join('');
  const more = group.seriesCount > SERIES ? `<p class="quiet">and ${group.seriesCount - Math.min(SERIES, group.series.length)} more ${counts.totals > 0 ? 'time series or totals' : 'time series'}</p>` : '';
  const bars = shownContributions(group)
    .map(({ dimension, value, contribution }) => contributionBar(shortLine(`${dimension} = ${value}`, NAME_CHARACTERS), contribution)).join('');
  return `<article><header><span class="severity">${group.score.toFixed(0)}</span><b>${name(group.measure)}</b><span>${time}</span></header>`
    + `${chart(group, shown[0], dimensions, detected, run)}<table><thead><tr><th>${counts.totals > 0 ? 'time series or total' : 'time series'}</th><th>at its worst</th><th class="number">observed</th><th class="number">expected</th>`
    + `<th class="number">band</th><th class="number">severity</th></tr></thead><tbody>${rows}</tbody></table>${more}<div class="contributions">${bars}</div></article>`;
}

/** The largest contributions of each dimension, as many of one as of another: one of twelve countries must not hide the version that all of them have. */
function shownContributions({ contributions }: GroupRecord): { readonly dimension: string; readonly value: string; readonly contribution: number }[] {
  const visible = contributions.map(({ dimension, values }) => (
    values.filter(({ contribution }) => contribution >= 1).map((each, place) => ({ ...each, dimension, place }))));
  const inTurn = visible.flat().sort((a, b) => a.place - b.place).slice(0, Math.max(CONTRIBUTIONS, contributions.length));
  return visible.flatMap(ofDimension => ofDimension.filter(each => inTurn.includes(each)));
}

/** A series or total around the group. */
function chart(
  group: GroupRecord, shown: ShownSeries, dimensions: readonly string[], detected: readonly number[],
  { band, totalsBand, detection: { clock, series, totals } }: BacktestRun,
): string {
  const total = totals.find(shown.timeSeriesId);
  const combination = total === undefined ? series.find(shown.dimensions.map(({ value }) => value)) : -1;
  const number = total ?? combination * series.measures.length + series.measures.indexOf(group.measure);
  const indexOf = (start: number): number => detected.findIndex(slot => clock.startOf(slot) >= start);
  const first = indexOf(group.start);
  const last = indexOf(group.end);
  const from = Math.max(0, first - SHOWN.before);
  const to = Math.min(detected.length, Math.min(last, first + SHOWN.group) + 1 + SHOWN.after);
  const { values, expected, lower, upper } = (total === undefined ? band : totalsBand).read(number, from, to);
  return seriesChart({
    times: detected.slice(from, to).map(slot => wallText(slot).slice(0, 16)),
    values,
    expected,
    band: { lower, upper },
    anomaly: { from: first - from, to: Math.min(last, to - 1) - from },
    label: `${group.measure} of ${seriesName(shown, dimensions)}`,
  });
}

/** What a series or total is called: a total has fewer dimensions than the data. */
function seriesName({ dimensions: named }: ShownSeries, dimensions: readonly string[]): string {
  const pairs = named.map(({ name: dimension, value }) => `${dimension}=${value}`).join(', ');
  if (named.length < dimensions.length) return `total of ${pairs || 'the metric'}`;
  return pairs || 'all rows';
}

/** Two numbers that are not added up; the first alone where there is no second. */
function sumText(first: number, second: number): string {
  return second > 0 ? `${formatNumber(first)} + ${formatNumber(second)}` : formatNumber(first);
}

/** A name from the data, safe and not longer than a line or two. */
function name(text: string): string {
  return escapeHtml(shortLine(text, NAME_CHARACTERS));
}
