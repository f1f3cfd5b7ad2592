// SPDX-License-Identifier: Apache-2.0

import { notFound } from './errors';
import { existingDetector, operations, type Operation } from './operation';
import type { ExecutionRecord, LearnedDataRecord } from './store';
import type { DetectionOutcome } from '../../src/private/contract';

/** Newest executions that are reported on: the operation has no pages. */
const EXECUTIONS = 100;

interface Metric {
  readonly MetricType: string;
  readonly MetricDescription: string;
  readonly RelatedColumnName?: string;
  readonly MetricValue: number;
}

/** What became of the data that a detector has read. */
export const dataQualityOperations: Record<string, Operation> = operations({
  /** The newest intervals first, after them the history that was learned or back-tested. */
  GetDataQualityMetrics: async (input, context) => {
    const { store } = context;
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const { items: [metricSet] } = await store.listMetricSets(detector.arn, { limit: 1 });
    if (input.MetricSetArn !== undefined && input.MetricSetArn !== metricSet?.arn) {
      throw notFound('MetricSet', input.MetricSetArn);
    }
    const report = (start: number, metrics: readonly Metric[]): object => ({
      StartTimestamp: start, MetricSetDataQualityMetricList: [{ MetricSetArn: metricSet.arn, DataQualityMetricList: metrics }],
    });
    if (metricSet === undefined) {
      return { AnomalyDetectorDataQualityMetricList: [] };
    }
    const learned = await store.getLearnedData(detector.arn);
    // the executions of a back test are parts of its history
    const { items } = learned?.backTest ? { items: [] } : await store.listExecutions(detector.arn, { limit: EXECUTIONS });
    return {
      AnomalyDetectorDataQualityMetricList: [
        ...items.filter(isDetected).map(({ start, outcome: { rows, rowsRejected, timeSeries, combinationsLeftOut } }) =>
          report(start, ofRows(rows + rowsRejected, rowsRejected, timeSeries, combinationsLeftOut))),
        ...learned ? [report(learned.start, [...ofRows(learned.rows, learned.rowsRejected, learned.timeSeries), ...ofHistory(learned)])] : [],
      ],
    };
  },
});

function isDetected(execution: ExecutionRecord): execution is ExecutionRecord & { readonly outcome: DetectionOutcome } {
  return execution.status === 'COMPLETED' && execution.outcome !== undefined;
}

function ofRows(rows: number, rejected: number, timeSeries: number, leftOut = 0): Metric[] {
  return [
    { MetricType: 'ROWS_PROCESSED', MetricDescription: 'Number of rows that were read, headers left out.', MetricValue: rows },
    {
      MetricType: 'INVALID_ROWS_COMPLIANCE',
      MetricDescription: 'Number of rows that were left out: outside of the interval, or with a cell that cannot be read.',
      MetricValue: rejected,
    },
    {
      MetricType: 'TIME_SERIES_COUNT',
      MetricDescription: `Number of time series: measures times combinations of dimension values.${leftOut > 0
        ? ` ${leftOut} combinations were left out: the detector has its full number of time series, which maximumTimeSeriesPerDetector of the service sets.` : ''}`,
      MetricValue: timeSeries,
    },
  ];
}

function ofHistory({ rows, rejectedByColumn, backTest }: LearnedDataRecord): Metric[] {
  return [
    ...Object.entries(rejectedByColumn).map(([column, rejected]) => ({
      MetricType: 'COLUMN_COMPLETENESS',
      MetricDescription: 'Percentage of the rows in which the column can be read.',
      RelatedColumnName: column,
      MetricValue: 100 * (1 - rejected / rows),
    })),
    ...backTest ? [
      time('TRAINING_DATA_START', 'Start of the first interval that was learned', backTest.trainingStart),
      time('TRAINING_DATA_END', 'Start of the last interval that was learned', backTest.trainingEnd),
      time('INFERENCE_DATA_START', 'Start of the first interval that was detected', backTest.inferenceStart),
      time('INFERENCE_DATA_END', 'Start of the last interval that was detected', backTest.inferenceEnd),
    ] : [],
  ];
}

function time(type: string, what: string, seconds: number): Metric {
  return { MetricType: `BACKTEST_${type}_TIME_STAMP`, MetricDescription: `${what}, in seconds since 1970.`, MetricValue: seconds };
}
