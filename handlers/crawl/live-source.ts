// SPDX-License-Identifier: Apache-2.0

import { clientToken } from './attempt-identity';
import type { Watermark } from './items';
import type { ConnectorSettings, WarehouseConnection } from '../../src/private/contract';

/** What the crawl reads: query, warehouse and bucket, as a fingerprint. A deployment that changes it has the history read again. */
export function liveSource({ query, bucketName }: ConnectorSettings, warehouse?: WarehouseConnection): string {
  const { ClusterIdentifier = '', WorkgroupName = '', Database = '' } = warehouse ?? {};
  return clientToken(query, bucketName, ClusterIdentifier, WorkgroupName, Database).slice(0, 16);
}

/**
 * Why an execution must not crawl; empty when it may. One that began before a deployment has the query of then, and goes on while the detector learns
 * the history by the query of now, which it would then get other rows of.
 */
export function sourceProblem(watermark: Watermark, settings: ConnectorSettings, warehouse: WarehouseConnection | undefined): string {
  return watermark.source === undefined || watermark.source === liveSource(settings, warehouse) ? ''
    : 'the history was read by another query, or from another warehouse or bucket, than this execution has, which began before a deployment was through: the next run goes on';
}
