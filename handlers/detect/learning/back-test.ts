// SPDX-License-Identifier: Apache-2.0

import { activeAlerts, sendAlerts } from '../alerts/alerts';
import { detectSlot } from '../detect-slot';
import type { History } from './history';
import type { Layout } from '../layout';
import { learnedData } from './learned-data';
import { keepValues, learnSlots, VALUES_DAYS } from './learned-history';
import type { LearningTurn } from './learning-turn';
import { BACK_TEST_LEARNED_SHARE, type DetectionOutcome, HISTORY_DAYS, LEARNING_INTERVALS } from '../../../src/private/contract';
import { UnusableData } from '../../input/unusable-data';
import type { DetectorRecord, DetectorStatus } from '../../lookout/store';
import { missingDataOf } from '../groups/data-findings';
import { DetectorModel } from '../model/detector-model';
import type { Services } from '../services';

const DAY_SECONDS = 86_400;

/**
 * Learns the first part of the history and detects the rest as if it came interval by interval, with groups, executions and alerts. All
 * of it can be done again: the same history gives the same groups.
 * @throws UnusableData when the history is too short
 */
export async function learnBackTest(
  services: Services, detector: DetectorRecord, layout: Layout, history: History, turn: LearningTurn,
): Promise<{ readonly detectorStatus: DetectorStatus; readonly timeSeries: number }> {
  const { store } = services;
  const learned = Math.floor(BACK_TEST_LEARNED_SHARE * history.slots.length);
  const least = LEARNING_INTERVALS[layout.frequency];
  if (learned < least) {
    throw new UnusableData(`the history has ${history.slots.length} intervals with rows, a back test of ${layout.frequency} needs `
      + `${Math.ceil(least / BACK_TEST_LEARNED_SHARE)} or more (${layout.historyPath ?? 'there is no HistoricalDataPathList'})`);
  }
  const tested = history.slots.slice(learned);
  const keptAfter = tested[0] - VALUES_DAYS * 86_400;
  const model = learnSlots(DetectorModel.empty(detector, layout), history, history.slots.slice(0, learned), keptAfter);
  await turn.change('BACK_TEST_ACTIVE');
  const alerts = await activeAlerts(services, detector.arn);
  const { clock } = layout;
  for (const slot of withoutGaps(tested, layout)) {
    const { observation, findings } = detectSlot(detector.arn, model, history.table, slot, clock);
    const start = clock.startOf(slot);
    let [alertsDelivered, alertsUndelivered] = [0, 0];
    for (const { record } of model.ongoing) {
      const group = { ...record, alertsSent: (await store.getGroup(detector.arn, record.id))?.alertsSent ?? [] };
      await store.putGroup(group);
      const counts = await sendAlerts(services, alerts, group, start, clock.timezone);
      alertsDelivered += counts.delivered;
      alertsUndelivered += counts.undelivered;
    }
    const outcome: DetectionOutcome = {
      interval: clock.intervalOf(slot),
      rows: history.table.rows(slot),
      bytes: 0,
      rowsRejected: 0,
      timeSeries: observation.timeSeries,
      ...missingDataOf(model, findings),
      anomalyGroupIds: model.ongoing.map(({ record }) => record.id),
      alertsDelivered,
      alertsUndelivered,
      detectorStatus: 'BACK_TEST_ACTIVE',
    };
    await store.putExecution({ detectorArn: detector.arn, start, status: 'COMPLETED', outcome });
    if (model.ongoing.length > 0 || alertsDelivered + alertsUndelivered > 0) {
      services.count(detector, { anomalyGroups: model.ongoing.length, alertsDelivered, alertsUndelivered });
    }
  }
  await keepValues(services, detector, layout, history, model, keptAfter);
  await store.putLearnedData(learnedData(detector, layout, history, model.series.size, true));
  return { detectorStatus: await turn.change('BACK_TEST_COMPLETE'), timeSeries: model.series.size };
}

/**
 * Intervals with rows, and those between them that have none: a deployed detector sees these too, and tells that rows are missing. After more of
 * them than the longest history has, a time stamp must be wrong.
 */
function* withoutGaps(slots: readonly number[], { clock, frequency }: Layout): Generator<number> {
  for (const [index, slot] of slots.entries()) {
    yield slot;
    const next = slots[index + 1] ?? slot;
    if (next - slot > HISTORY_DAYS[frequency] * DAY_SECONDS) continue;
    for (let empty = clock.next(slot); empty < next; empty = clock.next(empty)) yield empty;
  }
}
