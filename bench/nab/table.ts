// SPDX-License-Identifier: Apache-2.0

import type { NabFile } from './corpus';
import { engineScores, rowScores } from './detect';
import { ONSET_HALF_LIFE, onsets } from './onset';
import { NabScorer } from './scoring';
import type { Table } from '../table';
import type { ThresholdedRandomCutForest } from '../trcf/trcf';

type Scores = ReadonlyMap<string, Float64Array>;
/** Half-life of the onset filter where the length of the series is not known, intervals. */
const FIXED_HALF_LIFE = 288;

/** The benchmark for our engine and the forest, as it is and behind the onset filter. */
export function nabTable(files: readonly NabFile[], forest: ThresholdedRandomCutForest | undefined): Table {
  const scorer = new NabScorer(files);
  const rows: string[][] = [];
  const add = (name: string, scores: Scores): void => {
    const variants: [string, (values: Float64Array) => Float64Array][] = [
      ['as it is', values => values],
      ['onsets, half-life 5 % of the file', values => onsets(values, ONSET_HALF_LIFE * values.length)],
      [`onsets, half-life ${FIXED_HALF_LIFE} rows`, values => onsets(values, FIXED_HALF_LIFE)],
    ];
    for (const [variant, filter] of variants) {
      const result = scorer.score(new Map([...scores].map(([path, values]) => [path, filter(values)])));
      rows.push([`${name}, ${variant}`, ...[result.standard, result.lowFalsePositive, result.lowFalseNegative].map(score => score.toFixed(1))]);
    }
  };
  add('engine', new Map(files.map(file => [file.path, engineScores(file)])));
  if (forest) {
    const scores = forest.scores(files);
    add('TRCF grade', new Map(files.map((file, index) => [file.path, rowScores(file, scores[index]!.grade)])));
    add('TRCF raw score', new Map(files.map((file, index) => [file.path, rowScores(file, scores[index]!.score)])));
  }
  return {
    title: 'Numenta Anomaly Benchmark',
    note: `${files.length} files, each one series; own implementation of the published scoring, one best threshold for each profile.`,
    columns: ['', 'standard', 'low FP', 'low FN'],
    rows,
  };
}
