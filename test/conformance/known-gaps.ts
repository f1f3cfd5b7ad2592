import type { Violation } from './violations';

/** Operations of Lookout for Metrics that the service does not have yet. A test fails once it has one: then take it off this list. */
export const MISSING_OPERATIONS: readonly string[] = [];

/** Scenarios that need what the service does not have yet; they are run and expected to fail. */
export const FAILING_SCENARIOS: readonly string[] = ['an account has at most ten detectors in a region'];

/** Members of a data set that are refused in words as not supported, and not checked against the rules of the model. */
const UNCHECKED_MEMBERS = /^(DimensionFilterList|MetricList\b.*Namespace|MetricSource\.(AppFlow|AthenaSource|CloudWatch|RDSSource|RedshiftSource)Config|MetricSource\.S3SourceConfig\.FileFormatDescriptor)/;

/** Whether the service does not tell of a broken rule yet. */
export function isKnownGap(operation: string, { field }: Violation): boolean {
  return MISSING_OPERATIONS.includes(operation) || (/^(Create|Update)MetricSet$/.test(operation) && UNCHECKED_MEMBERS.test(field));
}
