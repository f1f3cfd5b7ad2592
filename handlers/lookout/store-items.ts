// SPDX-License-Identifier: Apache-2.0

import type { Attributes } from './dynamodb-table';
import type { DetectorRecord } from './store';
import { SERVICE_KEYS } from '../../src/private/contract';

/** A record as JSON text: its numbers may be too large for DynamoDB's client, and tags may have any key. */
export function asText(record: object): Attributes {
  return { record: JSON.stringify(record) };
}

/** The record of `asText`. */
export function fromText<T>(attributes: Attributes): T {
  return JSON.parse(String(attributes.record)) as T;
}

/** A detector's fields as attributes of their own, since its status is compared and set. */
export function detectorAttributes(record: Partial<DetectorRecord>): Attributes {
  return { ...record, tags: record.tags && JSON.stringify(record.tags) };
}

/** The record of `detectorAttributes`. */
export function detectorRecord(attributes: Attributes): DetectorRecord {
  const { [SERVICE_KEYS.partition]: _partition, [SERVICE_KEYS.sort]: _sort, tags, ...rest } = attributes;
  return { ...rest as unknown as DetectorRecord, ...typeof tags === 'string' && { tags: JSON.parse(tags) as Record<string, string> } };
}
