// SPDX-License-Identifier: Apache-2.0

import type { BacktestConfig } from './config';
import { remarksOfFilesNotRead } from './data-files';
import { remarks } from './data-remarks';
import { INTERVALS_BETWEEN_RELOADS } from './detection';
import { ExplanationsFile } from './explanations';
import type { BacktestData, BacktestQuality } from './input';
import type { MissingDataStretch } from './missing-data';
import type { BacktestRun, Step } from './run';
import { ScoredSeriesFormat } from './scored-series';
import { remarksOfStrayQuotes } from './stray-quotes';
import type { Timeline } from './timeline';
import { wallText } from './wall-text';
import { ANOMALOUS_SEVERITY } from '../../handlers/engine';
import { mainReason } from '../../handlers/input/data-quality';
import { shown } from '../../handlers/input/unusable-data';
import { LEARNING_INTERVALS } from '../../src/private/contract';

/** `summary.json`: the figures of a back test. Times of intervals are on the clock of the configured time zone. */
export interface BacktestSummary {
  readonly version: string;
  readonly node: string;
  readonly data: string;
  readonly config: BacktestConfig;
  /** Severity (0-100) from which a time series is anomalous, and an alert is sent when nothing else is said. */
  readonly severityThreshold: number;
  /** Start of the first interval learned; absent when nothing was. */
  readonly learnedFrom?: string;
  /** Start of the first and of the last interval detected. */
  readonly detectedFrom: string;
  readonly detectedTo: string;
  readonly counts: {
    readonly files: number;
    /** Files and folders of the data that were left out for their names. */
    readonly filesNotRead: number;
    /** As they are stored. */
    readonly bytes: number;
    readonly rows: number;
    readonly rowsRejected: number;
    /** Rows of intervals that are so far from the others that their time stamps must be wrong. */
    readonly rowsLeftOut: number;
    readonly timeSeries: number;
    readonly intervalsLearned: number;
    readonly intervalsDetected: number;
    /** Detected intervals in which no time series has a value. */
    readonly intervalsWithoutValues: number;
    /** Detected intervals before the detector had learned enough to form groups. */
    readonly intervalsWithoutGroups: number;
    /** Rows of `scores.csv` with `anomaly` 1. */
    readonly anomalies: number;
    /** Sums of time series that are learned and scored as they are. */
    readonly totals: number;
    /** Rows of `totals.csv` with `anomaly` 1. */
    readonly anomaliesOfTotals: number;
    readonly anomalyGroups: number;
    readonly scoreRows: number;
    /** Rows of `totals.csv`, which is there when there are some. */
    readonly totalRows: number;
    readonly explanationRows: number;
  };
  readonly dataQuality: BacktestQuality;
  /** Rows that did not come, in the order in which that was found. */
  readonly findings: readonly MissingDataStretch[];
  /** How the model was saved and read again, as between two runs of the deployed function. */
  readonly state: { readonly bytes: number; readonly reloads: number; readonly intervalsBetweenReloads: number };
  readonly milliseconds: Partial<Record<Step, number>> & { readonly sinceStart: number };
  /** What the user should look at. */
  readonly warnings: readonly string[];
}

/** What a summary is made of. */
interface Parts {
  readonly version: string;
  readonly dataPath: string;
  readonly config: BacktestConfig;
  readonly data: BacktestData;
  readonly timeline: Timeline;
  readonly run: BacktestRun;
  /** What else the user should look at. */
  readonly advice?: string;
  readonly milliseconds: BacktestSummary['milliseconds'];
}

/** The figures of a finished run. */
export function summarise({ version, dataPath, config, data, timeline, run, advice, milliseconds }: Parts): BacktestSummary {
  const { learned, detected, leftOut } = timeline;
  const rowsLeftOut = leftOut.reduce((sum, slot) => sum + data.table.rows(slot), 0);
  const { quality } = data;
  return {
    version,
    node: process.version,
    data: dataPath,
    config,
    severityThreshold: ANOMALOUS_SEVERITY,
    ...learned.length > 0 && { learnedFrom: wallText(learned[0]) },
    detectedFrom: wallText(detected[0]),
    detectedTo: wallText(detected[detected.length - 1]),
    counts: {
      files: data.files,
      filesNotRead: data.notRead.length,
      bytes: data.bytes,
      rows: quality.rows,
      rowsRejected: quality.rowsRejected,
      rowsLeftOut,
      timeSeries: run.timeSeries,
      intervalsLearned: learned.length,
      intervalsDetected: detected.length,
      intervalsWithoutValues: run.severities.intervalsWithoutValues,
      intervalsWithoutGroups: run.intervalsWithoutGroups,
      anomalies: run.severities.anomalies,
      totals: run.totals,
      anomaliesOfTotals: run.severities.anomaliesOfTotals,
      anomalyGroups: run.groups.length,
      scoreRows: run.scoreRows,
      totalRows: run.totalRows,
      explanationRows: run.explanationRows,
    },
    dataQuality: quality,
    findings: run.missingData.stretches(detected[detected.length - 1]),
    state: { bytes: run.detection.stateBytes, reloads: run.detection.reloads, intervalsBetweenReloads: INTERVALS_BETWEEN_RELOADS },
    milliseconds,
    warnings: [...warningsOf(config, data, timeline, rowsLeftOut, run), ...advice === undefined ? [] : [advice]],
  };
}

/** Share of detected intervals without values from which the time stamps may be misread. */
const MOSTLY_EMPTY = 0.9;

function warningsOf(
  config: BacktestConfig, { quality, notRead }: BacktestData, { detected, leftOut, longerFrequency }: Timeline, rowsLeftOut: number, run: BacktestRun,
): string[] {
  const { frequency } = config;
  const { intervalsWithoutValues: empty } = run.severities;
  const least = LEARNING_INTERVALS[frequency];
  return [
    ...remarksOfFilesNotRead(notRead),
    ...quality.rowsRejected > 0 ? [`${quality.rowsRejected} of ${quality.rows} rows could not be used: ${mainReason(quality)}`] : [],
    ...remarks(quality, config, longerFrequency),
    ...remarksOfStrayQuotes(quality.valuesWithStrayQuote),
    ...config.dimensions.flatMap(name => {
      const [file] = [['scores.csv', ScoredSeriesFormat.header([])] as const, ['explanations.csv', ExplanationsFile.header([])] as const]
        .find(([, columns]) => columns.includes(name)) ?? [];
      return file === undefined ? [] : [`${file} has two columns ${shown(name)}, as a dimension has that name: read it by the places of its columns`];
    }),
    ...run.notExplained.map(text => `--explain ${shown(text)} explains nothing: the detector has no such total. ${
      run.totals > 0 ? 'Those that it has are in totals.csv' : 'It has none: a total is of 10 combinations of dimension values or more'}`),
    ...longerFrequency === undefined && empty > MOSTLY_EMPTY * detected.length
      ? [`${empty} of ${detected.length} intervals detected have no values: is ${shown(config.timestampColumn.format)} the format of the time stamps, and are day and month not the other way round?`]
      : [],
    ...rowsLeftOut > 0
      ? [`${rowsLeftOut} rows were left out: they are far from all others, from ${wallText(leftOut[0])} to ${wallText(leftOut[leftOut.length - 1])}`]
      : [],
    ...run.intervalsWithoutGroups > 0
      ? [`no anomaly groups in the first ${run.intervalsWithoutGroups === 1 ? 'interval' : `${run.intervalsWithoutGroups} intervals`} detected: a detector of ${frequency} learns ${least} intervals with values first`]
      : [],
    ...run.detection.combinationsLeftOut > 0 ? ['combinations of dimension values were left out: the detector has its full number of time series'] : [],
  ];
}
