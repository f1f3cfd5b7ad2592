// SPDX-License-Identifier: Apache-2.0

import type { S3Client } from '@aws-sdk/client-s3';
import { clientToken, statementName } from './attempt-identity';
import { countedAttempts, uncountedAttempts } from './attempt-limit';
import { describeCaughtError } from './caught-error';
import type { CrawlMetrics } from './crawl-metrics';
import { intervalKey, isReread, ofInterval, SETTLED, WATERMARK, type IntervalItem, type Lease, type Reread, type Watermark } from './items';
import { LeaseLost, type LeaseKeeper } from './lease-keeper';
import type { Ledger } from './ledger';
import { placeFiles } from './placed-files';
import { rowsOf, statementMilliseconds } from './statement-figures';
import { removeStrayFiles } from './stray-files';
import { rereadFolder, unloadOfReread } from './unload-plan';
import type { UntoldFailures } from './untold-failures';
import type { AttemptPlan, ConnectorSettings, CrawlEvent, Failure, Interval, PlannedInterval } from '../../src/private/contract';
import { formatInstant, WallClockIntervals } from '../shared/time';

type Of<Action extends CrawlEvent['action']> = Extract<CrawlEvent, { action: Action }>;

/** Intervals looked at in one plan: the next one goes on. */
const MOST_LOOKED_AT = 500;

/**
 * Second readings of intervals, after the settle time, for rows that came late. An interval is read again when its first reading is
 * finished and was not settled then; oldest first, and each once. What was read before stays until the new rows have been detected: the
 * statement writes to a folder of its own, whose files take the place of the first ones at the end. So a second reading that fails changes
 * nothing, and holds up no first one. One that the detector has taken is not given up: whatever follows is tried until it is done, also when the
 * settle time is taken away meanwhile.
 *
 * Each step may be asked for again, and gives the same answer, as those of `Attempts`.
 */
export class Rereads {
  /** @param clock milliseconds since 1970; for what the ledger shows to people. */
  public constructor(
    private readonly ledger: Ledger, private readonly leases: LeaseKeeper, private readonly files: S3Client, private readonly untold: UntoldFailures,
    private readonly metrics: CrawlMetrics, private readonly connectorName: string, private readonly clock: () => number,
  ) {}

  /**
   * To be called before intervals are read that are to be read again: when the settle time was just switched on, the second readings begin
   * where the crawl stands.
   */
  public async prepare({ settleSeconds }: ConnectorSettings, intervals: WallClockIntervals): Promise<void> {
    if (settleSeconds === undefined) return;
    const seen = await this.ledger.read<Watermark>(SETTLED);
    if (seen.content?.grid === intervals.grid) return;
    const { next, grid } = (await this.ledger.read<Watermark>(WATERMARK)).content!;
    await this.ledger.replace(seen, { next, grid });
  }

  /** Whether the oldest second reading is due, and no run has tried it: the second run of a day reads it then. */
  public async isUntriedDue({ delaySeconds, settleSeconds }: ConnectorSettings, intervals: WallClockIntervals, scheduled: string): Promise<boolean> {
    const settled = (await this.ledger.read<Watermark>(SETTLED)).content;
    if (settleSeconds === undefined || settled?.grid !== intervals.grid) return false;
    const interval = intervals.starting(settled.next);
    if (Date.parse(interval.end) + (delaySeconds + settleSeconds) * 1000 > Date.parse(scheduled)) return false;
    const item = ofInterval((await this.ledger.read<IntervalItem>(intervalKey(interval))).content, interval);
    return item?.state === 'FINISHED' && item.rereadDue === true && item.reread === undefined;
  }

  /**
   * The intervals whose settle time is over and that have not been read again, oldest first. Without a settle time the one, if any, whose
   * second reading was under way when there was one.
   *
   * @param most answers no more than these.
   */
  public async due(settings: ConnectorSettings, intervals: WallClockIntervals, lease: Lease, most: number): Promise<PlannedInterval[]> {
    const settled = await this.ledger.read<Watermark>(SETTLED);
    if (!settled.content) return [];
    const { next, before, ...grid } = settled.content;
    if (before !== undefined) {
      await this.endBeforeHistory(settings, before, lease.execution);
      await this.ledger.replace(settled, { next, ...grid });
    }
    if (settings.settleSeconds === undefined) return this.last(settings, intervals.starting(next), lease.execution);
    const { next: end } = (await this.ledger.read<Watermark>(WATERMARK)).content!;
    const settledEnd = Date.parse(lease.scheduledTime) - (settings.delaySeconds + settings.settleSeconds) * 1000;
    const due: PlannedInterval[] = [];
    let interval = intervals.starting(next);
    for (let looked = 0; looked < MOST_LOOKED_AT && due.length < most && interval.start < end && Date.parse(interval.end) <= settledEnd; looked++) {
      const item = await this.endSilent(settings, interval, lease.execution);
      if (item?.state === 'FINISHED' && item.rereadDue && !isReread(item)) due.push({ ...interval, reading: 'AGAIN' });
      else if (due.length === 0) await this.settle(settings, interval, item);
      interval = intervals.next(interval);
    }
    return due;
  }

  /**
   * There is no settle time any more. Each second reading ends before the next begins, so one at most was under way: the detector may have its
   * rows, so it is brought to its end. Then nothing stands in the ledger of where the second readings are: switched on again, they do not look
   * through all that was read meanwhile.
   */
  private async last(settings: ConnectorSettings, interval: Interval, execution: string): Promise<PlannedInterval[]> {
    const item = await this.endSilent(settings, interval, execution);
    if (item?.reread && !isReread(item)) return [{ ...interval, reading: 'AGAIN' }];
    await this.settle(settings, interval, item);
    await this.ledger.remove(await this.ledger.read<Watermark>(SETTLED));
    return [];
  }

  /** Begins an attempt, or goes on with one of the same execution that has not ended. */
  public async begin({ settings, interval, execution }: Of<'begin'>): Promise<AttemptPlan> {
    const intervals = new WallClockIntervals(settings.frequency, settings.timezone);
    let unload: ReturnType<typeof unloadOfReread> | undefined;
    let attempt: Reread | undefined;
    await this.ledger.change<IntervalItem>(intervalKey(interval), async found => {
      await this.leases.renew(execution, `read the interval ${interval.start} again`);
      const settled = (await this.ledger.read<Watermark>(SETTLED)).content;
      const item = ofInterval(found, interval);
      if (item?.state !== 'FINISHED' || isReread(item) || !settled || settled.next > interval.start) {
        throw new Error(`the interval ${interval.start} is not to be read again: ${isReread(item) ? `that was done by execution ${item!.reread!.execution}`
          : `it is ${item?.state ?? 'not in the ledger'}, or a history that was read meanwhile holds it`}`);
      }
      const { reread } = item;
      if (reread?.state === 'UNLOADING' && reread.execution !== execution) {
        // begun after the plan was made, by a function that went on when its execution had ended
        await this.untold.silentAttempt(interval, {
          execution: reread.execution, attempt: reread.attempts, again: true, statementId: reread.statementId ?? '',
        }, settings.maxAttempts);
      }
      const asked = reread?.state === 'UNLOADING' && reread.execution === execution;
      const attempts = asked ? reread.attempts : (reread?.attempts ?? 0) + 1;
      unload = unloadOfReread(settings, intervals, interval, clientToken(execution, attempts).slice(0, 12));
      attempt = asked ? reread : {
        state: 'UNLOADING',
        attempts,
        uncounted: reread?.uncounted,
        execution,
        previousStatementId: reread?.statementId ?? reread?.previousStatementId,
        files: unload.folder,
        startedAt: this.now(),
        error: reread?.error, // of the attempt before, until this one ends
      };
      return asked ? undefined : { ...item, reread: attempt };
    });
    return {
      interval,
      ...unload!,
      clientToken: clientToken('interval again', execution, interval.start, attempt!.attempts),
      statementName: statementName(this.connectorName, interval.start, 'again, attempt', String(attempt!.attempts)),
      previousStatementId: attempt!.previousStatementId ?? '',
      attempt: attempt!.attempts,
      repeated: attempt!.attempts > 1,
      exhausted: countedAttempts(attempt!) > settings.maxAttempts ? attempt!.error ?? 'no reason is known' : '',
    };
  }

  /** @throws LeaseLost when the execution does not hold the lease, or another one has begun the interval. */
  public async submitted({ interval, execution, statementId }: Of<'submitted'>): Promise<void> {
    const written = await this.change(interval, execution, reread => isReread({ reread }) ? undefined : { ...reread, statementId });
    const lease = await this.leases.renew(execution, `go on to read the interval ${interval.start} again`);
    if (!written) throw new LeaseLost(execution, lease, `go on to read the interval ${interval.start} again, which is no attempt of its own`);
  }

  /** @throws LeaseLost when the execution does not hold the lease, or another one has begun the interval. */
  public async finished({ settings, interval, execution, statement, detection }: Of<'finished'>): Promise<void> {
    const doing = `finish the second reading of the interval ${interval.start}`;
    const before = ofInterval((await this.ledger.read<IntervalItem>(intervalKey(interval))).content, interval);
    if (before?.reread?.state === 'FINISHED' && before.reread.execution === execution) {
      await this.settle(settings, interval, before);
      return;
    }
    const lease = await this.leases.heldBy(execution);
    if (!lease) throw new LeaseLost(execution, undefined, doing);
    const rows = detection?.rows ?? rowsOf(statement);
    let item: IntervalItem | undefined;
    await this.ledger.change<IntervalItem>(intervalKey(interval), found => {
      item = ofInterval(found, interval);
      if (item?.reread?.state === 'FINISHED' && item.reread.execution === execution) return undefined; // the answer to the write was lost
      if (item?.reread?.execution !== execution || item.reread.state !== 'UNLOADING') throw new LeaseLost(execution, lease, doing);
      return item = {
        ...item,
        rows,
        bytes: detection?.bytes,
        rowsRejected: detection?.rowsRejected,
        statementMilliseconds: statementMilliseconds(statement),
        anomalyGroupIds: detection?.anomalyGroupIds,
        reread: {
          ...item.reread,
          state: 'FINISHED',
          statementId: statement.Id,
          previousStatementId: undefined,
          files: detection?.files ?? item.reread.files, // of an earlier attempt, where that was detected
          finishedAt: this.now(),
          rowsBefore: item.rows,
          bytesBefore: item.bytes,
          error: undefined,
        },
      };
    });
    this.metrics.emit({ reread: 1, lateRows: rows === undefined ? undefined : Math.max(0, rows - (item?.reread?.rowsBefore ?? 0)) });
    await this.settle(settings, interval, item);
    await this.leases.renew(execution, 'crawl further intervals', 1);
  }

  /** Ends an attempt that failed, and the execution's turn: see `Attempts.failed`. Given up, the rows of the first reading stay. */
  public async failed({ settings, interval, execution, error, undecided }: Of<'failed'>): Promise<Failure> {
    const lease = await this.leases.heldBy(execution);
    let failure: Failure = {};
    await this.ledger.change<IntervalItem>(intervalKey(interval), async found => {
      const item = ofInterval(found, interval);
      const own = item?.reread?.execution === execution ? item.reread : undefined;
      if (own?.placed) return undefined;
      const givenUp = own?.givenUp ?? (own !== undefined && lease !== undefined && !undecided && countedAttempts(own) >= settings.maxAttempts);
      failure = {
        untold: await this.untold.attempt(interval, {
          execution, attempt: own?.attempts ?? 0, givenUp, again: true, statementId: own?.statementId ?? '', error,
        }),
      };
      if (!item || !own || isReread(item)) return undefined;
      if (givenUp) this.metrics.emit({ failed: 1 });
      const uncounted = uncountedAttempts(own, error);
      return { ...item, reread: { ...own, state: 'FAILED', uncounted, error: describeCaughtError(error), finishedAt: this.now(), givenUp: givenUp || undefined } };
    });
    await this.leases.release(execution);
    return failure;
  }

  /** An interval's item. Notes the failure of a second reading that ended without a word: the lease is ours, so nobody is at it. */
  private async endSilent(settings: ConnectorSettings, interval: Interval, execution: string): Promise<IntervalItem | undefined> {
    let item: IntervalItem | undefined;
    await this.ledger.change<IntervalItem>(intervalKey(interval), async found => {
      item = ofInterval(found, interval);
      const reread = item?.reread;
      if (!item || reread?.state !== 'UNLOADING' || reread.execution === execution) return undefined;
      await this.leases.expectHeldBy(execution, `note that the second reading of the interval ${interval.start} has ended`);
      const error = await this.untold.silentAttempt(interval, {
        execution: reread.execution, attempt: reread.attempts, again: true, statementId: reread.statementId ?? '',
      }, settings.maxAttempts);
      return item = { ...item, reread: { ...reread, state: 'FAILED', finishedAt: this.now(), error: describeCaughtError(error) } };
    });
    return item;
  }

  /**
   * Ends what a history that was read again has overtaken: one second reading at most, since each ends before the next begins. Where the
   * ledger has its rows, the folder gets them too.
   */
  private async endBeforeHistory(settings: ConnectorSettings, start: string, execution: string): Promise<void> {
    const { content } = await this.ledger.read<IntervalItem>({ kind: 'interval', start });
    if (!content?.reread) return;
    const interval = { start, end: content.end };
    const item = (await this.endSilent(settings, interval, execution))!;
    // a bucket that was replaced is left alone: there is no right to write there any more
    if (!item.folder.startsWith(`s3://${settings.bucketName}/`)) return;
    await this.place(interval, item);
    await removeStrayFiles(this.files, content.reread.files.replace(/[^/]*$/, ''), []);
  }

  /** Leaves in the interval's folder the files that count, and goes on to the next interval. May be done any number of times. */
  private async settle(settings: ConnectorSettings, interval: Interval, item: IntervalItem | undefined): Promise<void> {
    if (item) await this.place(interval, item);
    if (item?.reread) {
      const intervals = new WallClockIntervals(settings.frequency, settings.timezone);
      await removeStrayFiles(this.files, rereadFolder(settings, intervals, interval), []);
    }
    await this.ledger.change<Watermark>(SETTLED, found => found?.next === interval.start ? { ...found, next: interval.end } : undefined);
  }

  /** Lets the files of a second reading that is finished take the place of the first ones. */
  private async place(interval: Interval, { reread, folder }: IntervalItem): Promise<void> {
    if (reread?.state === 'FINISHED' && !reread.placed) {
      // an execution that comes too late finds the files gone: it must not take that for a reading without rows
      const isPlaced = async () => (await this.ledger.read<IntervalItem>(intervalKey(interval))).content?.reread?.placed === true;
      await placeFiles(this.files, reread.files, folder, isPlaced);
      await this.change(interval, reread.execution, now => now.state === 'FINISHED' && !now.placed ? { ...now, placed: true } : undefined);
    }
  }

  /** Changes the second reading that an execution has begun; undefined where it has begun none. */
  private async change(interval: Interval, execution: string, change: (reread: Reread) => Reread | undefined): Promise<IntervalItem | undefined> {
    return this.ledger.change<IntervalItem>(intervalKey(interval), found => {
      const item = ofInterval(found, interval);
      if (item?.reread?.execution !== execution) return undefined;
      const reread = change(item.reread);
      return reread && { ...item, reread };
    });
  }

  private now(): string {
    return formatInstant(this.clock());
  }
}
