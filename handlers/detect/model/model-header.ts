// SPDX-License-Identifier: Apache-2.0

import type { Fences } from './fences';
import type { WrittenTotals } from './written-totals';
import type { DetectionOutcome, Frequency } from '../../../src/private/contract';
import type { Judgement } from '../../engine/scores/feedback';
import type { Measure } from '../../input/row-layout';
import type { EpochSeconds, GroupRecord } from '../../lookout/store';
import type { WrittenEventSums } from '../groups/event-sums';

/** The intervals of an event, added up. */
export interface WrittenEvent extends WrittenEventSums {
  /** Numbers of the series that were anomalous in them. */
  readonly series: readonly number[];
  /** TimeSeriesIds of the totals that were. */
  readonly totals: readonly string[];
  /** Whether the total of all of the measure was. */
  readonly isWholeOff: boolean;
}

/** A group that had anomalies in the newest interval: it goes on if the next interval has some too. */
export interface OngoingGroup {
  /** As it was when the interval was learned; `alertsSent` too. */
  readonly record: GroupRecord;
  /** Numbers of all series that were anomalous, also of those that the record leaves out. */
  readonly members: number[];
  /** TimeSeriesIds of all totals that were anomalous. Absent where none was. */
  readonly totals?: readonly string[];
  /** Highest severity of its intervals, 0-100, before its duration raised it. */
  readonly peak: number;
  /** Number of its intervals that had anomalies. */
  readonly intervals: number;
  /** What explains it is looked for in this. Absent without dimensions, and in files that were written before. */
  readonly event?: WrittenEvent;
}

/** What the newest detection answers, kept with the model so that a broken run can be finished. */
export interface NewestDetection extends Pick<DetectionOutcome, 'dataFindings' | 'dataMissing' | 'combinationsLeftOut'> {
  /** Start of the interval that was asked for, in seconds since 1970. */
  readonly requested: number;
  readonly slot: number;
  readonly rows: number;
  readonly bytes: number;
  readonly rowsRejected: number;
  readonly timeSeries: number;
  /** Values by series number, as `writtenValues` gives them, which are kept once the model is written. Absent in models of earlier versions. */
  readonly values?: string;
}

/** The model that was kept for second readings. */
export interface SettledModel {
  /** Intervals detected since then that are not read again. */
  readonly readOnce: number;
}

/** What the second reading of an interval has changed, kept with the model so that a broken run can be finished. */
export interface Replacement {
  /** As it is answered, without what the alerts add. */
  readonly detection: NewestDetection;
  readonly files: string;
  /** Ids of the groups that have anomalies in the interval. */
  readonly anomalyGroupIds: string[];
  /** Groups as they are by now, of that interval and of all later ones. */
  readonly groups: readonly GroupRecord[];
  /** Ids of groups that are there no more. */
  readonly withdrawn: string[];
}

/** Something that is missing and was told: all rows, or those of a dimension value. */
export interface ToldMissing {
  /** The dimension and the number of its value (see `SeriesIndex`); absent when no rows come at all. */
  readonly dimension?: number;
  readonly code?: number;
  /** Slot of the first interval without data. */
  readonly since: number;
}

/** An event that someone said of whether it was an anomaly. */
export interface JudgedEvent extends Judgement {
  /** TimeSeriesId of the total that it was of; `series` is -1 then. */
  readonly total?: string;
  readonly groupId: string;
  /** When it was said. */
  readonly at: EpochSeconds;
}

/** Everything of a model except the series that its numbers stand for, and the engine's state. */
export interface ModelHeader {
  readonly detectorArn: string;
  readonly detectorCreatedAt: number;
  readonly frequency: Frequency;
  readonly timezone: string;
  readonly measures: readonly Measure[];
  readonly dimensions: readonly string[];
  /** Slot of the newest interval learned. */
  readonly newest?: number;
  /** Intervals with values that were learned. */
  readonly learned: number;
  readonly ongoing: readonly OngoingGroup[];
  readonly paused: readonly OngoingGroup[];
  readonly detection?: NewestDetection;
  /** What the newest second reading of an interval has changed. */
  readonly replacement?: Replacement;
  /** Present when the model before the oldest interval that is to be read again was kept beside this one. */
  readonly settled?: SettledModel;
  /** Absent in files that were written before. */
  readonly fences?: Fences;
  /** What people said of earlier events. */
  readonly judged: readonly JudgedEvent[];
  /** When the newest feedback was put that the model has taken in. */
  readonly feedbackSeen: EpochSeconds;
  /** Country or part whose holidays the model knows, and the names of those that it has met, by the number that the engine knows them by. */
  readonly holidays?: { readonly code: string; readonly names: readonly string[] };
  /** Which combinations report regularly: what `MissingData.serialize` gave, in base64. Absent in files that were written before. */
  readonly missingData?: string;
  /** Totals of the time series. Absent where there are none, and in files that were written before. */
  readonly totals?: WrittenTotals;
  /** Values that are read of each dimension, where not all are: null of those of which all are. */
  readonly filters?: readonly (readonly string[] | null)[];
  /** What is missing and was told. */
  readonly toldMissing: readonly ToldMissing[];
}
