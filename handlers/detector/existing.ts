// SPDX-License-Identifier: Apache-2.0

import {
  DescribeAnomalyDetectorCommand, paginateListAlerts, paginateListAnomalyDetectors, paginateListMetricSets,
  type AlertSummary, type AnomalyDetectorSummary, type DescribeAnomalyDetectorCommandOutput, type LookoutMetricsClient,
} from '@aws-sdk/client-lookoutmetrics';
import { isNamed } from './custom-resource';

/** The detector of a name, with its tags. The API describes detectors by ARN only. */
export async function findDetector(client: LookoutMetricsClient, name: string): Promise<AnomalyDetectorSummary | undefined> {
  for await (const page of paginateListAnomalyDetectors({ client, pageSize: 100 }, {})) {
    const found = page.AnomalyDetectorSummaryList?.find(({ AnomalyDetectorName }) => AnomalyDetectorName === name);
    if (found) return found;
  }
  return undefined;
}

/** The alert of a name, with its tags. */
export async function findAlert(client: LookoutMetricsClient, name: string): Promise<AlertSummary | undefined> {
  for await (const page of paginateListAlerts({ client, pageSize: 100 }, {})) {
    const found = page.AlertSummaryList?.find(({ AlertName }) => AlertName === name);
    if (found) return found;
  }
  return undefined;
}

/** ARN of a detector's metric set, of which it has at most one. */
export async function findMetricSetArn(client: LookoutMetricsClient, detectorArn: string): Promise<string | undefined> {
  for await (const page of paginateListMetricSets({ client, pageSize: 100 }, { AnomalyDetectorArn: detectorArn })) {
    const [found] = page.MetricSetSummaryList ?? [];
    if (found) return found.MetricSetArn;
  }
  return undefined;
}

/** A detector; undefined when there is none. */
export async function describeDetector(client: LookoutMetricsClient, arn: string): Promise<DescribeAnomalyDetectorCommandOutput | undefined> {
  try {
    return await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
}
