import type { Violation } from './violations';

/** Members of a data set that are refused in words as not supported, and not checked against the rules of the model. */
const UNCHECKED_MEMBERS = /^(DimensionFilterList|MetricList\b.*Namespace|MetricSource\.(AppFlow|AthenaSource|CloudWatch|RDSSource|RedshiftSource)Config|MetricSource\.S3SourceConfig\.FileFormatDescriptor)/;

/** Whether the service does not tell of a broken rule yet. */
export function isKnownGap(operation: string, { field }: Violation): boolean {
  return /^(Create|Update)MetricSet$/.test(operation) && UNCHECKED_MEMBERS.test(field);
}
