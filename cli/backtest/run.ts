// SPDX-License-Identifier: Apache-2.0

import { BandFile } from './band-file';
import { Detection } from './detection';
import type { BacktestDetector } from './detector';
import { parseExplainedSeries } from './explained-series';
import { ExplanationsFile } from './explanations';
import type { BacktestData } from './input';
import { LateSeries } from './late-series';
import { MissingDataHistory } from './missing-data';
import type { ResultsFolder } from './results-folder';
import { ScoredSeriesFormat } from './scored-series';
import { ScoresFile } from './scores-file';
import { SeverityHistory } from './severity-history';
import type { Stopwatch } from './stopwatch';
import type { Timeline } from './timeline';
import { TotalsFile } from './totals-file';
import { wallText } from './wall-text';
import { ANOMALOUS_SEVERITY } from '../../handlers/engine';
import type { GroupRecord } from '../../handlers/lookout/store';
import type { Progress } from '../progress';

/** Steps of a back test that are timed. */
export type Step = 'read' | 'learn' | 'detect' | 'write' | 'report';

/** Totals of an interval that has none. */
const NONE = new Float64Array(0);
const NO_TOTALS = { values: NONE, scores: { expected: NONE, lower: NONE, upper: NONE } };

/** What learning and detecting brought, besides the files that are written meanwhile. */
export interface BacktestRun {
  readonly detection: Detection;
  /** Each group as it was at its last interval, in the order in which they began. */
  readonly groups: readonly GroupRecord[];
  readonly severities: SeverityHistory;
  readonly missingData: MissingDataHistory;
  readonly band: BandFile;
  readonly totalsBand: BandFile;
  readonly totalRows: number;
  readonly totals: number;
  readonly scoreRows: number;
  readonly explanationRows: number;
  /** Of what was asked for, what explains nothing: there is no such total. */
  readonly notExplained: readonly string[];
  readonly timeSeries: number;
  /** Intervals detected before the detector had learned enough to form groups. */
  readonly intervalsWithoutGroups: number;
}

/**
 * Learns, then detects interval by interval, and writes `scores.csv`, `totals.csv` and `explanations.csv` on the way. The caller removes the
 * files of bands.
 * @param explain series of which every interval is explained, as the command line has them
 */
export function runBacktest(
  detector: BacktestDetector, data: BacktestData, timeline: Timeline, results: ResultsFolder, explain: readonly string[],
  watch: Stopwatch<Step>, progress: Progress,
): BacktestRun {
  const { dimensions, frequency, clock } = detector.layout;
  const asked = explain.map(text => parseExplainedSeries(text, data.table.series, detector.layout.measures));
  const detection = new Detection(detector, data.table);
  watch.time('learn', () => timeline.learned.forEach((slot, index) => {
    detection.learn(slot);
    progress.update(() => `learning ${wallText(slot)}  ${index + 1} of ${timeline.learned.length} intervals`);
  }));

  const format = new ScoredSeriesFormat();
  const late = new LateSeries(data.table, detection.series, timeline.detected);
  const scores = new ScoresFile(results.unfinished('scores'), dimensions, format, data.table.series, late);
  const totals = new TotalsFile(results.unfinished('totals'), dimensions, format);
  const explanations = new ExplanationsFile(results.unfinished('explanations'), dimensions, format, asked);
  const band = new BandFile(results.scratch('band'));
  const totalsBand = new BandFile(results.scratch('totals-band'));
  const severities = new SeverityHistory(ANOMALOUS_SEVERITY);
  const missingData = new MissingDataHistory(frequency, clock.timezone);
  const groups = new Map<string, GroupRecord>();
  let timeSeries = 0;
  let intervalsWithoutGroups = 0;
  try {
    for (const [index, slot] of timeline.detected.entries()) {
      if (detection.isLearning) intervalsWithoutGroups += 1;
      const interval = watch.time('detect', () => detection.detect(slot));
      watch.time('write', () => {
        scores.write(interval);
        totals.write(interval);
        explanations.write(interval);
        band.write(interval.observation);
        totalsBand.write(interval.observation.totals ?? NO_TOTALS);
      });
      severities.add(interval);
      missingData.add(interval.findings);
      for (const { record } of interval.groups) groups.set(record.id, record);
      timeSeries = interval.model.series.size;
      progress.update(() => `detecting ${wallText(slot)}  ${index + 1} of ${timeline.detected.length} intervals, ${groups.size} anomaly groups`);
    }
    watch.time('write', () => {
      scores.close();
      totals.close();
      explanations.close();
    });
  } catch (error) {
    band.remove();
    totalsBand.remove();
    throw error;
  }
  return {
    detection,
    groups: [...groups.values()],
    severities,
    missingData,
    band,
    totalsBand,
    totalRows: totals.rows,
    totals: totals.totals,
    scoreRows: scores.rows,
    explanationRows: explanations.rows,
    notExplained: explanations.notExplained,
    timeSeries,
    intervalsWithoutGroups,
  };
}
