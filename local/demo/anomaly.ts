// SPDX-License-Identifier: Apache-2.0

/** One time series of a found anomaly. */
export interface AnomalousSeries {
  /** Dimension values by name. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly observed: number;
  readonly expected: number;
}

/** An anomaly group as the detector reported it. */
export interface FoundAnomaly {
  readonly id: string;
  readonly measure: string;
  /** Start of the first anomalous interval. */
  readonly start: Date;
  /** Start of the last anomalous interval. */
  readonly end: Date;
  /** 0-100 */
  readonly severity: number;
  /** Most severe first. */
  readonly series: readonly AnomalousSeries[];
  /** Dimension values with their share in the event (0-100), by dimension, largest first. */
  readonly contributions: readonly { readonly dimension: string; readonly value: string; readonly share: number }[];
}

/** A labelled anomaly event of the sample data: one measure of one series over some successive intervals. */
export interface LabelledEvent {
  readonly measure: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Start of the first changed interval. */
  readonly start: Date;
  /** End of the last changed interval, exclusive. */
  readonly end: Date;
}
