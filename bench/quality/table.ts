// SPDX-License-Identifier: Apache-2.0

import type { Detector } from './detectors';
import { countEvents, qualityOf, recallWithin, severityArea, thresholdCurve } from './events';
import type { LabelledSeries } from './labelled-series';
import type { Table } from '../table';

const BUDGET = 0.1;
const figure = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(3));

/** Event quality of each detector on each set of series. */
export function qualityTable(sets: ReadonlyMap<string, readonly LabelledSeries[]>, detectors: readonly Detector[]): Table {
  const rows = [...sets].flatMap(([name, set]) => detectors.map(detector => {
    const outputs = detector.detect(set);
    const shipped = qualityOf(countEvents(set, (series, interval) => outputs[series]!.alert[interval] === 1));
    const curve = thresholdCurve(set, outputs);
    const oracle = Math.max(0, ...curve.map(({ f1 }) => f1));
    return [
      `${name}: ${detector.name}`,
      ...[shipped.f1, shipped.precision, shipped.recall, shipped.falseAlertsPerSeriesWeek, oracle, recallWithin(curve, BUDGET),
        recallWithin(thresholdCurve(set, outputs, 'severity'), BUDGET), severityArea(set, outputs, detector.leastSeverity)].map(figure),
    ];
  }));
  return {
    title: 'Events',
    note: 'An event counts once; runs of anomalous points are merged over gaps of at most 3 intervals and false when no event is within 3 intervals. '
      + '"Best F1" has the best global threshold on the score, the columns before it the shipped default.',
    columns: ['', 'F1', 'precision', 'recall', 'false a series-week', 'best F1', `recall at ${BUDGET} false a series-week`, 'the same by severity', 'severity AUC'],
    rows,
  };
}
