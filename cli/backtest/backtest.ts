// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { type BacktestConfig, readConfig } from './config';
import { findDataFiles } from './data-files';
import { type BacktestDetector, detectorOf } from './detector';
import { DiskTable } from './disk-table';
import { parseExplainedMetric } from './explained-series';
import { writeGroups } from './groups-file';
import { holidayAdvice } from './holiday-advice';
import { type BacktestData, readData } from './input';
import { resultText } from './result-text';
import { ResultsFolder } from './results-folder';
import { runBacktest, type BacktestRun, type Step } from './run';
import { Stopwatch } from './stopwatch';
import { type BacktestSummary, summarise } from './summary';
import { parseDetectFrom, planTimeline, type Timeline } from './timeline';
import { UnusableData } from '../../handlers/input/unusable-data';
import type { BacktestOptions } from '../command-line';
import { InputError, OutputError } from '../errors';
import { Progress } from '../progress';

/**
 * Runs a back test and writes its results; tells what was found on standard output.
 * @param version of the package
 * @throws InputError when configuration, data or folder cannot be used
 * @throws OutputError when the results cannot be written
 */
export async function backtest(options: BacktestOptions, version: string): Promise<void> {
  const progress = new Progress(process.stderr);
  try {
    await runAndWrite(options, version, progress);
  } catch (error) {
    // the readers of the deployed function tell of unusable data in their own way
    throw error instanceof UnusableData ? new InputError(error.message, { cause: error }) : error;
  } finally {
    progress.clear();
  }
}

async function runAndWrite(options: BacktestOptions, version: string, progress: Progress): Promise<void> {
  const watch = new Stopwatch<Step>();
  const config = readConfig(options.config);
  const detector = await detectorOf(config, options.config);
  const { layout } = detector;
  if (options.detectFrom !== undefined) parseDetectFrom(options.detectFrom);
  const names = { measures: config.metrics.map(({ name }) => name), dimensions: config.dimensions };
  for (const text of options.explain) parseExplainedMetric(text, names);
  const files = findDataFiles(options.data);
  const results = new ResultsFolder(options.out, options.data);
  const table = new DiskTable(layout, results.scratch('values'));
  try {
    const data = await watch.timeAsync('read', () => {
      return readData(options.data, files, layout, table, rows => progress.update(() => `reading, ${rows} rows`));
    });
    const timeline = planTimeline(table, layout.clock, options.detectFrom);
    const onDisk = table.fileBytes > 0 ? `, ${(table.fileBytes / 1e9).toFixed(1)} GB of values on disk` : '';
    progress.step(`read ${data.quality.rows} row${data.quality.rows === 1 ? '' : 's'} (${watch.seconds.toFixed(1)} s${onDisk}); learning ${timeline.learned.length} intervals, detecting `
      + `${timeline.detected.length}`);
    await detectAndWrite({ options, version, config, detector, data, timeline, results }, watch, progress);
  } finally {
    table.remove();
  }
}

interface PlannedBacktest {
  readonly options: BacktestOptions;
  readonly version: string;
  readonly config: BacktestConfig;
  readonly detector: BacktestDetector;
  readonly data: BacktestData;
  readonly timeline: Timeline;
  readonly results: ResultsFolder;
}

async function detectAndWrite(
  { options, version, config, detector, data, timeline, results }: PlannedBacktest, watch: Stopwatch<Step>, progress: Progress,
): Promise<void> {
  try {
    const run = runBacktest(detector, data, timeline, results, options.explain, watch, progress);
    try {
      await watch.timeAsync('write', () => writeGroups(results.unfinished('groups'), detector, run.groups, detector.layout.clock.startOf(timeline.detected[0])));
      const advice = await watch.timeAsync('report', () => holidayAdvice(config, run.groups, run.missingData.stretches(timeline.detected.at(-1)!), timeline));
      const summary = () => summarise({ version, dataPath: options.data, config, data, timeline, run, advice, milliseconds: watch.milliseconds });
      await watch.timeAsync('report', () => writeReport(results.unfinished('report'), summary(), timeline.detected, run));
      const finished = summary();
      writeFileSync(results.unfinished('summary'), `${JSON.stringify(finished, undefined, 2)}\n`);
      results.publish(run.totalRows > 0);
      for (const warning of finished.warnings) progress.warn(warning);
      progress.clear();
      console.log(resultText(finished, run.groups, results, process.stdout.columns));
    } finally {
      run.band.remove();
      run.totalsBand.remove();
    }
  } catch (error) {
    results.discard();
    // the system's
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new OutputError(`results cannot be written to --out ${JSON.stringify(options.out)}: ${(error as Error).message}`, { cause: error });
  }
}

async function writeReport(path: string, summary: BacktestSummary, detected: readonly number[], run: BacktestRun): Promise<void> {
  const { backtestReport } = await import('./report');
  writeFileSync(path, backtestReport(summary, detected, run));
}
