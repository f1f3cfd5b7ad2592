// SPDX-License-Identifier: Apache-2.0

/** Where ARNs of the service's resources lie. */
export interface ArnScope {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/**
 * Partition, region and account of a Lambda function's ARN.
 *
 * @throws TypeError when the text is no ARN of a function.
 */
export function scopeOfFunction(functionArn: string): ArnScope {
  const [, partition, service, region, account] = functionArn.split(':');
  if (service !== 'lambda' || !partition || !region || !account) {
    throw new TypeError(`expected the ARN of a Lambda function, found ${JSON.stringify(functionArn)}`);
  }
  return { partition, region, account };
}

/** ARN of a detector: the name follows a colon. */
export function detectorArn(scope: ArnScope, name: string): string {
  return `arn:${scope.partition}:lookoutmetrics:${scope.region}:${scope.account}:AnomalyDetector:${name}`;
}

/** ARN of a detector's metric set: slashes, and the detector's name in it. */
export function metricSetArn(ofDetector: string, name: string): string {
  return ofDetector.replace(/:AnomalyDetector:([^:]+)$/, (_, detectorName: string) => `:MetricSet/${detectorName}/${name}`);
}

/** ARN of a detector's alert: the name follows a colon; the detector is not in it, so alert names are unique in a region. */
export function alertArn(ofDetector: string, name: string): string {
  return ofDetector.replace(/:AnomalyDetector:[^:]+$/, `:Alert:${name}`);
}

/** ARN of the detector that a metric set belongs to; undefined when the text is no metric set's ARN. */
export function detectorArnOfMetricSet(arn: string): string | undefined {
  const match = /^(arn:[^:]+:lookoutmetrics:[^:]*:[^:]*):MetricSet\/([^/:]+)\/[^/:]+$/.exec(arn);
  return match ? `${match[1]}:AnomalyDetector:${match[2]}` : undefined;
}
