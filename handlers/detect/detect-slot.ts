// SPDX-License-Identifier: Apache-2.0

import { dataFindings } from './groups/data-findings';
import { groupsOf } from './groups/group-records';
import type { DetectorModel } from './model/detector-model';
import type { Observation } from './model/observation';
import type { DataFinding, DetectionOutcome } from '../../src/private/contract';
import type { IntervalTable } from '../input/interval-table';
import type { WallClock } from '../shared/wall-clock';

/** One interval, detected. The groups that have anomalies in it are the model's ongoing ones. */
export interface DetectedSlot {
  readonly observation: Observation;
  /** What began or ended to be missing. */
  readonly findings: readonly DataFinding[];
}

/**
 * Scores an interval, learns it, forms its groups and says what is missing. Intervals come in order, and those without rows too.
 * @param isLearning whether the detector has not learned enough yet to form groups
 * @param bands whether the bands of all values are wanted: groups need those of anomalies only
 */
export function detectSlot(
  detectorArn: string, model: DetectorModel, table: IntervalTable, slot: number, clock: WallClock, isLearning = false, bands: 'all' | 'anomalies' = 'anomalies',
): DetectedSlot {
  const observation = model.observe(slot, table, bands);
  model.ongoing = isLearning ? [] : groupsOf(detectorArn, model, observation, clock);
  return { observation, findings: dataFindings(model, observation, clock) };
}

/** How many time series an interval had, and how many combinations found no room. */
export function timeSeriesOf({ timeSeries, combinationsLeftOut }: Observation): Pick<DetectionOutcome, 'timeSeries' | 'combinationsLeftOut'> {
  return { timeSeries, ...combinationsLeftOut > 0 && { combinationsLeftOut } };
}
