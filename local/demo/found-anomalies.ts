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
  const series: AnomalousSeries[] = [];
  let history: SeriesHistory | undefined;
  const pages = paginateListAnomalyGroupTimeSeries(
    { client, pageSize: 100 }, { AnomalyDetectorArn, AnomalyGroupId, MetricName: summary.PrimaryMetricName! });
  for await (const page of pages) {
    const starts = (page.TimestampList ?? []).map(parseAnomalyTime);
    for (const { TimeSeriesId, DimensionList, MetricValueList } of page.TimeSeriesList ?? []) {
      const values = alignValues(starts.length, MetricValueList ?? []);
      history ??= { starts: starts.slice(-SHOWN_INTERVALS), values: values.slice(-SHOWN_INTERVALS) };
      series.push({
        dimensions: Object.fromEntries((DimensionList ?? []).map(({ DimensionName, DimensionValue }) => [DimensionName!, DimensionValue!])),
        observed: told.get(TimeSeriesId!)?.metricValue ?? values.at(-1) ?? NaN,
        expected: told.get(TimeSeriesId!)?.expectedValue ?? NaN,
      });
    }
  }
  const contributions = (AnomalyGroup?.MetricLevelImpactList?.[0]?.ContributionMatrix?.DimensionContributionList ?? []).flatMap(
    ({ DimensionName, DimensionValueContributionList }) => (DimensionValueContributionList ?? []).map(
      ({ DimensionValue, ContributionScore }) => ({ dimension: DimensionName!, value: DimensionValue!, share: ContributionScore! })));
  const anomaly: FoundAnomaly = {
    id: AnomalyGroupId,
    measure: summary.PrimaryMetricName!,
    start: parseAnomalyTime(summary.StartTime!),
    end: parseAnomalyTime(summary.EndTime!),
    severity: summary.AnomalyGroupScore!,
    series,
    contributions,
  };
  return { anomaly, history };
}

// The SDK for JavaScript drops nulls from lists: what is left belongs to the newest intervals, since gaps lie before a series' beginning.
function alignValues(length: number, values: readonly number[]): number[] {
  return [...Array<number>(Math.max(0, length - values.length)).fill(NaN), ...values];
}
