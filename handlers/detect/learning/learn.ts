// SPDX-License-Identifier: Apache-2.0

import { learnBackTest } from './back-test';
import { existingDetector, layoutOfDetector } from '../detector-state';
import { endOfHistory, type History, readHistory } from './history';
import type { Layout } from '../layout';
import { learnedData } from './learned-data';
import { keepValues, learnSlots, VALUES_DAYS } from './learned-history';
import { LearningTurn } from './learning-turn';
import { type DetectEvent, LEARNING_INTERVALS } from '../../../src/private/contract';
import { UnusableData } from '../../input/unusable-data';
import { type DetectorRecord, type DetectorStatus, type EpochSeconds, StoreConflict } from '../../lookout/store';
import { WriteConflict } from '../../shared/state-object';
import { DetectorModel } from '../model/detector-model';
import { fencesAfterHistory } from '../model/fences';
import { UnreadableModel } from '../model/model-store';
import { failureReason } from '../problem';
import type { Services } from '../services';

/** Times that the history is read: a role created seconds ago may not be assumable yet, and connections break. */
const READ_ATTEMPTS = 5;
const FIRST_WAIT_MILLISECONDS = 2_000;

/** Times that the model is written when others write it at the same time. */
const WRITE_ATTEMPTS = 5;

/** Answer to `learn`. The service does not wait for it; it is for logs and tests. */
export interface LearningOutcome {
  /** Status of the detector after the learning. */
  readonly detectorStatus: DetectorStatus;
  readonly failureReason?: string;
  readonly intervals: number;
  readonly rows: number;
  readonly rowsRejected: number;
  readonly timeSeries: number;
}

/**
 * Learns the history of a detector that is being activated or back-tested. A repeated event finds the detector in another state and
 * changes nothing.
 * @param timeLeft milliseconds until the function is ended
 * @throws Error that is no fault of data or definition, after the detector has become FAILED
 */
export async function learn(event: Extract<DetectEvent, { action: 'learn' }>, services: Services, timeLeft: () => number): Promise<LearningOutcome> {
  const detector = await existingDetector(services, event.detectorArn);
  const turn = new LearningTurn(services, event);
  const nothing = { intervals: 0, rows: 0, rowsRejected: 0, timeSeries: 0 };
  if (!turn.isTurnOf(detector)) {
    services.log.warn('nothing to learn in this state, or for this activation', { detector: detector.name, status: detector.status, expected: turn.from });
    return { detectorStatus: detector.status, ...nothing };
  }
  try {
    const layout = await layoutOfDetector(services, detector);
    const history = await readPatiently(services, layout, timeLeft, event.backTest ? Infinity : endOfHistory(detector, layout));
    if (history.rowsRejected > 0) {
      const { rows, rowsRejected: rejected, reason, quality } = history;
      services.log.warn('rows of the history were not used', { detector: detector.name, rejected, of: rows, reason, quality });
    }
    const learned = await (event.backTest ? learnBackTest : learnHistory)(services, detector, layout, history, turn);
    const outcome = { ...learned, intervals: history.slots.length, rows: history.rows, rowsRejected: history.rowsRejected };
    services.log.info('history learned', { detector: detector.name, ...outcome });
    services.count(detector, { rowsRejected: history.rowsRejected });
    return outcome;
  } catch (error) {
    if (error instanceof StoreConflict || error instanceof WriteConflict) {
      services.log.warn('another call has learned or changed the detector meanwhile', { detector: detector.name, reason: error.message });
      return { detectorStatus: (await services.store.getDetector(detector.arn))?.status ?? 'DELETING', ...nothing };
    }
    const reason = failureReason(error);
    services.log.error('learning failed', { detector: detector.name, reason, error: error as Error });
    await turn.change('FAILED', { reason, type: event.backTest ? 'BACK_TEST_ACTIVATION_FAILURE' : 'ACTIVATION_FAILURE' });
    if (!(error instanceof UnusableData)) throw error;
    return { detectorStatus: 'FAILED', failureReason: reason, ...nothing };
  }
}

/** Reads the history; what may go away by itself is tried again. */
async function readPatiently(services: Services, layout: Layout, timeLeft: () => number, end: EpochSeconds): Promise<History> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readHistory(services, layout, timeLeft, end);
    } catch (error) {
      if (error instanceof UnusableData || attempt === READ_ATTEMPTS) throw error;
      services.log.warn('history could not be read, trying again', { attempt, reason: failureReason(error) });
      await services.wait(FIRST_WAIT_MILLISECONDS * 2 ** (attempt - 1));
    }
  }
}

/**
 * Learns all of the history. A model that this detector learned before with the same definition stays when it is newer than the history:
 * a detector that was only stopped for a while does not lose what it has learned since.
 */
async function learnHistory(
  services: Services, detector: DetectorRecord, layout: Layout, history: History, turn: LearningTurn,
): Promise<Pick<LearningOutcome, 'detectorStatus' | 'timeSeries'>> {
  const newest = history.slots.at(-1) ?? -Infinity;
  const keptAfter = newest - VALUES_DAYS * 86_400;
  let learned: DetectorModel | undefined;
  let model: DetectorModel | undefined;
  for (let attempt = 1; model === undefined; attempt++) {
    const stored = await takeEarlier(services, detector, layout);
    // after the model was taken: what a later activation writes is not written over
    await turn.expect();
    if (stored?.model?.newest !== undefined && stored.model.belongsTo(detector, layout) && stored.model.newest > newest) {
      services.log.info('the model is newer than the history and stays', { detector: detector.name });
      model = stored.model;
      services.models.giveBack(detector, { model, etag: stored.etag });
      break;
    }
    learned ??= learnSlots(DetectorModel.empty(detector, layout), history, history.slots, keptAfter);
    if (learned.newest !== undefined) learned.fences = fencesAfterHistory(layout.clock.startOf(layout.clock.next(learned.newest)));
    try {
      await services.models.save(detector, learned, stored?.etag ?? 'none');
      model = learned;
    } catch (error) {
      // by a function whose turn it is not any more, or the same event's: whoever has the turn writes last
      if (!(error instanceof WriteConflict) || attempt === WRITE_ATTEMPTS) throw error;
    }
  }
  // after the model: a detection that comes late finds, when it is about to write its values over these, that the model is not its own any more
  if (model === learned) await keepValues(services, detector, layout, history, model, keptAfter);
  await services.store.putLearnedData(learnedData(detector, layout, history, model.series.size, false));
  const to = model.learned >= LEARNING_INTERVALS[layout.frequency] ? 'ACTIVE' : 'LEARNING';
  return { detectorStatus: await turn.change(to), timeSeries: model.series.size };
}

/** The model in the state bucket and its version; only the version when the model cannot be read. */
async function takeEarlier(
  services: Services, detector: DetectorRecord, layout: Layout,
): Promise<{ readonly model?: DetectorModel; readonly etag: string } | undefined> {
  try {
    return await services.models.take(detector, layout.holidays);
  } catch (error) {
    if (!(error instanceof UnreadableModel)) throw error;
    const keptAs = await services.models.keepAside(detector, error);
    services.log.warn('the earlier model is replaced', { detector: detector.name, reason: error.message, keptAs });
    return { etag: error.etag };
  }
}
