export { type ModelSettings } from './calendar';
export { DetectionModel, type IntervalScores } from './detection-model';
export { formGroups, type MeasureGroup, type SeriesDescription } from './groups';
export { ANOMALOUS_SEVERITY } from './severity';
