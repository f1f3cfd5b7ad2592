// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import { AGGREGATIONS, LIMITS } from './contract';
import { refuse, validateName } from './validation-base';
import { validateTimestampFormat } from './validation-timestamp';
import { RedshiftLookoutConnectorProps } from '../connector-props';
import type { LookoutServiceProps } from '../lookout-service';

const COLUMN_RULE = `name it in the query with "as": 1 to ${LIMITS.nameLength} letters, digits, "-" and "_", beginning with a letter or digit`;

/** Refuses columns that the detector cannot take, or that are named twice. */
export function validateColumns(props: RedshiftLookoutConnectorProps): void {
  const { metrics, timestampColumn } = props;
  const dimensions = props.dimensions ?? [];
  const service = props.detector?.service;
  const mostMetrics = service?._quotas.metrics ?? LIMITS.metrics;
  const mostDimensions = service?._quotas.dimensions ?? LIMITS.dimensions;
  if (metrics.length < 1 || metrics.length > mostMetrics) {
    throw refuse('metrics', `has ${metrics.length} entries`, metrics.map(metric => metric.name), `give 1 to ${mostMetrics} metrics`
      + (metrics.length > 0 ? orRaise('maximumMetricsPerDataSet', props) : ''));
  }
  // a list that is one token has one entry here, and any number when it is deployed
  if (!Token.isUnresolved(dimensions) && dimensions.length > mostDimensions) {
    throw refuse('dimensions', `has ${dimensions.length} entries`, dimensions, `give at most ${mostDimensions}, without those that tell least`
      + orRaise('maximumDimensionsPerDataSet', props));
  }
  metrics.forEach(({ name, aggregation }, index) => {
    validateName(`metrics[${index}]`, name, COLUMN_RULE);
    // an object literal in the place of what Metric's factories give can have anything
    if (!Token.isUnresolved(aggregation) && !AGGREGATIONS.some(each => each === aggregation)) {
      throw refuse(`metrics[${index}]`, 'has an aggregation that is neither "SUM" nor "AVG"', aggregation, `give Metric.sum("${name}") or Metric.average("${name}")`);
    }
  });
  if (!Token.isUnresolved(dimensions)) {
    dimensions.forEach((dimension, index) => validateName(`dimensions[${index}]`, dimension, COLUMN_RULE));
  }
  validateName('timestampColumn', timestampColumn.name, COLUMN_RULE);
  validateTimestampFormat(timestampColumn.format, props.frequency);
  validateUnique(props, dimensions);
}

/** The other way out, where there is one: Lookout for Metrics has no such quota to raise. */
function orRaise(quota: keyof LookoutServiceProps, { detector }: RedshiftLookoutConnectorProps): string {
  return detector && !detector.isInAccount ? '' : `, or give Detector.inAccount a LookoutService with a higher ${quota}`;
}

/** Redshift does not tell upper and lower case apart in names. */
function validateUnique(props: RedshiftLookoutConnectorProps, dimensions: string[]): void {
  const used = new Map<string, { readonly role: string; readonly aggregation?: string }>();
  const timestamp = props.timestampColumn.name;
  if (!Token.isUnresolved(timestamp)) used.set(timestamp.toLowerCase(), { role: 'timestampColumn' });

  for (const [index, { name, aggregation }] of props.metrics.entries()) {
    if (Token.isUnresolved(name)) continue;
    const other = used.get(name.toLowerCase());
    if (other?.role === 'metric') {
      throw other.aggregation === aggregation
        ? refuse(`metrics[${index}]`, 'is given twice', name, 'give each column once (Redshift does not tell upper and lower case apart)')
        : refuse(`metrics[${index}]`, 'has more than one aggregation', { name, aggregations: [other.aggregation, aggregation] },
          'Lookout for Metrics takes one for each column: select it twice under different names');
    }
    if (other) throw refuse(`metrics[${index}]`, 'is the timestampColumn as well', name, 'a column can be one thing only');
    used.set(name.toLowerCase(), { role: 'metric', aggregation });
  }
  for (const [index, name] of dimensions.entries()) {
    if (Token.isUnresolved(name)) continue;
    const other = used.get(name.toLowerCase());
    if (other?.role === 'dimension') {
      throw refuse(`dimensions[${index}]`, 'is given twice', name, 'give each column once (Redshift does not tell upper and lower case apart)');
    }
    if (other) throw refuse(`dimensions[${index}]`, `is a ${other.role} as well`, name, 'a column can be one thing only');
    used.set(name.toLowerCase(), { role: 'dimension' });
  }
}
