// SPDX-License-Identifier: Apache-2.0

import { Annotations as CoreAnnotations, Lazy } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { connectorIn, newStack, QUERY } from './fixture';
import { ANOMALOUS_SEVERITY } from '../../handlers/engine/scores/severity';
import { AlertTarget, ConnectorQuery, Detector, RedshiftLookoutConnectorProps } from '../../src';
import { LEAST_SEVERITY } from '../../src/private/warnings';

const CLOCK = 'select 1 from e where e.ts < DATEADD(hour, 0, getdate()) and e.ts > DATEADD(hour, -1, getdate())';

function warnings(props: Partial<RedshiftLookoutConnectorProps>): string[] {
  const stack = newStack();
  connectorIn(stack, props);
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ id, entry }) => `${id}: ${entry.data}`);
}

test('there is none for an ordinary connector', () => {
  expect(warnings({ historicalQuery: ConnectorQuery.fromString(QUERY) })).toEqual([]);
  expect(warnings({ query: ConnectorQuery.fromString(Lazy.string({ produce: () => CLOCK })) })).toEqual([]);
});

test('a query without placeholders: names what is lost', () => {
  const [warning, ...others] = warnings({ query: ConnectorQuery.fromString(CLOCK) });
  expect(others).toEqual([]);
  expect(warning).toMatch(/^\/Stack\/Connector: query has no placeholders \{\{start\}\} and \{\{end\}\}/);
  for (const part of ['exact intervals', 'catching up on missed intervals', 'safe retries', '[ack: cdk-redshift-lookout:queryWithoutPlaceholders]']) expect(warning).toContain(part);
});

test('a historical query without placeholders', () => {
  const found = warnings({ query: ConnectorQuery.fromString(CLOCK), historicalQuery: ConnectorQuery.fromString('select 1 from e where e.ts < dateadd(hour, -1, sysdate)') });
  expect(found).toHaveLength(2);
  expect(found[1]).toMatch(/historicalQuery has no placeholders .*\[ack: cdk-redshift-lookout:queryWithoutPlaceholders\]/);
});

test('Lookout for Metrics has ended', () => {
  expect(warnings({ detector: Detector.lookoutForMetrics() })).toEqual([
    expect.stringMatching(/ended on 2025-10-09.*use Detector.inAccount\(\).*\[ack: cdk-redshift-lookout:lookoutForMetricsEnded\]$/),
  ]);
});

test.each([
  ['below the least severity', 69, Detector.inAccount(), 1],
  ['of 0', 0, Detector.inAccount(), 1],
  ['at the least severity', LEAST_SEVERITY, Detector.inAccount(), 0],
  ['left out', undefined, Detector.inAccount(), 0],
  ['that is a token', Lazy.number({ produce: () => 5 }), Detector.inAccount(), 0],
  ['of Lookout for Metrics', 5, Detector.lookoutForMetrics(), 0],
])('a threshold %s', (_, threshold, detector, count) => {
  expect(LEAST_SEVERITY).toBe(ANOMALOUS_SEVERITY);
  const stack = newStack();
  connectorIn(stack, { detector }).addAlert('Pager', { target: AlertTarget.topic(new Topic(stack, 'Topic')), threshold });
  const found = Annotations.fromStack(stack).findWarning('/Stack/Connector/Alerts/Pager', Match.anyValue()).map(({ entry }) => entry.data);
  expect(found).toEqual(count === 0 ? [] : [
    `threshold ${threshold} acts like 70: the in-account detector gives no anomaly a lower severity; give 70 to 100, or leave it out [ack: cdk-redshift-lookout:thresholdBelowSeverities]`,
  ]);
});

test('warnings can be acknowledged by their ids', () => {
  const stack = newStack();
  CoreAnnotations.of(stack).acknowledgeWarning('cdk-redshift-lookout:queryWithoutPlaceholders', 'as before');
  CoreAnnotations.of(stack).acknowledgeWarning('cdk-redshift-lookout:lookoutForMetricsEnded', 'as before');
  connectorIn(stack, { query: ConnectorQuery.fromString(CLOCK), detector: Detector.lookoutForMetrics() });
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
});

test('the policy of an imported key has to be changed by hand, of which one warning tells', () => {
  const stack = newStack();
  connectorIn(stack, { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555') });
  const found = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
  expect(found.map(({ id }) => id)).toEqual(['/Stack/Connector']);
  expect(found[0].entry.data).toMatch(/encryptionKey cannot be changed .* principal logs\.<region>\.amazonaws\.com use the key \(kms:Encrypt.*\[ack: cdk-redshift-lookout:keyPolicyNotUpdated\]/);
});
