// SPDX-License-Identifier: Apache-2.0

/** `summary.json`: the demo's figures for machines. */
export interface Summary {
  /** Labelled anomaly events in the streamed part. */
  readonly events: number;
  /** 0-1 */
  readonly recall: number;
  /** 0-1 */
  readonly precision: number;
  /** Intervals in the streamed period. */
  readonly intervals: number;
  /** Intervals of the period without a finished item in the ledger. */
  readonly intervalsLost: number;
  /** Intervals whose rows in the bucket are not the rows in the warehouse, because rows were unloaded twice. */
  readonly intervalsDoubled: number;
  /** Sum of the measure `views` over the streamed period, in the warehouse and in the unloaded files. */
  readonly viewsInWarehouse: number;
  readonly viewsUnloaded: number;
  /** Anomaly groups at or above the default alert threshold. */
  readonly anomalies: number;
  /** Alerts that subscribers received. */
  readonly alerts: number;
  readonly frequency: string;
  readonly seed: number;
  readonly wallSeconds: number;
}
