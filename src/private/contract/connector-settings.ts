// SPDX-License-Identifier: Apache-2.0

import type { Frequency } from './intervals';

/** What the crawl needs to know of a connector. Written into the state machines' definitions (an environment variable is too small for SQL). */
export interface ConnectorSettings {
  readonly query: string;
  /** Query of the history run; `query` when absent. */
  readonly historicalQuery?: string;
  readonly bucketName: string;
  readonly unloadRoleArn: string;
  /** Region of the bucket. */
  readonly region: string;
  /** Customer managed key with which UNLOAD encrypts; absent: the bucket's own encryption. */
  readonly kmsKeyArn?: string;
  readonly frequency: Frequency;
  /** IANA name. */
  readonly timezone: string;
  /** Wait after an interval's end before it is read (Lookout's offset). */
  readonly delaySeconds: number;
  /** Wait after an interval's first reading was due, before it is read again; absent: it is read once. */
  readonly settleSeconds?: number;
  readonly historyIntervals: number;
  /** Most intervals of history that one statement reads; absent: the history is read by one. */
  readonly historyChunkIntervals?: number;
  /** Most intervals that one execution crawls. */
  readonly catchUpLimit: number;
  /** Times that an interval is tried, over all executions, before it is listed as failed and the crawl goes on. */
  readonly maxAttempts: number;
  readonly queryTimeoutSeconds: number;
}

/** Where and as whom statements run: arguments of the Redshift Data API. */
export interface WarehouseConnection {
  readonly ClusterIdentifier?: string;
  readonly WorkgroupName?: string;
  readonly Database: string;
  readonly SecretArn?: string;
  readonly DbUser?: string;
}
