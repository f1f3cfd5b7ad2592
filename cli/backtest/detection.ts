// SPDX-License-Identifier: Apache-2.0

import type { BacktestDetector } from './detector';
import { MAXIMUM_TIME_SERIES } from './input';
import { detectSlot } from '../../handlers/detect/detect-slot';
import { DetectorModel } from '../../handlers/detect/model/detector-model';
import type { OngoingGroup } from '../../handlers/detect/model/model-header';
import type { Observation } from '../../handlers/detect/model/observation';
import type { Totals } from '../../handlers/detect/model/totals';
import type { IntervalTable } from '../../handlers/input/interval-table';
import type { SeriesIndex } from '../../handlers/input/series-index';
import type { WallClock } from '../../handlers/shared/wall-clock';
import { type DataFinding, LEARNING_INTERVALS } from '../../src/private/contract';

/** Intervals detected between two savings of the model: a deployed function finds its model in memory mostly, and reads it when it starts anew. */
export const INTERVALS_BETWEEN_RELOADS = 100;

/** One interval, detected. */
export interface DetectedInterval {
  readonly slot: number;
  readonly observation: Observation;
  /** Groups that have anomalies in this interval. */
  readonly groups: readonly OngoingGroup[];
  /** What began or ended to be missing in this interval. */
  readonly findings: readonly DataFinding[];
  /** Model after the interval: says which series the entries stand for. */
  readonly model: DetectorModel;
}

/** Learns and detects as the deployed function does, with the same model, but from one table. */
export class Detection {
  /** Times that the model was written to bytes and read again. */
  public reloads = 0;
  /** Bytes of the model when it was saved last. */
  public stateBytes = 0;
  /** Rows of combinations of dimension values that found no room. */
  public combinationsLeftOut = 0;
  private model: DetectorModel;
  private detected = 0;

  public constructor(private readonly detector: BacktestDetector, private readonly table: IntervalTable) {
    this.model = DetectorModel.empty(detector.record, detector.layout);
    this.model.maximumTimeSeries = MAXIMUM_TIME_SERIES;
  }

  /** Whether a deployed detector would still be LEARNING, and form no groups. */
  public get isLearning(): boolean {
    return this.model.learned < LEARNING_INTERVALS[this.detector.layout.frequency];
  }

  /** The time series known so far. */
  public get series(): SeriesIndex {
    return this.model.series;
  }

  /** The totals known so far. */
  public get totals(): Totals {
    return this.model.totals;
  }

  /** Clock of the time zone that names the intervals. */
  public get clock(): WallClock {
    return this.detector.layout.clock;
  }

  /** Learns an interval of the history, which the table forgets. Intervals come in order. */
  public learn(slot: number): void {
    this.combinationsLeftOut += this.model.learn(slot, this.table).combinationsLeftOut;
    this.table.release(slot);
  }

  /**
   * Scores an interval, learns it and forms its groups; the table forgets it. Intervals come in order; those without rows too, as a deployed
   * detector gets them.
   */
  public detect(slot: number): DetectedInterval {
    if (this.detected++ % INTERVALS_BETWEEN_RELOADS === 0) this.reload();
    const { model, table, detector: { record, layout } } = this;
    const { observation, findings } = detectSlot(record.arn, model, table, slot, layout.clock, this.isLearning, 'all');
    this.combinationsLeftOut += observation.combinationsLeftOut;
    table.release(slot);
    return { slot, observation, groups: model.ongoing, findings, model };
  }

  private reload(): void {
    const bytes = this.model.encode();
    this.model = DetectorModel.decode(bytes, this.detector.layout.holidays, 'own');
    this.model.maximumTimeSeries = MAXIMUM_TIME_SERIES;
    this.stateBytes = bytes.length;
    this.reloads += 1;
  }
}
