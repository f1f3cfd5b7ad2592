// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import type { BacktestDetector } from './detector';
import { anomalyOperations } from '../../handlers/lookout/anomalies';
import { anomalyTime } from '../../handlers/lookout/anomaly-time';
import { MemoryStore } from '../../handlers/lookout/memory-store';
import type { ServiceContext } from '../../handlers/lookout/operation';
import type { EpochSeconds, GroupRecord, RootCauseRecord } from '../../handlers/lookout/store';

/** Groups listed at once: the most that the API gives. */
const PAGE = 100;

interface SummaryPage {
  readonly AnomalyGroupSummaryList: readonly { readonly AnomalyGroupId: string }[];
  readonly AnomalyGroupStatistics?: object;
  readonly NextToken?: string;
}

/**
 * Writes `groups.json`: what the detection service's own operations answer about the groups, `AnomalyGroupSummaryList` and
 * `AnomalyGroupStatistics` of ListAnomalyGroupSummaries (all groups, newest first) and, for each group, `AnomalyGroup` of GetAnomalyGroup.
 * With each stands what ListAnomalyGroupRelatedMetrics answers (`InterMetricImpactList`, all of it) and, beyond the API, `RootCauseList`,
 * the combinations of dimension values that explain the group, and `TimeSeriesList`, its most severe time series and totals, each at its most
 * severe interval; a total's `DimensionList` has its own dimension only, or none.
 * @param detectFrom start of the first interval detected
 */
export async function writeGroups(path: string, detector: BacktestDetector, groups: readonly GroupRecord[], detectFrom: EpochSeconds): Promise<void> {
  const { arn: AnomalyDetectorArn } = detector.record;
  const store = new MemoryStore();
  // nothing can have been found before the detector was there
  await store.createDetector({ ...detector.record, createdAt: detectFrom, modifiedAt: detectFrom });
  await store.createMetricSet(detector.metricSet);
  for (const group of groups) await store.putGroup(group);
  const context = { store } as Pick<ServiceContext, 'store'> as ServiceContext;
  const summaries: object[] = [];
  let statistics: object | undefined;
  let NextToken: string | undefined;
  do {
    const input = { AnomalyDetectorArn, SensitivityThreshold: 0, MaxResults: PAGE, ...NextToken !== undefined && { NextToken } };
    const page = await anomalyOperations.ListAnomalyGroupSummaries.run(input, context) as SummaryPage;
    summaries.push(...page.AnomalyGroupSummaryList);
    statistics ??= page.AnomalyGroupStatistics;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  const { timezone } = detector.layout.clock;
  const described = await Promise.all(groups.map(async group => {
    const ofGroup = { AnomalyDetectorArn, AnomalyGroupId: group.id };
    const answer = await anomalyOperations.GetAnomalyGroup.run(ofGroup, context);
    const { AnomalyGroup } = answer as { AnomalyGroup: object };
    const related = await anomalyOperations.ListAnomalyGroupRelatedMetrics.run(ofGroup, context);
    return {
      ...AnomalyGroup,
      InterMetricImpactList: (related as { InterMetricImpactList: object[] }).InterMetricImpactList,
      RootCauseList: (group.rootCauses ?? []).map(rootCause),
      TimeSeriesList: group.series.map(series => timeSeries(series, timezone)),
    };
  }));
  const content = { AnomalyGroupSummaryList: summaries, AnomalyGroupStatistics: statistics, AnomalyGroupList: described };
  writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`);
}

function rootCause({ dimensions, share, consistency }: RootCauseRecord): object {
  return {
    DimensionList: dimensions.map(({ name, value }) => ({ DimensionName: name, DimensionValue: value })),
    SharePercentage: share,
    ConsistencyPercentage: consistency,
  };
}

function timeSeries(series: GroupRecord['series'][number], timezone: string): object {
  return {
    TimeSeriesId: series.timeSeriesId,
    DimensionList: series.dimensions.map(({ name, value }) => ({ DimensionName: name, DimensionValue: value })),
    Timestamp: anomalyTime(series.at, timezone),
    MetricValue: series.observed,
    ExpectedValue: series.expected,
    LowerBound: series.lower,
    UpperBound: series.upper,
    Severity: series.severity,
    ...series.stuck && { IsStuck: true },
  };
}
