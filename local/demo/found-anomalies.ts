// SPDX-License-Identifier: Apache-2.0

/** The anomalies that the detector found, read as any client of Lookout for Metrics reads them. */
import {
  GetAnomalyGroupCommand, LookoutMetricsClient, paginateListAnomalyGroupSummaries, paginateListAnomalyGroupTimeSeries, type AnomalyGroupSummary,
} from '@aws-sdk/client-lookoutmetrics';
import { clientSettings } from './accounting';
import type { AnomalousSeries, FoundAnomaly } from './anomaly';
import type { SeriesHistory } from './report';
import { CONNECTOR, physicalName, type Stream } from './stream';
import { openFunctionUrl } from '../gateway/function-url';

/** What was found, and the values around it. */
export interface Findings {
  readonly detectorName: string;
  readonly anomalies: readonly FoundAnomaly[];
  readonly histories: ReadonlyMap<string, SeriesHistory>;
  /** Alerts received. */
  readonly alerts: number;
}

/** Values shown of a series' past. */
const SHOWN_INTERVALS = 168;

/** The parts of an alert that the demo reads (lookout-for-metrics reference: the JSON of an alert). */
interface Alert {
  readonly anomalyGroupId: string;
  readonly impactedMetric: {
    readonly relevantTimeSeries: readonly { readonly timeSeriesId: string; readonly metricValue: number; readonly expectedValue: number | null }[];
  };
}

/** Times of anomalies are texts such as `2026-01-05T10:00Z[UTC]`. */
function parseAnomalyTime(text: string): Date {
  const time = new Date(text.replace(/\[.*\]$/, ''));
  if (Number.isNaN(time.getTime())) {
    throw new Error(`the detection service gave the time ${JSON.stringify(text)}, which is none`);
  }
  return time;
}

/** Reads all anomaly groups from `threshold` on, and the alerts that the topic took. */
export async function findAnomalies(stream: Stream, threshold: number): Promise<Findings> {
  const url = await openFunctionUrl(stream.cloud, physicalName(stream, 'Service/ServiceFunction'));
  const client = new LookoutMetricsClient({ ...clientSettings(stream), endpoint: url.endpoint });
  try {
    const AnomalyDetectorArn = String(stream.cloud.attribute(`${CONNECTOR}/Detector/Default`, 'DetectorArn'));
    const alerts = new Map(stream.cloud.notifications.map(({ message }) => JSON.parse(message) as Alert).map(alert => [alert.anomalyGroupId, alert]));
    const anomalies: FoundAnomaly[] = [];
    const histories = new Map<string, SeriesHistory>();
    for await (const page of paginateListAnomalyGroupSummaries({ client, pageSize: 100 }, { AnomalyDetectorArn, SensitivityThreshold: threshold })) {
      for (const summary of page.AnomalyGroupSummaryList ?? []) {
        const { anomaly, history } = await describeGroup(client, AnomalyDetectorArn, summary, alerts.get(summary.AnomalyGroupId!));
        anomalies.push(anomaly);
        if (history) histories.set(anomaly.id, history);
      }
    }
    return { detectorName: AnomalyDetectorArn.split(':').at(-1)!, anomalies, histories, alerts: stream.cloud.notifications.length };
  } finally {
    client.destroy();
    await url.close();
  }
}

async function describeGroup(client: LookoutMetricsClient, AnomalyDetectorArn: string, summary: AnomalyGroupSummary, alert: Alert | undefined) {
  const AnomalyGroupId = summary.AnomalyGroupId!;
  const { AnomalyGroup } = await client.send(new GetAnomalyGroupCommand({ AnomalyDetectorArn, AnomalyGroupId }));
  const told = new Map(alert?.impactedMetric.relevantTimeSeries.map(series => [series.timeSeriesId, series]));
  const entries: { readonly inAlert: boolean; readonly series: AnomalousSeries; readonly history: SeriesHistory }[] = [];
  const pages = paginateListAnomalyGroupTimeSeries(
    { client, pageSize: 100 }, { AnomalyDetectorArn, AnomalyGroupId, MetricName: summary.PrimaryMetricName! });
  for await (const page of pages) {
    const starts = (page.TimestampList ?? []).map(parseAnomalyTime);
    for (const { TimeSeriesId, DimensionList, MetricValueList } of page.TimeSeriesList ?? []) {
      const values = alignValues(starts.length, MetricValueList ?? []);
      const alerted = told.get(TimeSeriesId!);
      entries.push({
        inAlert: alerted !== undefined,
        series: {
          dimensions: Object.fromEntries((DimensionList ?? []).map(({ DimensionName, DimensionValue }) => [DimensionName!, DimensionValue!])),
          observed: alerted?.metricValue ?? values.at(-1) ?? NaN,
          expected: alerted?.expectedValue ?? NaN,
        },
        history: { starts: starts.slice(-SHOWN_INTERVALS), values: values.slice(-SHOWN_INTERVALS) },
      });
    }
  }
  // the API has no expected values, the alert has: its series come first, those that joined the group later after them
  entries.sort((a, b) => Number(b.inAlert) - Number(a.inAlert));
  const contributions = (AnomalyGroup?.MetricLevelImpactList?.[0]?.ContributionMatrix?.DimensionContributionList ?? []).flatMap(
    ({ DimensionName, DimensionValueContributionList }) => (DimensionValueContributionList ?? []).map(
      ({ DimensionValue, ContributionScore }) => ({ dimension: DimensionName!, value: DimensionValue!, share: ContributionScore! })));
  const anomaly: FoundAnomaly = {
    id: AnomalyGroupId,
    measure: summary.PrimaryMetricName!,
    start: parseAnomalyTime(summary.StartTime!),
    end: parseAnomalyTime(summary.EndTime!),
    severity: summary.AnomalyGroupScore!,
    series: entries.map(entry => entry.series),
    contributions,
  };
  return { anomaly, history: entries[0]?.history };
}

// The SDK for JavaScript drops nulls from lists: what is left belongs to the newest intervals, since gaps lie before a series' beginning.
function alignValues(length: number, values: readonly number[]): number[] {
  return [...Array<number>(Math.max(0, length - values.length)).fill(NaN), ...values];
}
