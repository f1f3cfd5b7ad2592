// SPDX-License-Identifier: Apache-2.0

import type { ResultsFolder } from './results-folder';
import type { BacktestSummary } from './summary';
import { wallText } from './wall-text';
import type { GroupRecord } from '../../handlers/lookout/store';
import { zoneOffsetSeconds } from '../../handlers/shared/wall-clock';
import { formatNumber, formatTable, shortLine } from '../report/text';

/** Groups shown: the most severe ones. */
const SHOWN_GROUPS = 10;

/** Stretches without data shown: the longest ones. */
const SHOWN_STRETCHES = 3;

/** Longest text of a cell. */
const CELL_CHARACTERS = 40;

/** Longest text of one finding. */
const LINE_CHARACTERS = 120;

/** What a back test found, for someone who reads it on a terminal. */
export function resultText(summary: BacktestSummary, groups: readonly GroupRecord[], results: Pick<ResultsFolder, 'finished'>): string {
  const { counts, config, severityThreshold } = summary;
  const shown = [...groups].sort((a, b) => b.score - a.score).slice(0, SHOWN_GROUPS).sort((a, b) => a.start - b.start);
  const time = (seconds: number) => wallText(seconds + zoneOffsetSeconds(config.timezone, seconds)).slice(0, 16);
  const rows = shown.map(group => {
    const [worst] = group.series;
    return [
      time(group.start), group.end > group.start ? `to ${time(group.end)}` : '', shortLine(group.measure, CELL_CHARACTERS), group.score.toFixed(0),
      formatNumber(worst.observed), formatNumber(worst.expected), shortLine(contributors(group), CELL_CHARACTERS),
    ];
  });
  const table = formatTable([`time (${config.timezone})`, '', 'metric', 'severity', 'observed', 'expected', 'what contributed'], rows, [3, 4, 5]);
  const more = groups.length > shown.length ? [`… the ${shown.length} most severe of ${groups.length}; all are in the report`] : [];
  return [
    ...shown.length > 0 ? [...table, ...more, ''] : [],
    `learned    ${counts.intervalsLearned} intervals of ${config.frequency}${summary.learnedFrom === undefined ? '' : ` from ${summary.learnedFrom}`}`,
    `detected   ${counts.intervalsDetected} intervals from ${summary.detectedFrom} to ${summary.detectedTo}, ${counts.intervalsWithoutValues} without values`,
    `found      ${counts.anomalyGroups} anomaly groups of severity ${severityThreshold} or more, in ${counts.timeSeries} time series (${counts.anomalies} anomalous values)`,
    ...missingData(summary.findings),
    `rows       ${counts.rows}, ${counts.rowsRejected + counts.rowsLeftOut} not used`,
    `time       ${(summary.milliseconds.sinceStart / 1000).toFixed(1)} s`,
    `report     ${results.finished('report')}`,
  ].join('\n');
}

function missingData(findings: BacktestSummary['findings']): string[] {
  if (findings.length === 0) return [];
  const longest = [...findings].sort((a, b) => b.intervals - a.intervals).slice(0, SHOWN_STRETCHES);
  const shown = findings.filter(finding => longest.includes(finding)).map(({ text }) => shortLine(text, LINE_CHARACTERS)).join('; ');
  return [`missing    ${shown}${findings.length > longest.length ? `; … ${findings.length} in all, in the report` : ''}`];
}

/** The best combination of dimension values that explains a group, such as `platform=web and shop=3 87%`; else the largest contributions. */
export function mainCause(group: Pick<GroupRecord, 'contributions' | 'rootCauses'>): string {
  const best = group.rootCauses?.[0];
  if (best === undefined) return contributors(group);
  return `${best.dimensions.map(({ name, value }) => `${name}=${value}`).join(' and ') || 'all of the metric'} ${Math.round(best.share)}%`;
}

/** The largest contribution of each dimension, such as `platform=web 100%`. */
export function contributors({ contributions }: Pick<GroupRecord, 'contributions'>): string {
  return contributions.flatMap(({ dimension, values }) => values.slice(0, 1).map(({ value, contribution }) => `${dimension}=${value} ${Math.round(contribution)}%`)).join(', ');
}
