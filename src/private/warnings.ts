// SPDX-License-Identifier: Apache-2.0

import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { hasPlaceholders, PLACEHOLDERS } from './contract';
import { doubtfulClauses, likePlaceholder, problemOfBounds } from './query-bounds';
import { RedshiftLookoutConnectorProps } from '../connector-props';

/** Warns of what works, but not as well as it could. The ids are public: users acknowledge by them. */
export function addWarnings(scope: Construct, props: RedshiftLookoutConnectorProps): void {
  const annotations = Annotations.of(scope);
  if (props.detector && !props.detector.isInAccount) {
    annotations.addWarningV2('cdk-redshift-lookout:lookoutForMetricsEnded',
      'Amazon Lookout for Metrics ended on 2025-10-09, so this connector cannot be deployed with Detector.lookoutForMetrics(); '
      + 'use Detector.inAccount(), which answers the same API in your own account');
  }
  warnOfQuery(scope, 'query', props.query.sql);
  if (props.historicalQuery) warnOfQuery(scope, 'historicalQuery', props.historicalQuery.sql);
  if (withoutPlaceholders(props.query.sql)) {
    annotations.addWarningV2('cdk-redshift-lookout:queryWithoutPlaceholders',
      `query has no placeholders ${PLACEHOLDERS.start} and ${PLACEHOLDERS.end} and chooses its rows itself; what is lost: exact intervals `
      + '(rows near a bound may be read twice or never), catching up on missed intervals (they are listed as failed), and safe retries '
      + `(a retry may read other rows); write "ts >= '${PLACEHOLDERS.start}' and ts < '${PLACEHOLDERS.end}'" instead${misspelt(props.query.sql)}`);
  }
  if (props.historicalQuery && withoutPlaceholders(props.historicalQuery.sql)) {
    annotations.addWarningV2('cdk-redshift-lookout:queryWithoutPlaceholders',
      `historicalQuery has no placeholders ${PLACEHOLDERS.start} and ${PLACEHOLDERS.end}, so that it and not history decides what is read; `
      + `what is lost: an exact end (rows near it may be read twice or never) and safe retries (a retry may read other rows)${misspelt(props.historicalQuery.sql)}`);
  }
}

/** Warns of a query that can run, but gives no rows or wrong ones, or that UNLOAD is likely to refuse. */
function warnOfQuery(scope: Construct, prop: string, sql: string): void {
  if (Token.isUnresolved(sql)) return;
  const warn = (id: string, text: string) => Annotations.of(scope).addWarningV2(`cdk-redshift-lookout:${id}`, `${prop} ${text}`);
  const bounds = problemOfBounds(sql);
  if (bounds !== undefined) warn('queryBounds', bounds);
  for (const clause of doubtfulClauses(sql)) warn('queryNotUnloadable', clause);
}

/** Adds what was probably meant for a placeholder. */
function misspelt(sql: string): string {
  const found = likePlaceholder(sql);
  return found === undefined ? '' : `; nothing takes the place of ${found}`;
}

/** Least severity of an anomaly of the in-account detector: ANOMALOUS_SEVERITY of its engine, which the constructs do not import. */
export const LEAST_SEVERITY = 70;

/** Warns of a threshold that asks for more than there is. */
export function warnOfLowThreshold(alert: Construct, threshold: number | undefined): void {
  if (threshold === undefined || Token.isUnresolved(threshold) || threshold >= LEAST_SEVERITY) return;
  Annotations.of(alert).addWarningV2('cdk-redshift-lookout:thresholdBelowSeverities',
    `threshold ${threshold} acts like ${LEAST_SEVERITY}: the in-account detector gives no anomaly a lower severity; give ${LEAST_SEVERITY} to 100, or leave it out`);
}

function withoutPlaceholders(sql: string): boolean {
  return !Token.isUnresolved(sql) && !hasPlaceholders(sql);
}
