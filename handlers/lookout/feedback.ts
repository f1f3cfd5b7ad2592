// SPDX-License-Identifier: Apache-2.0

import { existingGroup } from './anomalies';
import { conflict, notFound } from './errors';
import { existingDetector, nextTokenOf, operations, pageRequest, readPage, type Operation } from './operation';

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
    const page = await readPage(() => context.store.listFeedback(detector.arn, group.id, pageRequest(input)));
    return {
      AnomalyGroupTimeSeriesFeedback: page.items
        .filter(feedback => TimeSeriesId === undefined || feedback.timeSeriesId === TimeSeriesId)
        .map(feedback => ({ TimeSeriesId: feedback.timeSeriesId, IsAnomaly: feedback.isAnomaly })),
      ...nextTokenOf(page),
    };
  },
});
