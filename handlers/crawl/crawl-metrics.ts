// SPDX-License-Identifier: Apache-2.0

import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRICS } from '../../src/private/contract';

/** What one call has to report. */
export interface CrawlFigures {
  /** Intervals finished. */
  readonly crawled?: number;
  /** Intervals listed as failed. */
  readonly failed?: number;
  readonly rows?: number;
  /** Intervals read again. */
  readonly reread?: number;
  /** Rows that an interval read again has more than before. */
  readonly lateRows?: number;
  /** Seconds between the end of the newest interval done and the scheduled time. */
  readonly lagSeconds?: number;
  /** Seconds since the interval was due: its end and the delay. */
  readonly detectionDelaySeconds?: number;
  /** Time of the interval's UNLOAD in the warehouse. */
  readonly unloadMilliseconds?: number;
  /** Part of the history that has been read, 0 to 100. */
  readonly historyPercent?: number;
}

/** Writes metrics to the log in CloudWatch's embedded metric format, with the connector as their only dimension. */
export class CrawlMetrics {
  public constructor(private readonly connectorName: string) {}

  public emit(figures: CrawlFigures): void {
    const metrics = new Metrics({ namespace: METRICS.namespace });
    metrics.clearDefaultDimensions(); // the library's own `service`
    metrics.addDimension(METRICS.connectorDimension, this.connectorName);
    const add = (name: string, unit: 'Count' | 'Seconds' | 'Milliseconds' | 'Percent', value: number | undefined) => {
      if (value !== undefined) metrics.addMetric(name, unit, value);
    };
    add(METRICS.intervalsCrawled, 'Count', figures.crawled);
    add(METRICS.intervalsFailed, 'Count', figures.failed);
    add(METRICS.rowsUnloaded, 'Count', figures.rows);
    add(METRICS.intervalsReread, 'Count', figures.reread);
    add(METRICS.lateRows, 'Count', figures.lateRows);
    add(METRICS.crawlLag, 'Seconds', figures.lagSeconds);
    add(METRICS.historyProgress, 'Percent', figures.historyPercent);
    add(METRICS.detectionDelay, 'Seconds', figures.detectionDelaySeconds);
    add(METRICS.unloadTime, 'Milliseconds', figures.unloadMilliseconds);
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
}
