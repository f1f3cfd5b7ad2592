// SPDX-License-Identifier: Apache-2.0

import { countMetrics, servicesOfEnvironment } from '../../../handlers/detect/services';
import type { DetectorRecord } from '../../../handlers/lookout/store';
import { ENVIRONMENT, METRICS } from '../../../src/private/contract';

const detector: DetectorRecord = { arn: 'arn', name: 'shop', frequency: 'PT1H', status: 'ACTIVE', createdAt: 1, modifiedAt: 1 };

afterEach(() => {
  for (const name of Object.values(ENVIRONMENT)) delete process.env[name];
  jest.restoreAllMocks();
});

function emitted(): Record<string, unknown>[] {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation(line => lines.push(String(line)) > 0);
  const count = countMetrics();
  count(detector, { anomalyGroups: 2, alertsDelivered: 1, alertsUndelivered: 0, rowsRejected: 7 });
  count({ ...detector, name: 'other' }, { rowsRejected: 1 });
  return lines.map(line => JSON.parse(line) as Record<string, unknown>);
}

test('metrics have the detector as their only dimension, so that the constructs\' metrics find them', () => {
  const [first, second] = emitted();
  expect(first).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Namespace: METRICS.namespace, Dimensions: [['Detector']] }] },
    Detector: 'shop',
    AnomalyGroups: 2,
    AlertsDelivered: 1,
    AlertsUndelivered: 0,
    RowsRejected: 7,
  });
  expect(first).not.toHaveProperty('service');
  expect(second).toMatchObject({ Detector: 'other', RowsRejected: 1 });
  expect(second).not.toHaveProperty('AnomalyGroups');
});

test('a function that belongs to one connector is counted under the connector\'s name', () => {
  process.env[ENVIRONMENT.connectorName] = 'Ecommerce';
  expect(emitted()[0].Detector).toBe('Ecommerce');
});

test('a missing environment variable is named', () => {
  expect(() => servicesOfEnvironment()).toThrow(/environment variable (STATE_BUCKET_NAME|SERVICE_TABLE_NAME) is not set/);
});
