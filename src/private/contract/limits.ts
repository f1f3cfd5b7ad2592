// SPDX-License-Identifier: Apache-2.0

import type { Frequency } from './intervals';

/**
 * Limits of Lookout for Metrics (developer guide "quotas" and the API model). A test compares those of the API model with the table that is
 * made of the model (handlers/lookout/model-constraints.ts).
 */
export const LIMITS = {
  nameLength: 63,
  namePattern: /^[a-zA-Z0-9][a-zA-Z0-9\-_]*$/,
  descriptionLength: 256,
  /** Quota: the service answers 402 beyond, and may be given another number. */
  dimensions: 10,
  /** Quota, as well. */
  metrics: 10,
  offsetSeconds: 432_000,
  /** Statement size of the Redshift Data API, in bytes. */
  statementBytes: 100_000,
};

/** How the rows of a metric are combined within an interval. */
export const AGGREGATIONS = ['SUM', 'AVG'] as const;

export type Aggregation = typeof AGGREGATIONS[number];

/** Severity from which an alert is sent when no threshold is given: the default of the Lookout for Metrics console. */
export const DEFAULT_ALERT_THRESHOLD = 70;

/**
 * Detectors that an account could have in a region.
 * @see https://docs.aws.amazon.com/lookoutmetrics/latest/dev/gettingstarted-quotas.html
 */
export const DEFAULT_MAXIMUM_DETECTORS = 10;

/**
 * Alerts that a detector could have.
 * @see https://docs.aws.amazon.com/lookoutmetrics/latest/dev/gettingstarted-quotas.html
 */
export const DEFAULT_MAXIMUM_ALERTS = 10;

/**
 * Time series (metrics times combinations of dimension values) that a detector could have.
 * @see https://docs.aws.amazon.com/lookoutmetrics/latest/dev/gettingstarted-quotas.html
 */
export const DEFAULT_MAXIMUM_TIME_SERIES: Record<Frequency, number> = { PT5M: 5_000, PT10M: 10_000, PT1H: 50_000, P1D: 50_000 };

/**
 * Tags that a detector, data set or alert could have.
 * @see https://docs.aws.amazon.com/lookoutmetrics/latest/dev/detectors-tags.html
 */
export const DEFAULT_MAXIMUM_TAGS = 50;
