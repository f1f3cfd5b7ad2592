// SPDX-License-Identifier: Apache-2.0

export { type ModelSettings } from './calendar/calendar';
export { DetectionModel } from './detection-model';
export { MEMBERS, REASONS } from './scores/explanation';
export { HolidayCalendar } from './calendar/holidays';
export { contributionsOf, type Deviation, directionOf } from './groups/contributions';
export { newsAmong, type ScoredTotals, type TotalsOfSeries } from './groups/group-totals';
export { eventSeverity, formGroups, type MeasureGroup, type SeriesDescription } from './groups/groups';
export type { IntervalScores, SeriesScores } from './scores/interval-scores';
export { MissingData, type MissingDataFinding } from './missing-data/missing-data';
export { expectedInTotal } from './groups/parts-of-totals';
export type { Moves } from './groups/rare-moves';
export { relatedMeasures } from './groups/related-measures';
export { type Leaves } from './groups/root-cause/leaves';
export { findRootCauses } from './groups/root-cause/search';
export { ANOMALOUS_SCORE, ANOMALOUS_SEVERITY, comparableScore, judgedScore, scoreOfInterval, severityOf, SHORT_INTERVAL_FACTOR } from './scores/severity';
