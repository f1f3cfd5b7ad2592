// SPDX-License-Identifier: Apache-2.0

export { type ModelSettings } from './calendar';
export { DetectionModel } from './detection-model';
export { MEMBERS, REASONS } from './explanation';
export { HolidayCalendar } from './holidays';
export { contributionsOf, type Deviation, directionOf } from './contributions';
export { newsAmong, type ScoredTotals, type TotalsOfSeries } from './group-totals';
export { eventSeverity, formGroups, type MeasureGroup, type SeriesDescription } from './groups';
export type { IntervalScores, SeriesScores } from './interval-scores';
export { MissingData, type MissingDataFinding } from './missing-data';
export { expectedInTotal } from './parts-of-totals';
export type { Moves } from './rare-moves';
export { relatedMeasures } from './related-measures';
export { type Leaves } from './root-cause/leaves';
export { findRootCauses } from './root-cause/search';
export { ANOMALOUS_SCORE, ANOMALOUS_SEVERITY, comparableScore, judgedScore, scoreOfInterval, severityOf, SHORT_INTERVAL_FACTOR } from './severity';
