// SPDX-License-Identifier: Apache-2.0

import type { DetectorOutput, LabelledSeries } from './labelled-series';
import { ANOMALOUS_SEVERITY, comparableScore, DetectionModel } from '../../handlers/engine';
import type { ThresholdedRandomCutForest } from '../trcf/trcf';

/** A detector to be measured: what it says about each series of a set. */
export interface Detector {
  readonly name: string;
  /** Severity from which on points form runs when severities are compared: below what is reported, so that there are false runs to compare. */
  readonly leastSeverity: number;
  readonly detect: (set: readonly LabelledSeries[]) => DetectorOutput[];
}

/** Our engine with its defaults, each series a model of its own. */
export const ENGINE: Detector = {
  name: 'engine',
  leastSeverity: ANOMALOUS_SEVERITY / 2,
  detect: set => set.map(({ intervalSeconds, start, values }) => {
    const model = new DetectionModel({ intervalSeconds }, 1);
    const score = new Float64Array(values.length);
    const severity = new Float64Array(values.length);
    const value = new Float64Array(1);
    for (let interval = 0; interval < values.length; interval++) {
      value[0] = values[interval]!;
      const scores = model.observe(start + interval * intervalSeconds, value);
      score[interval] = comparableScore(Math.abs(scores.score[0]!), scores.steepness[0]!) || 0;
      severity[interval] = scores.severity[0]! || 0;
    }
    return { score, severity, alert: Uint8Array.from(severity, level => (level >= ANOMALOUS_SEVERITY ? 1 : 0)) };
  }),
};

/** The peer: alerts where the grade is above 0, has the raw score as score. */
export function forestDetector(forest: ThresholdedRandomCutForest): Detector {
  return {
    name: 'TRCF',
    leastSeverity: Number.MIN_VALUE,
    detect: set => forest.scores(set).map(({ grade, score }) => ({
      score: score.map(number => number || 0),
      severity: grade.map(number => number || 0),
      alert: Uint8Array.from(grade, number => (number > 0 ? 1 : 0)),
    })),
  };
}
