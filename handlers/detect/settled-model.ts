// SPDX-License-Identifier: Apache-2.0

import { detectSlot, type DetectedSlot } from './detect-slot';
import type { Layout } from './layout';
import { learnWhatIsKept, resumeGroups } from './learning/relearn';
import type { DetectorModel } from './model/detector-model';
import { withKeptValues } from './model/kept-values';
import { UnreadableModel } from './model/model-store';
import type { Services } from './services';
import { type DetectEvent, type DetectionOutcome, LEARNING_INTERVALS } from '../../src/private/contract';
import type { IntervalTable } from '../input/interval-table';
import type { DetectorRecord } from '../lookout/store';

/** Executions read at once. */
const PAGE = 100;

/** Time that reading, detecting and writing need after the intervals between have been detected, in milliseconds. */
const RESERVED_MILLISECONDS = 60_000;

/**
 * Intervals that may have been read once since the settled model was kept: bringing it forward takes some time for each. More of them came
 * after all that was to be read again, for example while there was no settle time.
 */
const MOST_READ_ONCE = 1000;

/**
 * Keeps the model as it is before the first of the intervals that are read again, for `Replay`.
 * @param isReadAgain whether the interval that comes next is
 */
export async function keepSettledModel({ models }: Services, detector: DetectorRecord, model: DetectorModel, isReadAgain: boolean): Promise<void> {
  if (isReadAgain && (model.settled === undefined || model.settled.readOnce > MOST_READ_ONCE)) {
    await models.saveSettled(detector, model);
    model.settled = { readOnce: 0 };
  } else if (!isReadAgain && model.settled !== undefined) {
    model.settled = { readOnce: model.settled.readOnce + 1 };
  }
}

/**
 * The intervals that are detected again, one after the other: what a second reading of an interval does to those after it. Works on a model
 * of its own, which becomes the detector's at the end.
 */
export class Replay {
  /**
   * Begins with the model as it was before an interval, with all that had been read again until then: the one that was kept, brought
   * forward; or one that is learned again from history and kept values, where none was kept or it cannot be used.
   * @param current the detector's model
   * @param slot of the interval
   * @param timeLeft milliseconds until the function is ended
   */
  public static async before(
    services: Services, detector: DetectorRecord, layout: Layout, current: DetectorModel,
    event: Extract<DetectEvent, { action: 'detect' }>, slot: number, timeLeft: () => number,
  ): Promise<Replay> {
    const kept = current.settled ? await keptModel(services, detector, layout, slot) : undefined;
    const model = kept ?? await learnedAgain(services, detector, layout, event, slot, timeLeft);
    // what people said counts from now on, for whichever interval
    model.adopt(current);
    model.settled = { readOnce: 0 };
    const detected = await detectedSlots(services, detector, layout, model.newest ?? -Infinity);
    const replay = new Replay(services, detector, layout, model, detected, timeLeft);
    const before = detected.filter(each => each < slot);
    await replay.through(before);
    if (kept === undefined || before.length > 0) await services.models.saveSettled(detector, model);
    return replay;
  }

  private constructor(
    private readonly services: Services, private readonly detector: DetectorRecord, private readonly layout: Layout,
    public readonly model: DetectorModel, private readonly detected: readonly number[], private readonly timeLeft: () => number,
  ) {}

  /** Detects an interval with rows that were just read. */
  public detect(slot: number, table: IntervalTable): DetectedSlot {
    // a detector learned when it had learned too little, whatever it does by now
    const isLearning = this.model.learned < LEARNING_INTERVALS[this.layout.frequency];
    return detectSlot(this.detector.arn, this.model, table, slot, this.layout.clock, isLearning);
  }

  /** Detects the intervals after one that had been detected, with the values that were kept of them. */
  public async after(slot: number, visit: () => void): Promise<void> {
    await this.through(this.detected.filter(each => each > slot), visit);
  }

  private async through(slots: readonly number[], visit?: () => void): Promise<void> {
    await withKeptValues(this.services, this.detector, this.layout, this.model, slots, (slot, table) => {
      if (this.timeLeft() < RESERVED_MILLISECONDS) {
        throw new Error(`the function's time is too short to detect the ${slots.length} intervals again that a second reading changes: choose a shorter settleTime`);
      }
      this.detect(slot, table);
      visit?.();
    });
  }
}

/** The model that was kept, if it is one of this detector and of the time before the interval. */
async function keptModel({ models, log }: Services, detector: DetectorRecord, layout: Layout, slot: number): Promise<DetectorModel | undefined> {
  try {
    const model = await models.takeSettled(detector, layout.holidays);
    return model?.belongsTo(detector, layout) && (model.newest ?? -Infinity) < slot ? model : undefined;
  } catch (error) {
    if (!(error instanceof UnreadableModel)) throw error;
    log.error('the settled model cannot be read: it is learned again', { detector: detector.name, reason: error.message });
    return undefined;
  }
}

async function learnedAgain(
  services: Services, detector: DetectorRecord, layout: Layout, event: Extract<DetectEvent, { action: 'detect' }>, slot: number, timeLeft: () => number,
): Promise<DetectorModel> {
  services.log.warn('there is no settled model of the time before the interval: it is learned again', { detector: detector.name, interval: event.interval });
  const model = await learnWhatIsKept(services, detector, layout, event, timeLeft, layout.clock.previous(slot));
  await resumeGroups(services, detector, layout, model);
  return model;
}

/** Slots after one that the detector's model has detected, oldest first. */
async function detectedSlots({ store }: Services, { arn }: DetectorRecord, { clock }: Layout, after: number): Promise<number[]> {
  const slots = new Set<number>();
  let from: string | undefined;
  do {
    const page = await store.listExecutions(arn, { limit: PAGE, from });
    const found = page.items.flatMap(({ status, outcome }) => (
      status === 'COMPLETED' && outcome !== undefined ? [clock.slotOfInterval((outcome as DetectionOutcome).interval)] : []));
    for (const slot of found) if (slot > after) slots.add(slot);
    const isPast = page.items.some(({ start }) => clock.slotOf(clock.wallSeconds(start)) <= after);
    from = isPast ? undefined : page.next;
  } while (from !== undefined);
  return [...slots].sort((a, b) => a - b);
}
