// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SCORE } from '../../engine';
import type { DetectorRecord, FeedbackRecord, GroupRecord, GroupSeriesRecord } from '../../lookout/store';
import type { Layout } from '../layout';
import type { DetectorModel } from '../model/detector-model';
import type { JudgedEvent } from '../model/model-header';
import type { Services } from '../services';

/** The newest judgements that a model keeps. */
const MOST_JUDGEMENTS = 1_000;
const PAGE = 1_000;

/** How much later than others feedback may become readable that was put before them: the service function's time and unequal clocks. */
const OVERLAP_SECONDS = 300;

/**
 * Takes in the feedback that was put since the model took some in. May be done any number of times: what is known already is known by its
 * group and series, and a later word on them replaces the earlier one.
 */
export async function takeFeedback({ store }: Pick<Services, 'store'>, detector: DetectorRecord, layout: Layout, model: DetectorModel): Promise<void> {
  const known = new Map(model.judged.map(event => [keyOf(event), event]));
  const groups = new Map<string, Promise<GroupRecord | undefined>>();
  let seen = model.feedbackSeen;
  let from: string | undefined;
  const since = Math.max(0, model.feedbackSeen - OVERLAP_SECONDS);
  do {
    const page = await store.listFeedbackSince(detector.arn, since, { limit: PAGE, ...from !== undefined && { from } });
    for (const feedback of page.items) {
      seen = Math.max(seen, feedback.at);
      const isKnown = ({ groupId, at, series, total = model.series.timeSeriesId(series) }: JudgedEvent): boolean => (
        groupId === feedback.groupId && at === feedback.at && total === feedback.timeSeriesId);
      if (model.judged.some(isKnown)) continue;
      if (!groups.has(feedback.groupId)) groups.set(feedback.groupId, store.getGroup(detector.arn, feedback.groupId));
      const event = judgedEvent(feedback, await groups.get(feedback.groupId), layout, model);
      if (event !== undefined && event.at >= (known.get(keyOf(event))?.at ?? -Infinity)) known.set(keyOf(event), event);
    }
    from = page.next;
  } while (from !== undefined);
  model.judged = [...known.values()].sort((a, b) => a.at - b.at).slice(-MOST_JUDGEMENTS);
  model.feedbackSeen = seen;
}

function keyOf({ groupId, total, series }: JudgedEvent): string {
  return `${groupId}#${total ?? series}`;
}

/** Undefined for an event that the model knows nothing of, such as one of a measure that the metric set no longer has. */
function judgedEvent(
  feedback: FeedbackRecord, group: GroupRecord | undefined, { clock }: Layout, { series: index, totals }: DetectorModel,
): JudgedEvent | undefined {
  const record = group?.series.find(({ timeSeriesId }) => timeSeriesId === feedback.timeSeriesId);
  if (group === undefined || record === undefined) return undefined;
  const total = totals.find(record.timeSeriesId) === undefined ? undefined : record.timeSeriesId;
  const combination = total === undefined ? index.find(record.dimensions.map(({ value }) => value)) : -1;
  const measure = index.measures.indexOf(group.measure);
  if ((combination < 0 && total === undefined) || measure < 0) return undefined;
  return {
    groupId: group.id,
    ...total === undefined ? { series: combination * index.measures.length + measure } : { series: -1, total },
    wallSeconds: clock.slotOf(clock.wallSeconds(record.at)),
    score: record.score ?? scoreOf(record),
    isAnomaly: feedback.isAnomaly,
    at: feedback.at,
  };
}

/** Groups of earlier versions do not hold scores: the band ends at the score from which a series counts as anomalous. */
function scoreOf({ observed, expected, lower, upper }: GroupSeriesRecord): number {
  return ANOMALOUS_SCORE * (observed - expected) / (observed > expected ? upper - expected : expected - lower);
}
