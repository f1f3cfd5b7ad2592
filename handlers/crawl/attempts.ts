// SPDX-License-Identifier: Apache-2.0

import { clientToken, statementName } from './attempt-identity';
import { countedAttempts, uncountedAttempts } from './attempt-limit';
import { describeCaughtError } from './caught-error';
import type { CrawlMetrics } from './crawl-metrics';
import { intervalKey, isDone, ofInterval, WATERMARK, type IntervalItem, type Lease, type Watermark } from './items';
import { LeaseLost, type LeaseKeeper } from './lease-keeper';
import type { Ledger } from './ledger';
import { sourceProblem } from './live-source';
import { moveWatermark } from './planning';
import { rowsOf, statementMilliseconds } from './statement-figures';
import { submissionOf } from './submissions';
import { unloadOfInterval } from './unload-plan';
import type { UntoldFailures } from './untold-failures';
import type { AttemptPlan, CrawlEvent, Failure, Interval } from '../../src/private/contract';
import { formatInstant, WallClockIntervals } from '../shared/time';

type Of<Action extends CrawlEvent['action']> = Extract<CrawlEvent, { action: Action }>;

/**
 * Attempts at an interval. Each step may be asked for again, and gives the same answer. A step of an execution that lost the lease, or
 * whose interval another execution has begun since, is refused: the item says whose the newest attempt is.
 */
export class Attempts {
  /** @param clock milliseconds since 1970; for what the ledger shows to people. */
  public constructor(
    private readonly ledger: Ledger, private readonly leases: LeaseKeeper, private readonly untold: UntoldFailures,
    private readonly metrics: CrawlMetrics, private readonly connectorName: string, private readonly clock: () => number,
  ) {}

  /**
   * Begins an attempt, or goes on with one of the same execution that has not ended.
   *
   * @throws LeaseLost when the execution does not hold the lease.
   */
  public async begin({ settings, warehouse, interval, execution }: Of<'begin'>): Promise<AttemptPlan> {
    const intervals = new WallClockIntervals(settings.frequency, settings.timezone);
    const unload = unloadOfInterval(settings, intervals, interval);

    let attempt: IntervalItem | undefined;
    let before: IntervalItem | undefined;
    await this.ledger.change<IntervalItem>(intervalKey(interval), async found => {
      // a function may go on after its execution has ended: it must not take the interval from an execution that crawls it by now
      await this.leases.renew(execution, `crawl the interval ${interval.start}`);
      const watermark = await this.expectNext(interval);
      const problem = sourceProblem(watermark, settings, warehouse);
      if (problem) throw new Error(`the interval ${interval.start} is not crawled by this execution: ${problem}`);
      const item = ofInterval(found, interval);
      if (isDone(item)) throw new Error(`the interval ${interval.start} is ${item!.state} already, by execution ${item!.execution}: nothing is to be done`);
      before = item;
      if (item?.state === 'UNLOADING' && item.execution !== execution) {
        // begun after the plan was made, by a function that went on when its execution had ended
        await this.untold.silentAttempt(interval, {
          execution: item.execution, attempt: item.attempts, again: false, statementId: item.statementId ?? '',
        }, settings.maxAttempts);
      }
      // also by a function that comes late, when a repeated one has been answered: the same token gives the same statement
      const asked = item?.state === 'UNLOADING' && item.execution === execution;
      const number = (item?.attempts ?? 0) + 1;
      attempt = asked ? item : {
        end: interval.end,
        state: 'UNLOADING',
        attempts: number,
        uncounted: item?.uncounted,
        submission: submissionOf(item, execution, number, unload.sql),
        execution,
        previousStatementId: item?.statementId ?? item?.previousStatementId,
        folder: unload.folder,
        startedAt: this.now(),
        rereadDue: interval.reading === 'FIRST_OF_TWO' || undefined,
        // of the attempt before, until this one ends
        error: item?.error,
      };
      return asked ? undefined : attempt;
    });
    const { attempts, previousStatementId, submission = { execution, attempt: attempts } } = attempt!;
    return {
      interval,
      ...unload,
      clientToken: clientToken('interval', submission.execution, interval.start, submission.attempt),
      statementName: statementName(this.connectorName, interval.start, 'attempt', String(submission.attempt)),
      previousStatementId: previousStatementId ?? '',
      attempt: attempts,
      repeated: attempts > 1,
      exhausted: countedAttempts(attempt!) > settings.maxAttempts ? before?.error ?? 'no reason is known' : '',
    };
  }

  /** @throws LeaseLost when the execution does not hold the lease, or another one has begun the interval. */
  public async submitted({ interval, execution, statementId }: Of<'submitted'>): Promise<void> {
    // before the lease is looked at: whoever has it needs the statement's id to cancel it
    const written = await this.ledger.change<IntervalItem>(intervalKey(interval), found => {
      const item = ofInterval(found, interval);
      return item?.execution === execution && !isDone(item) ? { ...item, statementId } : undefined;
    });
    const lease = await this.leases.renew(execution, `go on with the interval ${interval.start}`);
    if (!written) throw new LeaseLost(execution, lease, `go on with the interval ${interval.start}, which is no attempt of its own`);
  }

  /** @throws LeaseLost when the execution does not hold the lease, or another one has begun the interval. */
  public async finished({ settings, interval, execution, statement, detection }: Of<'finished'>): Promise<void> {
    const doing = `finish the interval ${interval.start}`;
    const before = ofInterval((await this.ledger.read<IntervalItem>(intervalKey(interval))).content, interval);
    if (before?.state === 'FINISHED' && before.execution === execution) {
      await moveWatermark(this.ledger, interval);
      return;
    }
    const lease = await this.leases.heldBy(execution);
    if (!lease) throw new LeaseLost(execution, undefined, doing);
    const rows = detection?.rows ?? rowsOf(statement);
    await this.ledger.change<IntervalItem>(intervalKey(interval), found => {
      const item = ofInterval(found, interval);
      // written already, when the answer to the write was lost and the client tried it again
      if (item?.state === 'FINISHED' && item.execution === execution) return undefined;
      if (item?.execution !== execution || item.state !== 'UNLOADING') throw new LeaseLost(execution, lease, doing);
      return {
        ...item,
        state: 'FINISHED',
        statementId: statement.Id,
        submission: undefined,
        previousStatementId: undefined,
        finishedAt: this.now(),
        rows,
        bytes: detection?.bytes,
        rowsRejected: detection?.rowsRejected,
        statementMilliseconds: statementMilliseconds(statement),
        anomalyGroupIds: detection?.anomalyGroupIds,
        countedFor: detection && detection.interval.start !== interval.start ? detection.interval.start : undefined,
        error: undefined,
      };
    });
    await moveWatermark(this.ledger, interval);
    const due = Date.parse(interval.end) + settings.delaySeconds * 1000;
    this.metrics.emit({
      crawled: 1,
      rows,
      lagSeconds: this.lag(lease, interval.end),
      detectionDelaySeconds: Math.max(0, this.clock() - due) / 1000,
      unloadMilliseconds: statementMilliseconds(statement),
    });
    await this.leases.renew(execution, 'crawl further intervals', 1);
  }

  /**
   * Ends an attempt that failed, and the execution's turn. The interval is tried again by the next run, or listed as failed. What is to be
   * told and counted is so before the ledger says it: where this breaks, it comes twice rather than never.
   */
  public async failed({ settings, interval, execution, error, undecided }: Of<'failed'>): Promise<Failure> {
    const lease = await this.leases.heldBy(execution);
    let failure: Failure = {};
    let own: IntervalItem | undefined;
    const changed = await this.ledger.change<IntervalItem>(intervalKey(interval), async found => {
      const item = ofInterval(found, interval);
      own = item?.execution === execution ? item : undefined;
      if (own?.state === 'FINISHED') return undefined;
      // without the lease somebody else is to decide whether the interval is tried again
      const givenUp = own?.givenUp ?? (own !== undefined && lease !== undefined && !undecided && countedAttempts(own) >= settings.maxAttempts);
      failure = {
        untold: await this.untold.attempt(interval, {
          execution, attempt: own?.attempts ?? 0, givenUp, again: false, statementId: own?.statementId ?? '', error,
        }),
      };
      if (!own || isDone(own)) return undefined;
      if (givenUp) this.metrics.emit({ failed: 1 });
      return {
        ...own,
        state: 'FAILED',
        uncounted: uncountedAttempts(own, error),
        error: describeCaughtError(error),
        finishedAt: this.now(),
        givenUp: givenUp || undefined,
      };
    });
    if (isDone(changed ?? own)) await moveWatermark(this.ledger, interval);
    if (lease) {
      const watermark = (await this.ledger.read<Watermark>(WATERMARK)).content;
      if (watermark) this.metrics.emit({ lagSeconds: this.lag(lease, watermark.next) });
    }
    await this.leases.release(execution);
    return failure;
  }

  /** The interval at the watermark is the only one that may be begun. */
  private async expectNext(interval: Interval): Promise<Watermark> {
    const watermark = (await this.ledger.read<Watermark>(WATERMARK)).content;
    if (watermark?.next === interval.start) return watermark;
    throw new Error(`the interval ${interval.start} is not the next one to crawl: ${watermark ? `the crawl stands at ${watermark.next}` : 'no history run has finished'}. `
      + 'The history was read again meanwhile; the next run goes on from there');
  }

  private lag(lease: Lease, done: string): number {
    return (Date.parse(lease.scheduledTime) - Date.parse(done)) / 1000;
  }

  private now(): string {
    return formatInstant(this.clock());
  }
}
