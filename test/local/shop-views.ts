// SPDX-License-Identifier: Apache-2.0

/** A shop's history of views, and a detector on it, as a client of Lookout for Metrics makes one. */
import { CreateAnomalyDetectorCommand, CreateMetricSetCommand, type LookoutMetricsClient } from '@aws-sdk/client-lookoutmetrics';

/** First hour of the history, in milliseconds since 1970, and how many hours it has. */
export const FIRST = Date.parse('2026-01-05T00:00:00Z');
export const HOURS = 28 * 24;

/** Views of two platforms with a daily course and a little noise; one has ten times as many in some hours, which are counted from the first. */
export function shopViews(spikes: readonly number[]): string {
  let seed = 7;
  const noise = () => (seed = seed * 16_807 % 2_147_483_647) / 2_147_483_647 - 0.5;
  const lines = Array.from({ length: HOURS }, (_, hour) => ['web', 'ios'].map(platform => {
    const usual = 1000 + 400 * Math.sin(hour % 24 / 24 * 2 * Math.PI) + 40 * noise();
    const time = new Date(FIRST + hour * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    return `${time},${platform},${Math.round(spikes.includes(hour) && platform === 'ios' ? usual * 10 : usual)}`;
  }));
  return ['timestamp,platform,views', ...lines.flat(), ''].join('\n');
}

/** Where a history is, and the role that may read it. */
interface ShopHistory {
  readonly path: string;
  readonly roleArn: string;
}

/** Makes the detector `shop` of such a history, not yet back tested. Returns its ARN. */
export async function createShopDetector(client: LookoutMetricsClient, history: ShopHistory): Promise<string> {
  const { AnomalyDetectorArn } = await client.send(new CreateAnomalyDetectorCommand({
    AnomalyDetectorName: 'shop', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' },
  }));
  await client.send(new CreateMetricSetCommand({
    AnomalyDetectorArn,
    MetricSetName: 'views',
    MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }],
    DimensionList: ['platform'],
    TimestampColumn: { ColumnName: 'timestamp', ColumnFormat: 'yyyy-MM-dd HH:mm:ss' },
    MetricSetFrequency: 'PT1H',
    MetricSource: {
      S3SourceConfig: {
        RoleArn: history.roleArn,
        HistoricalDataPathList: [history.path],
        FileFormatDescriptor: {
          CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' },
        },
      },
    },
  }));
  return AnomalyDetectorArn!;
}
