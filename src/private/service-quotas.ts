// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import { DEFAULT_MAXIMUM_ALERTS, DEFAULT_MAXIMUM_DETECTORS, ENVIRONMENT, LIMITS } from './contract';
import { invalid } from './errors';
import type { LookoutServiceProps } from '../lookout-service';

/** Most metrics and dimensions that a quota can allow: a data set must fit into an item of the service's table. */
const MOST_COLUMNS = 100;

/** Range of the quota of tags: a connector's own must fit in, and all of them into an item of the table. */
const LEAST_TAGS = 10;
const MOST_TAGS = 100;

/** Time series of which nobody has tried more: their values of one interval are in memory several times. */
const MOST_TIME_SERIES = 1_000_000;

/** Quotas of a service as the synthesis knows them, and as its functions are told of them. */
export interface ServiceQuotas {
  readonly detectors: number;
  readonly alerts: number;
  readonly metrics: number;
  readonly dimensions: number;

  /** Environment of the detect function. Only what the props say: what they leave out is the function's to know. */
  readonly detectEnvironment: Record<string, string>;

  /** Environment of the service function, alike. */
  readonly serviceEnvironment: Record<string, string>;
}

/** Quotas that the props give; refuses those that no service can have. */
export function serviceQuotas(props: LookoutServiceProps): ServiceQuotas {
  const { maximumDetectors, maximumAlertsPerDetector, maximumMetricsPerDataSet, maximumDimensionsPerDataSet } = props;
  const { maximumTimeSeriesPerDetector, maximumTagsPerResource } = props;
  validateCount('maximumDetectors', maximumDetectors, 100);
  validateCount('maximumAlertsPerDetector', maximumAlertsPerDetector, 20);
  validateCount('maximumMetricsPerDataSet', maximumMetricsPerDataSet, 20, MOST_COLUMNS);
  validateCount('maximumDimensionsPerDataSet', maximumDimensionsPerDataSet, 20, MOST_COLUMNS);
  validateCount('maximumTimeSeriesPerDetector', maximumTimeSeriesPerDetector, 20_000, MOST_TIME_SERIES);
  validateCount('maximumTagsPerResource', maximumTagsPerResource, 80, MOST_TAGS, LEAST_TAGS);
  return {
    detectors: knownOr(maximumDetectors, DEFAULT_MAXIMUM_DETECTORS),
    alerts: knownOr(maximumAlertsPerDetector, DEFAULT_MAXIMUM_ALERTS),
    metrics: knownOr(maximumMetricsPerDataSet, LIMITS.metrics),
    dimensions: knownOr(maximumDimensionsPerDataSet, LIMITS.dimensions),
    detectEnvironment: environment([ENVIRONMENT.maximumTimeSeries, maximumTimeSeriesPerDetector]),
    serviceEnvironment: environment(
      [ENVIRONMENT.maximumDetectors, maximumDetectors],
      [ENVIRONMENT.maximumAlerts, maximumAlertsPerDetector],
      [ENVIRONMENT.maximumMetrics, maximumMetricsPerDataSet],
      [ENVIRONMENT.maximumDimensions, maximumDimensionsPerDataSet],
      [ENVIRONMENT.maximumTags, maximumTagsPerResource],
    ),
  };
}

/** Refuses a count that is no whole number in its range. One that is known only when it is deployed is left to the deployment. */
export function validateCount(prop: string, count: number | undefined, example: number, most = Infinity, least = 1): void {
  if (count !== undefined && !Token.isUnresolved(count) && !(Number.isInteger(count) && count >= least && count <= most)) {
    throw invalid('LookoutService', prop, `is not a whole number from ${least}${most === Infinity ? '' : ` to ${most}`}`, count, `give ${example}, for example`);
  }
}

/** A quota as the synthesis knows it: one that is not known yet is left to the service to check. */
function knownOr(count: number | undefined, usual: number): number {
  return Token.isUnresolved(count) ? Infinity : count ?? usual;
}

function environment(...quotas: [name: string, count: number | undefined][]): Record<string, string> {
  return Object.fromEntries(quotas.flatMap(([name, count]) => count === undefined ? [] : [[name, `${count}`]]));
}
