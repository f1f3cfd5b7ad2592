// SPDX-License-Identifier: Apache-2.0

import { describeCaughtError } from './caught-error';
import type { CrawlMetrics } from './crawl-metrics';
import { EMPTY, intervalKey, isDone, ofInterval, PENDING_HISTORY, WATERMARK, type EmptyLedger, type IntervalItem, type Lease, type PendingHistory, type Watermark } from './items';
import type { LeaseKeeper } from './lease-keeper';
import type { Ledger } from './ledger';
import { sourceProblem } from './live-source';
import type { Rereads } from './rereads';
import { isSecondRun } from './second-run';
import { liveFolder } from './unload-plan';
import type { UntoldFailures } from './untold-failures';
import { hasPlaceholders, type ConnectorSettings, type CrawlEvent, type CrawlPlan, type Interval, type PlannedInterval } from '../../src/private/contract';
import { formatInstant, parseInstant, WallClockIntervals } from '../shared/time';

type PlanEvent = Extract<CrawlEvent, { action: 'plan' }>;

/** Intervals listed as failed at once. */
const BATCH = 25;

const MISSED = 'the interval was missed, and the query has no {{start}} and {{end}}: it chooses its rows itself and cannot be asked for an earlier interval';

/** Decides which intervals are missing, and who crawls them. */
export class Planning {
  /** @param clock milliseconds since 1970; for what the ledger shows to people. */
  public constructor(
    private readonly ledger: Ledger, private readonly leases: LeaseKeeper, private readonly rereads: Rereads,
    private readonly untold: UntoldFailures, private readonly metrics: CrawlMetrics, private readonly clock: () => number,
  ) {}

  /** The intervals to crawl, oldest first. While there are none, or none can be planned, the execution does not hold the lease. */
  public async plan(event: PlanEvent): Promise<CrawlPlan> {
    try {
      return await this.planned(event);
    } catch (error) {
      // the execution fails: the next one need not wait for the lease. Where that cannot be written, it lapses
      await this.leases.release(event.execution).catch(() => undefined);
      throw error;
    }
  }

  private async planned({ settings, warehouse, scheduledTime, execution }: PlanEvent): Promise<CrawlPlan> {
    const scheduled = formatInstant(parseInstant(scheduledTime, 'scheduledTime'));
    const intervals = new WallClockIntervals(settings.frequency, settings.timezone);
    for (;;) {
      const watermark = (await this.ledger.read<Watermark>(WATERMARK)).content;
      const obstacle = await this.obstacle(watermark, intervals) || (watermark ? sourceProblem(watermark, settings, warehouse) : '');
      if (obstacle || !watermark) {
        await this.leases.release(execution);
        if (!watermark) await this.tellEmpty(scheduled);
        return this.nothing(obstacle, scheduled, watermark);
      }
      if (isSecondRun(settings, scheduled)) {
        const reason = await this.nothingUntried(settings, intervals, watermark, scheduled);
        if (reason) return { intervals: [], reason, ...await this.untold.next() };
      }
      const taken = await this.leases.take(execution, scheduled, settings.queryTimeoutSeconds);
      if (!taken.held) {
        // what is untold is told by that one
        return { intervals: [], reason: `execution ${taken.by.execution} is crawling, and will crawl up to ${scheduled} too` };
      }
      const { missing, reason } = await this.missing(settings, intervals, taken.lease);
      if (missing.length > 0) return { intervals: missing, reason: '', ...await this.untold.next() };
      // a run that has left its scheduled time since then must not be forgotten: plan again with it
      if (await this.leases.releaseUnlessChanged(taken.seen)) {
        return this.nothing(reason, taken.lease.scheduledTime, (await this.ledger.read<Watermark>(WATERMARK)).content);
      }
    }
  }

  /** Why nothing can be crawled now; empty when it can. */
  private async obstacle(watermark: Watermark | undefined, intervals: WallClockIntervals): Promise<string> {
    const pending = (await this.ledger.read<PendingHistory>(PENDING_HISTORY)).content;
    if (pending?.error !== undefined) {
      return `the history run ${pending.execution} failed: ${pending.error}. The crawl begins when a history run has finished: `
        + 'correct the cause and start the Bootstrap state machine again';
    }
    if (pending) return `the history is being read by ${pending.execution}: the crawl begins at its end`;
    if (!watermark) return 'no history run has finished yet: the crawl begins at its end';
    if (watermark.grid !== intervals.grid) {
      return `the history was read for intervals of ${watermark.grid}, and the connector now has ${intervals.grid}: the crawl begins when the history has been read again`;
    }
    return '';
  }

  /**
   * Why the second run of a day has nothing to do; empty when it has, and when it has begun to. Without the lease, and without a word on how far
   * behind the crawl is, which the first run has told of.
   */
  private async nothingUntried(settings: ConnectorSettings, intervals: WallClockIntervals, watermark: Watermark, scheduled: string): Promise<string> {
    if (await this.leases.isHeld()) return ''; // by this execution, or by one that crawls up to this run's time, too
    const next = intervals.starting(watermark.next);
    if (Date.parse(next.end) + settings.delaySeconds * 1000 > Date.parse(scheduled)) {
      return await this.rereads.isUntriedDue(settings, intervals, scheduled) ? '' : 'nothing is missing: this is the second run of the day, which reads what became due after the first one, where clocks are put forward';
    }
    const item = ofInterval((await this.ledger.read<IntervalItem>(intervalKey(next))).content, next);
    return item && !isDone(item) ? `the interval ${next.start} was tried by execution ${item.execution}: the first run of the next day tries it again` : '';
  }

  /**
   * Without a watermark nobody knows how far behind the crawl is. Where no history run is under way that would set one, it is behind at least
   * since that was so: else an emptied ledger would never be told of.
   */
  private async tellEmpty(scheduled: string): Promise<void> {
    if ((await this.ledger.read<PendingHistory>(PENDING_HISTORY)).content) return;
    let since = scheduled;
    await this.ledger.change<EmptyLedger>(EMPTY, found => {
      since = found?.since ?? scheduled;
      return found ? undefined : { since };
    });
    this.metrics.emit({ lagSeconds: Math.max(0, (Date.parse(scheduled) - Date.parse(since)) / 1000) });
  }

  private async nothing(reason: string, scheduled: string, watermark?: Watermark): Promise<CrawlPlan> {
    if (watermark) this.metrics.emit({ lagSeconds: (Date.parse(scheduled) - Date.parse(watermark.next)) / 1000 });
    return { intervals: [], reason, ...await this.untold.next() };
  }

  private async missing(
    settings: ConnectorSettings, intervals: WallClockIntervals, lease: Lease,
  ): Promise<{ missing: PlannedInterval[]; reason: string }> {
    const left = settings.catchUpLimit - lease.crawled;
    if (left <= 0) {
      return { missing: [], reason: `${lease.crawled} intervals crawled, as many as one execution may (catchUpLimit): the next run goes on` };
    }
    await this.rereads.prepare(settings, intervals);
    const newestEnd = Date.parse(lease.scheduledTime) - settings.delaySeconds * 1000;
    const first = await this.skipDone(settings, intervals, newestEnd, lease.execution);
    const missing: PlannedInterval[] = [];
    const settledEnd = newestEnd - (settings.settleSeconds ?? 0) * 1000;
    const chosenByQuery = !hasPlaceholders(settings.query);
    for (let interval = first; interval && Date.parse(interval.end) <= newestEnd; interval = intervals.next(interval)) {
      // what is read after its settle time, because the crawl was behind, is complete already
      const again = settings.settleSeconds !== undefined && !chosenByQuery && Date.parse(interval.end) > settledEnd;
      missing.push(again ? { ...interval, reading: 'FIRST_OF_TWO' } : interval);
      if (!chosenByQuery && missing.length === left) break;
    }
    if (missing.length === 0) {
      const again = await this.rereads.due(settings, intervals, lease, left);
      if (again.length > 0) return { missing: again, reason: '' };
    }
    if (missing.length === 0) return { missing, reason: `nothing is missing up to ${lease.scheduledTime} with a delay of ${settings.delaySeconds} seconds` };
    if (chosenByQuery) await this.giveUp(settings, intervals, missing.splice(0, missing.length - 1), lease.execution);
    return { missing, reason: '' };
  }

  /**
   * The interval at the watermark. Moves the watermark over intervals that are done, and notes the failure of an attempt that ended without
   * a word: the lease is ours, so nobody is at it any more.
   */
  private async skipDone(
    settings: ConnectorSettings, intervals: WallClockIntervals, newestEnd: number, execution: string,
  ): Promise<Interval | undefined> {
    for (;;) {
      const { next } = (await this.ledger.read<Watermark>(WATERMARK)).content!;
      const interval = intervals.starting(next);
      if (Date.parse(interval.end) > newestEnd) return undefined;
      let item: IntervalItem | undefined;
      await this.ledger.change<IntervalItem>(intervalKey(interval), async found => {
        item = ofInterval(found, interval);
        if (item?.state !== 'UNLOADING' || item.execution === execution) return undefined;
        await this.leases.expectHeldBy(execution, `note that the attempt at the interval ${interval.start} has ended`);
        const error = await this.untold.silentAttempt(interval, {
          execution: item.execution, attempt: item.attempts, again: false, statementId: item.statementId ?? '',
        }, settings.maxAttempts);
        return { ...item, state: 'FAILED', error: describeCaughtError(error), finishedAt: formatInstant(this.clock()) };
      });
      if (!isDone(item)) return interval;
      await moveWatermark(this.ledger, interval);
    }
  }

  /** Lists intervals as failed that a query which chooses its rows itself cannot be asked for any more. */
  private async giveUp(
    settings: ConnectorSettings, intervals: WallClockIntervals, missed: Interval[], execution: string,
  ): Promise<void> {
    const now = formatInstant(this.clock());
    for (let from = 0; from < missed.length; from += BATCH) {
      const batch = missed.slice(from, from + BATCH);
      // before the ledger says it: where this breaks, it is told and counted twice rather than never
      await this.untold.givenUp(batch, MISSED, execution);
      this.metrics.emit({ failed: batch.length });
      await Promise.all(batch.map(async interval => this.ledger.change<IntervalItem>(intervalKey(interval), async found => {
        const item = ofInterval(found, interval);
        if (isDone(item)) return undefined;
        await this.leases.expectHeldBy(execution, `list the interval ${interval.start} as failed`);
        return {
          ...item ?? { attempts: 0, execution: '', startedAt: now, folder: liveFolder(settings, intervals, interval) },
          end: interval.end,
          state: 'FAILED',
          finishedAt: now,
          givenUp: true,
          error: MISSED,
        };
      })));
      for (const interval of batch) await moveWatermark(this.ledger, interval);
    }
  }
}

/** Moves the watermark over an interval, if it stands there. */
export async function moveWatermark(ledger: Ledger, interval: Interval): Promise<void> {
  await ledger.change<Watermark>(WATERMARK, found => found?.next === interval.start ? { ...found, next: interval.end } : undefined);
}
