// SPDX-License-Identifier: Apache-2.0

import { detect } from './detect';
import { failureReason } from './problem';
import type { Services } from './services';
import { OWNER_TAGS, type Interval, type WatchEvent } from '../../src/private/contract';
import { UnusableData } from '../input/unusable-data';
import type { DetectorRecord, EpochSeconds, Store } from '../lookout/store';
import { parseInstant } from '../shared/time';
import { WallClock } from '../shared/wall-clock';

/** Detectors read at once. */
const PAGE = 100;

/** Intervals that are made up for in one run, when none was detected for a while. */
const MOST_INTERVALS = 100;

/** Time that an interval may need, in milliseconds: none is begun with less left. */
const INTERVAL_MILLISECONDS = 120_000;

/** Longest run of the function, in seconds, after which an interval that is still being detected counts as broken off. */
const LONGEST_RUN_SECONDS = 900;

/** Times that an interval is tried whose failure is no fault of the data. */
const ATTEMPTS = 3;
const WAIT_MILLISECONDS = 2_000;

/** Answer to `watch`, for logs and tests. */
export interface WatchOutcome {
  /** Detectors for which runs were started; empty in such a run. */
  readonly started: readonly string[];
  /** Intervals that were asked for, in a run for one detector. */
  readonly intervals: readonly Interval[];
}

/**
 * Has the intervals detected that have ended by the event's time and have not been asked for: what Lookout for Metrics did every interval. The
 * detectors of connectors are left to their crawls, which know when an interval's folder is complete. Each detector's run is an invocation of
 * its own.
 * @param timeLeft milliseconds until the function is ended
 */
export async function watch(event: WatchEvent, services: Services, timeLeft: () => number): Promise<WatchOutcome> {
  const { store } = services;
  const time = parseInstant(event.time, 'time') / 1000;
  if (event.detectorArn !== undefined) {
    const detector = await store.getDetector(event.detectorArn);
    return { started: [], intervals: detector === undefined ? [] : await detectDue(detector, time, services, timeLeft) };
  }
  const started: string[] = [];
  for (let from: string | undefined, isFirst = true; isFirst || from !== undefined; isFirst = false) {
    const page = await store.listDetectors({ limit: PAGE, ...from !== undefined && { from } });
    for (const { arn } of page.items.filter(detector => isWatched(detector))) {
      if ((await dueIntervals(arn, time, store)).length === 0) continue;
      await services.invokeLater({ ...event, detectorArn: arn });
      started.push(arn);
    }
    from = page.next;
  }
  return { started, intervals: [] };
}

function isWatched({ status, tags }: DetectorRecord): boolean {
  return (status === 'ACTIVE' || status === 'LEARNING') && tags?.[OWNER_TAGS.resource] === undefined;
}

/** Detects one interval after the other, the oldest first. One that cannot be is noted as a failed execution, and left. */
async function detectDue(detector: DetectorRecord, time: EpochSeconds, services: Services, timeLeft: () => number): Promise<Interval[]> {
  const done: Interval[] = [];
  for (const interval of isWatched(detector) ? await dueIntervals(detector.arn, time, services.store) : []) {
    if (timeLeft() < INTERVAL_MILLISECONDS) break; // the next run goes on here
    done.push(interval);
    for (let attempt = 1; ; attempt++) {
      try {
        await detect({ action: 'detect', detectorArn: detector.arn, interval, chosenByQuery: false }, services, timeLeft);
        break;
      } catch (error) {
        services.log.warn('interval could not be detected', { detector: detector.name, interval, attempt, reason: failureReason(error) });
        if (error instanceof UnusableData || attempt === ATTEMPTS) break;
        await services.wait(WAIT_MILLISECONDS * attempt);
      }
    }
  }
  return done;
}

/**
 * Intervals that have ended since the newest one that was asked for, and whose files are complete by the offset; at first the newest one, unless
 * the history has it. None while one is being detected, which may have been left by a run that was ended: it comes first, once it counts as broken off.
 */
async function dueIntervals(detectorArn: string, time: EpochSeconds, store: Store): Promise<Interval[]> {
  const [detector, { items: [metricSet] }, { items: [newest] }] = await Promise.all([
    store.getDetector(detectorArn), store.listMetricSets(detectorArn, { limit: 1 }), store.listExecutions(detectorArn, { limit: 1 }),
  ]);
  if (detector === undefined || metricSet === undefined || metricSet.definition.MetricSource.S3SourceConfig.TemplatedPathList.length === 0) return [];
  const clock = new WallClock(metricSet.definition.Timezone, detector.frequency);
  const complete = time - metricSet.definition.Offset;
  const last = clock.previous(clock.slotOf(clock.wallSeconds(complete)));
  const isBroken = newest?.status === 'IN_PROGRESS' && newest.start + clock.intervalSeconds + LONGEST_RUN_SECONDS <= complete;
  // of an interval that is still being detected the next one must not come first: it could not be learned any more
  if (newest?.status === 'IN_PROGRESS' && !isBroken) return [];
  const after = newest === undefined
    ? Math.max(clock.startOf(clock.previous(last)), (await store.getLearnedData(detectorArn))?.end ?? 0) : isBroken ? newest.start - 1 : newest.start;
  const intervals: Interval[] = [];
  for (let slot = last; clock.startOf(slot) > after && intervals.length < MOST_INTERVALS; slot = clock.previous(slot)) {
    intervals.unshift(clock.intervalOf(slot));
  }
  return intervals;
}
