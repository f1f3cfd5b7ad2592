// SPDX-License-Identifier: Apache-2.0

import { anomalyTime } from './anomaly-time';
import { invalidField, notFound } from './errors';
import { existingDetector, nextTokenOf, operations, pageRequest, readPage, type Operation, type ServiceContext } from './operation';
import { InvalidPageToken, type PagedList, pagePosition, pageToken } from './page-token';
import type { DetectorRecord, GroupRecord, GroupSummary, Page, PageRequest, Store } from './store';
import { FREQUENCY_SECONDS, type Frequency } from '../../src/private/contract';

/** Groups read at once while all of them are counted. */
const COUNTED_AT_ONCE = 1000;

/** Groups read first to see whether another one follows that reaches the threshold. */
const LOOK_AHEAD = 10;

const WINDOW_SECONDS = 28 * 86400;
/** 28 days of hours and one: what Lookout for Metrics was seen to give for PT1H. */
const MAX_WINDOW_POINTS = 673;

/** Operations on anomalies. */
export const anomalyOperations: Record<string, Operation> = operations({
  ListAnomalyGroupSummaries: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const timezone = await timezoneOf(detector, context);
    const page = await readPage(() => severeGroups(detector.arn, input.SensitivityThreshold, pageRequest(input), context.store));
    return {
      AnomalyGroupSummaryList: page.items.map(group => summary(group, timezone)),
      // clients that page through find them with the first page only, as Lookout for Metrics had it
      ...input.NextToken === undefined && { AnomalyGroupStatistics: await statistics(detector, input.SensitivityThreshold, timezone, context.store) },
      ...nextTokenOf(page),
    };
  },

  GetAnomalyGroup: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const group = await existingGroup(detector.arn, input.AnomalyGroupId, context);
    return {
      AnomalyGroup: {
        ...summary(group, await timezoneOf(detector, context)),
        MetricLevelImpactList: [{
          MetricName: group.measure,
          NumTimeSeries: group.seriesCount,
          ContributionMatrix: {
            DimensionContributionList: group.contributions.map(({ dimension, values }) => ({
              DimensionName: dimension,
              DimensionValueContributionList: values.map(({ value, contribution }) => ({ DimensionValue: value, ContributionScore: contribution })),
            })),
          },
        }],
      },
    };
  },

  ListAnomalyGroupTimeSeries: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const group = await existingGroup(detector.arn, input.AnomalyGroupId, context);
    if (input.MetricName !== group.measure) {
      throw invalidField('MetricName',
        `must be the measure of the anomaly group, ${JSON.stringify(group.measure)}, found ${JSON.stringify(input.MetricName)}`);
    }
    const page = await readPage(async () => slicePage('timeSeries', `${group.detectorArn}#${group.id}`, group.series, pageRequest(input)));
    const timezone = await timezoneOf(detector, context);
    const { starts, values } = await context.seriesValues.read(
      detector.arn, page.items.map(series => series.timeSeriesId), group.end, windowPoints(detector.frequency),
    );
    return {
      AnomalyGroupId: group.id,
      MetricName: group.measure,
      TimestampList: starts.map(start => anomalyTime(start, timezone)),
      TimeSeriesList: page.items.map((series, index) => ({
        TimeSeriesId: series.timeSeriesId,
        DimensionList: series.dimensions.map(({ name, value }) => ({ DimensionName: name, DimensionValue: value })),
        MetricValueList: Array.from(values[index], value => (Number.isFinite(value) ? value : null)),
      })),
      ...nextTokenOf(page),
    };
  },

  ListAnomalyGroupRelatedMetrics: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const group = await existingGroup(detector.arn, input.AnomalyGroupId, context);
    const related = (group.related ?? []).filter(({ type }) => input.RelationshipTypeFilter === undefined || type === input.RelationshipTypeFilter);
    const owner = `${group.detectorArn}#${group.id}#${input.RelationshipTypeFilter ?? ''}`;
    const page = await readPage(async () => slicePage('relatedMetrics', owner, related, pageRequest(input)));
    return {
      InterMetricImpactList: page.items.map(({ measure, groupId, type, contribution }) => ({
        MetricName: measure,
        AnomalyGroupId: groupId,
        RelationshipType: type,
        ...contribution !== undefined && { ContributionPercentage: contribution },
      })),
      ...nextTokenOf(page),
    };
  },
});

/** The group, which must exist. */
export async function existingGroup(detectorArn: string, id: string, { store }: ServiceContext): Promise<GroupRecord> {
  const group = await store.getGroup(detectorArn, id);
  if (!group) {
    throw notFound('AnomalyGroup', id);
  }
  return group;
}

/** Zone in which a detector's anomaly times are written: that of its metric set. */
export async function timezoneOf(detector: DetectorRecord, { store }: ServiceContext): Promise<string> {
  const { items: [metricSet] } = await store.listMetricSets(detector.arn, { limit: 1 });
  return metricSet?.definition.Timezone ?? 'UTC';
}

/** Points of a time series that are shown: 28 days and one, at most as many as there are of hours. */
function windowPoints(frequency: Frequency): number {
  return Math.min(MAX_WINDOW_POINTS, WINDOW_SECONDS / FREQUENCY_SECONDS[frequency] + 1);
}

function summary(group: GroupSummary, timezone: string): object {
  return {
    StartTime: anomalyTime(group.start, timezone),
    EndTime: anomalyTime(group.end, timezone),
    AnomalyGroupId: group.id,
    AnomalyGroupScore: group.score,
    PrimaryMetricName: group.measure,
  };
}

/**
 * A page of the groups that reach the threshold. Its token leads to at least one more of them: clients read the last group of every page
 * (schedule_periodic_anomaly_reports in Lookout for Metrics' samples), which an empty page does not have.
 */
async function severeGroups(detectorArn: string, threshold: number, request: PageRequest, store: Store): Promise<Page<GroupSummary>> {
  const isSevere = (group: GroupSummary): boolean => group.score >= threshold;
  const items: GroupSummary[] = [];
  let { from, limit: size } = request;
  do {
    const read = (limit: number): Promise<Page<GroupSummary>> => store.listGroupSummaries(detectorArn, { limit, ...from !== undefined && { from } });
    const room = request.limit - items.length;
    const page = await read(size);
    const severe = page.items.filter(isSevere);
    const follows = severe.length > room;
    if (follows && room === 0) break;
    // the store's tokens stand at the ends of its pages
    const shown = follows ? await read(page.items.indexOf(severe[room - 1]) + 1) : page;
    items.push(...shown.items.filter(isSevere));
    from = shown.next;
    if (follows && items.length > 0) break;
    size = room > 0 && items.length === request.limit ? LOOK_AHEAD : Math.min(2 * size, COUNTED_AT_ONCE);
  } while (from !== undefined);
  return { items, ...from !== undefined && { next: from } };
}

async function statistics(detector: DetectorRecord, threshold: number, timezone: string, store: Store): Promise<object> {
  const occurrences = new Map<string, number>();
  const { backTest } = await store.getLearnedData(detector.arn) ?? {};
  // a back test is of time that was over when the detector was created
  let earliest = backTest?.inferenceStart ?? detector.createdAt;
  let from: string | undefined;
  do {
    const page: Page<GroupSummary> = await store.listGroupSummaries(detector.arn, { limit: COUNTED_AT_ONCE, ...from !== undefined && { from } });
    for (const group of page.items) {
      earliest = Math.min(earliest, group.start);
      if (group.score >= threshold) {
        occurrences.set(group.measure, (occurrences.get(group.measure) ?? 0) + 1);
      }
    }
    from = page.next;
  } while (from !== undefined);
  const counts = [...occurrences].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    EvaluationStartDate: anomalyTime(earliest, timezone),
    TotalCount: counts.reduce((total, [, count]) => total + count, 0),
    ItemizedMetricStatsList: counts.map(([measure, count]) => ({ MetricName: measure, OccurrenceCount: count })),
  };
}

function slicePage<T>(list: PagedList, owner: string, items: readonly T[], request: PageRequest): Page<T> {
  const begin = request.from === undefined ? 0 : Number(pagePosition(list, owner, request.from));
  if (!Number.isInteger(begin) || begin < 0) {
    throw new InvalidPageToken();
  }
  const end = begin + request.limit;
  return { items: items.slice(begin, end), ...end < items.length && { next: pageToken(list, owner, String(end)) } };
}
