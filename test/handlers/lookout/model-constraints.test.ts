// SPDX-License-Identifier: Apache-2.0

/** Limits that are known to the constructs too, which cannot import the service's table. */
import { MODEL } from '../../../handlers/lookout/model-constraints';
import { FREQUENCY_SECONDS, LIMITS } from '../../../src/private/contract';

const { texts, choices, numbers } = MODEL;

test.each(['AlertName', 'AnomalyDetectorName', 'ColumnName', 'MetricSetName'] as const)('%s is what the constructs take for a name', name => {
  expect(texts[name].max).toBe(LIMITS.nameLength);
  expect(`${texts[name].pattern}$`).toBe(LIMITS.namePattern.source);
});

test('descriptions, delays and frequencies are what the constructs take', () => {
  for (const name of ['AlertDescription', 'AnomalyDetectorDescription', 'MetricSetDescription'] as const) expect(texts[name].max).toBe(LIMITS.descriptionLength);
  expect(numbers.Offset).toEqual({ min: 0, max: LIMITS.offsetSeconds });
  expect([...choices.Frequency].sort()).toEqual(Object.keys(FREQUENCY_SECONDS).sort());
});
