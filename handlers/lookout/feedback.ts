// SPDX-License-Identifier: Apache-2.0

import { existingGroup } from './anomalies';
import { conflict, notFound } from './errors';
import { existingDetector, nextTokenOf, operations, pageRequest, readPage, type Operation } from './operation';
import type { FeedbackRecord, Page, PageRequest } from './store';

/** Records read at once while one of them is looked for. */
const READ_AT_ONCE = 100;

/** Operations on feedback: whether a time series of an anomaly group is an anomaly that matters. */
export const feedbackOperations: Record<string, Operation> = operations({
  PutFeedback: async (input, context) => {
    const { AnomalyGroupId, TimeSeriesId, IsAnomaly } = input.AnomalyGroupTimeSeriesFeedback;
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const group = await existingGroup(detector.arn, AnomalyGroupId, context);
    if (detector.status === 'DELETING') {
      throw conflict('AnomalyDetector', detector.arn, `detector ${detector.name} is being deleted`);
    }
    if (!group.series.some(series => series.timeSeriesId === TimeSeriesId)) {
      throw notFound('TimeSeries', TimeSeriesId);
    }
    await context.store.putFeedback({
      detectorArn: detector.arn, groupId: group.id, timeSeriesId: TimeSeriesId, isAnomaly: IsAnomaly, at: context.now(),
    });
    return {};
  },

  GetFeedback: async (input, context) => {
    const { AnomalyGroupId, TimeSeriesId } = input.AnomalyGroupTimeSeriesFeedback;
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const group = await existingGroup(detector.arn, AnomalyGroupId, context);
    const read = (page: PageRequest): Promise<Page<FeedbackRecord>> => context.store.listFeedback(detector.arn, group.id, page);
    const request = pageRequest(input);
    const page = await readPage(() => TimeSeriesId === undefined
      ? read(request) : firstOf(read, request.from, ({ timeSeriesId }) => timeSeriesId === TimeSeriesId));
    return {
      AnomalyGroupTimeSeriesFeedback: page.items.map(({ timeSeriesId, isAnomaly }) => ({ TimeSeriesId: timeSeriesId, IsAnomaly: isAnomaly })),
      ...nextTokenOf(page),
    };
  },
});

/** The first record that is meant, on whichever page of a list it stands, as a list of its own. */
async function firstOf<T>(read: (page: PageRequest) => Promise<Page<T>>, from: string | undefined, isMeant: (item: T) => boolean): Promise<Page<T>> {
  for (let after = from; ;) {
    const { items, next } = await read({ limit: READ_AT_ONCE, ...after !== undefined && { from: after } });
    const found = items.find(isMeant);
    if (found !== undefined || next === undefined) return { items: found === undefined ? [] : [found] };
    after = next;
  }
}
