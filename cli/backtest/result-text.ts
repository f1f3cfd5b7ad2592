// SPDX-License-Identifier: Apache-2.0

import type { ResultsFolder } from './results-folder';
import { ALL_OF_METRIC } from './scored-series';
import type { BacktestSummary } from './summary';
import { wallText } from './wall-text';
import { mainRootCause } from '../../handlers/detect/groups/main-cause';
import type { GroupRecord } from '../../handlers/lookout/store';
import { zoneOffsetSeconds } from '../../handlers/shared/wall-clock';
import { formatNumber, formatTable, shortLine } from '../report/text';

/** Groups shown: the most severe ones. */
const SHOWN_GROUPS = 10;

/** Stretches without data shown: the longest ones. */
const SHOWN_STRETCHES = 3;

/** Longest name of a metric or value. Redshift's names are no longer than 127. */
const NAME_CHARACTERS = 64;

/** Columns of a terminal that does not tell, or of what is no terminal. */
const USUAL_WIDTH = 120;

/** Marks figures of one time series of a group that is not what explains it. */
const OF_ONE = '*';

/** Longest text of one finding. */
const LINE_CHARACTERS = 240;

/**
 * What a back test found, for someone who reads it on a terminal.
 * @param width of the terminal, in characters
 */
export function resultText(
  summary: BacktestSummary, groups: readonly GroupRecord[], results: Pick<ResultsFolder, 'finished'>, width = USUAL_WIDTH,
): string {
  const { counts, config, severityThreshold } = summary;
  const shown = [...groups].sort((a, b) => b.score - a.score).slice(0, SHOWN_GROUPS).sort((a, b) => a.start - b.start);
  const time = (seconds: number) => wallText(seconds + zoneOffsetSeconds(config.timezone, seconds)).slice(0, 16);
  // figures of one time series beside a cause of many would be read as those of all
  const isOfOne = shown.map(group => group.seriesCount > 1 && explaining(group) === undefined);
  const rows = shown.map((group, index) => {
    const [first] = tellingFirst(group);
    const mark = isOfOne[index] ? OF_ONE : isOfOne.includes(true) ? ' ' : '';
    return [
      group.end > group.start ? `${time(group.start)} to ${shortEnd(time(group.start), time(group.end))}` : time(group.start),
      shortLine(group.measure, NAME_CHARACTERS), group.score.toFixed(0), `${formatNumber(first.observed)}${mark}`, `${formatNumber(first.expected)}${mark}`,
      causeText(group),
    ];
  });
  const table = tableOf([`time (${config.timezone})`, 'metric', 'severity', 'observed', 'expected', 'what explains it, of the deviation'], rows, width);
  const more = groups.length > shown.length ? [`… the ${shown.length} most severe of ${groups.length}; all are in groups.json`] : [];
  return [
    ...shown.length > 0 ? [...table, ...more, ...isOfOne.includes(true) ? [`${OF_ONE} of one time series, the most severe of those that are off together`] : [], ''] : [],
    `learned    ${counts.intervalsLearned} intervals of ${config.frequency}${summary.learnedFrom === undefined ? '' : ` from ${summary.learnedFrom}`}`,
    `detected   ${counts.intervalsDetected} intervals from ${summary.detectedFrom} to ${summary.detectedTo}, ${counts.intervalsWithoutValues} without values`,
    `found      ${counted(counts.anomalyGroups, 'anomaly group')} of severity ${severityThreshold} or more, in ${counts.timeSeries} time series (${counted(counts.anomalies, 'anomalous value')})${
      counts.totals > 0 ? ` and ${counted(counts.totals, 'total')} of them (${counted(counts.anomaliesOfTotals, 'anomalous value')})` : ''}`,
    ...missingData(summary.findings),
    `rows       ${counts.rows}, ${counts.rowsRejected + counts.rowsLeftOut} not used`,
    `time       ${(summary.milliseconds.sinceStart / 1000).toFixed(1)} s`,
    `report     ${results.finished('report')}`,
  ].join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Without the date where that is the same, and without the year. */
function shortEnd(start: string, end: string): string {
  return start.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end.slice(start.slice(0, 4) === end.slice(0, 4) ? 5 : 0);
}

/** Lines of a table whose last column stands on lines of its own where there is no room: it may hold several names, and is not cut. */
function tableOf(header: readonly string[], rows: readonly (readonly string[])[], width: number): string[] {
  const right = [2, 3, 4];
  const whole = formatTable(header, rows, right);
  if (whole.every(line => line.length <= width)) return whole;
  const [title, rule, ...lines] = formatTable(header.slice(0, -1), rows.map(row => row.slice(0, -1)), right);
  return [title, `    ${header.at(-1)}`, rule, ...lines.flatMap((line, index) => [line, `    ${rows[index].at(-1)}`.trimEnd()].filter(each => each !== ''))];
}

function missingData(findings: BacktestSummary['findings']): string[] {
  if (findings.length === 0) return [];
  const longest = [...findings].sort((a, b) => b.intervals - a.intervals).slice(0, SHOWN_STRETCHES);
  const shown = findings.filter(finding => longest.includes(finding)).map(({ text }) => shortLine(text, LINE_CHARACTERS)).join('; ');
  return [`missing    ${shown}${findings.length > longest.length ? `; … ${findings.length} in all, in summary.json` : ''}`];
}

/**
 * The series and totals of a group: first the one that explains it best, where that is a series or total of the group, then the most severe
 * ones. Else a total's fall would stand beside the figures of a single series that rose meanwhile.
 */
export function tellingFirst(group: Pick<GroupRecord, 'series' | 'rootCauses'>): GroupRecord['series'] {
  const first = explaining(group);
  return first === undefined ? group.series : [first, ...group.series.filter(each => each !== first)];
}

/** The series or total of a group that is what explains it best; undefined where that is none of them. */
function explaining({ series, rootCauses }: Pick<GroupRecord, 'series' | 'rootCauses'>): GroupRecord['series'][number] | undefined {
  const [best] = rootCauses ?? [];
  return best && series.find(({ dimensions }) => dimensions.length === best.dimensions.length
    && dimensions.every(({ name, value }) => best.dimensions.some(cause => cause.name === name && cause.value === value)));
}

/** What explains a group, after the word that it is stuck where its most telling series or total is. */
export function causeText(group: GroupRecord): string {
  return `${tellingFirst(group)[0]?.stuck ? 'stuck at one value: ' : ''}${mainCause(group)}`;
}

/** The combination of dimension values that explains most of a group, such as `platform=web and shop=3 87%`; else the largest contributions. */
function mainCause(group: Pick<GroupRecord, 'contributions' | 'rootCauses'>): string {
  const best = mainRootCause(group);
  if (best === undefined) return contributors(group);
  return `${best.dimensions.map(({ name, value }) => pair(name, value)).join(' and ') || ALL_OF_METRIC} ${Math.round(best.share)}%`;
}

/** The largest contribution of each dimension, such as `platform=web 100%`. */
function contributors({ contributions }: Pick<GroupRecord, 'contributions'>): string {
  return contributions.flatMap(({ dimension, values }) => values.slice(0, 1).map(({ value, contribution }) => `${pair(dimension, value)} ${Math.round(contribution)}%`)).join(', ');
}

function pair(name: string, value: string): string {
  return `${shortLine(name, NAME_CHARACTERS)}=${shortLine(value, NAME_CHARACTERS)}`;
}
