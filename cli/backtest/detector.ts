// SPDX-License-Identifier: Apache-2.0

import type { BacktestConfig } from './config';
import { publicHolidays } from '../../handlers/detect/holidays';
import { type Layout, layoutOf } from '../../handlers/detect/layout';
import { detectorArn, metricSetArn } from '../../handlers/lookout/arn';
import type { DetectorRecord, MetricSetRecord } from '../../handlers/lookout/store';

/** Where the detector of a back test would lie: nowhere. */
const SCOPE = { partition: 'aws', region: 'local', account: '000000000000' };
const NAME = 'backtest';

/** The detector that a configuration describes, as the detection service keeps it. */
export interface BacktestDetector {
  readonly record: DetectorRecord;
  readonly metricSet: MetricSetRecord;
  readonly layout: Layout;
}

/**
 * @param file of the configuration, named in errors
 * @throws UnusableData when the data cannot be read with this configuration, and for holidays that are not known
 */
export async function detectorOf(config: BacktestConfig, file: string): Promise<BacktestDetector> {
  const arn = detectorArn(SCOPE, NAME);
  const times = { createdAt: 0, modifiedAt: 0 };
  const record: DetectorRecord = { arn, name: NAME, frequency: config.frequency, status: 'ACTIVE', ...times };
  const metricSet: MetricSetRecord = {
    arn: metricSetArn(arn, NAME),
    detectorArn: arn,
    name: NAME,
    ...times,
    definition: {
      MetricList: config.metrics.map(({ name, aggregation }) => ({ MetricName: name, AggregationFunction: aggregation })),
      DimensionList: [...config.dimensions],
      TimestampColumn: { ColumnName: config.timestampColumn.name, ColumnFormat: config.timestampColumn.format },
      Offset: 0,
      MetricSetFrequency: config.frequency,
      Timezone: config.timezone,
      MetricSource: {
        S3SourceConfig: {
          RoleArn: '',
          TemplatedPathList: [],
          HistoricalDataPathList: [],
          FileFormatDescriptor: {
            CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' },
          },
        },
      },
    },
  };
  const holidays = config.holidays === undefined ? undefined : await publicHolidays(config.holidays, `${file}: holidays`);
  return { record, metricSet, layout: layoutOf(record, metricSet, holidays) };
}
