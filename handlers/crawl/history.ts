// SPDX-License-Identifier: Apache-2.0

import type { S3Client } from '@aws-sdk/client-s3';
import { clientToken, statementName } from './attempt-identity';
import { describeCaughtError } from './caught-error';
import type { CrawlMetrics } from './crawl-metrics';
import { HistoryChunks } from './history-chunks';
import { EMPTY, historyKey, PENDING_HISTORY, SETTLED, WATERMARK, type EmptyLedger, type HistoryItem, type PendingHistory, type Watermark } from './items';
import type { Ledger } from './ledger';
import { liveSource } from './live-source';
import { removeStrayFiles } from './stray-files';
import { historyChunks, historyFolder, unloadOfHistory } from './unload-plan';
import type { UntoldFailures } from './untold-failures';
import type { CrawlEvent, Failure, HistoryPlan, Interval } from '../../src/private/contract';
import { formatInstant, parseInstant, WallClockIntervals } from '../shared/time';

type Of<Action extends CrawlEvent['action']> = Extract<CrawlEvent, { action: Action }>;

/**
 * The history run: once, and again whenever the detector is changed so that it has to learn anew.
 *
 * The history is read in chunks, one statement each, oldest first. A run that takes over one that broke goes on with its chunks where it
 * reads the same (queries, intervals, warehouse): the chunks are cut at the same places whenever a run starts, so only the first and the
 * last are read again.
 *
 * While a run is under way, and after one has failed, the crawl stands still (`PendingHistory`). So no interval is spent on a detector
 * that is not learning or active. When the run has finished, the crawl goes on at its end: the intervals that became due since the last
 * crawl are in the history that was learned, and those after it are crawled. Only a watermark that is ahead of the history's end (an
 * interval was under way when the run began) stays where it is, since those intervals have been crawled; if
 * it counts intervals of another frequency or time zone it is set to the history's end in any case.
 *
 * Of runs that overlap the one that started last counts. The others' results change nothing.
 */
export class History {
  private readonly chunks: HistoryChunks;

  /** @param clock milliseconds since 1970; for what the ledger shows to people. */
  public constructor(
    private readonly ledger: Ledger, private readonly files: S3Client, private readonly untold: UntoldFailures,
    private readonly metrics: CrawlMetrics, private readonly connectorName: string, private readonly clock: () => number,
  ) {
    this.chunks = new HistoryChunks(ledger, clock);
  }

  /**
   * The next chunk of the history, which ends with the newest interval whose delay is over, or that was crawled. The same answer however often an execution
   * asks, until the chunk is unloaded. When none is left, the folder holds the
   * history and nothing else.
   */
  public async plan({ settings, warehouse, now, execution }: Of<'planHistory'>): Promise<HistoryPlan> {
    const started = parseInstant(now, 'now');
    const intervals = new WallClockIntervals(settings.frequency, settings.timezone);
    const to = await this.end(execution, intervals, intervals.newestEndedBy(started - settings.delaySeconds * 1000).end);
    const span: Interval = { start: intervals.startBefore(to, settings.historyIntervals), end: to };
    const chunks = historyChunks(settings, intervals, span);
    // what cannot be unloaded is refused before anything is written
    const unloads = chunks.map(chunk => unloadOfHistory(settings, intervals, chunk, execution));

    const source = clientToken(settings.query, settings.historicalQuery ?? '', intervals.grid, settings.bucketName, JSON.stringify(warehouse ?? {}));
    const pending = await this.begin(execution, formatInstant(started), source);
    const reading = pending.reading ?? execution;
    const folder = historyFolder(settings);
    await this.ledger.change<HistoryItem>(historyKey(execution), found => found ? undefined : {
      from: span.start, to: span.end, grid: intervals.grid, source: liveSource(settings, warehouse), state: 'UNLOADING', folder, reading, chunks: chunks.length, chunksRead: 0, startedAt: formatInstant(started),
    });

    const { missing, submittedBy = execution, prefixes, rows, statementMilliseconds } = await this.chunks.progress(chunks, reading);
    const chunksRead = chunks.length - missing.length;
    await this.changeRun(execution, item => ({ ...item, chunksRead, chunk: missing[0] ?? item.chunk, rows, statementMilliseconds }));
    this.metrics.emit({ historyPercent: Math.floor(chunksRead / chunks.length * 100) });
    if (missing.length === 0) {
      await removeStrayFiles(this.files, folder, prefixes);
      return { interval: span, sql: '', clientToken: '', statementName: '', folder, previousStatementId: '', chosenByQuery: unloads[0].chosenByQuery, remaining: 0 };
    }
    const [chunk] = missing;
    // what an earlier run has submitted without an answer would write its files when this one has removed all others
    const unload = unloadOfHistory(settings, intervals, chunk, submittedBy);
    await this.chunks.begin(chunk, reading, execution, submittedBy, unload.folder);
    return {
      interval: chunk,
      ...unload,
      clientToken: clientToken('history', submittedBy, chunk.start, chunk.end),
      statementName: statementName(this.connectorName, 'history', chunk.start, 'to', chunk.end),
      previousStatementId: pending.previousStatementId ?? '',
      remaining: missing.length,
    };
  }

  public async submitted({ execution, interval, statementId }: Of<'historySubmitted'>): Promise<void> {
    // first where the next run looks for a statement to cancel
    await this.ledger.change<PendingHistory>(PENDING_HISTORY, found => {
      if (found?.execution !== execution) throw overtaken(execution, found);
      return { ...found, statementId };
    });
    await this.chunks.submitted(interval, execution, statementId);
  }

  public async unloaded({ execution, interval, statement }: Of<'historyUnloaded'>): Promise<void> {
    await this.chunks.unloaded(interval, execution, statement);
    // nothing is left to be cancelled
    await this.ledger.change<PendingHistory>(PENDING_HISTORY, found => found?.execution === execution
      ? { ...found, statementId: undefined, previousStatementId: undefined }
      : undefined);
  }

  public async finished({ execution }: Of<'historyFinished'>): Promise<void> {
    const pending = await this.ledger.read<PendingHistory>(PENDING_HISTORY);
    const isPending = pending.content?.execution === execution;
    const run = await this.changeRun(execution, item => {
      if (item.state === 'FINISHED') return item;
      if (!isPending) return { ...item, state: 'FAILED', error: overtaken(execution, pending.content).message, finishedAt: formatInstant(this.clock()) };
      if (item.chunksRead < item.chunks) {
        throw new Error(`the history run ${execution} has read ${item.chunksRead} of ${item.chunks} chunks: it cannot be finished before planHistory has found none missing`);
      }
      return { ...item, state: 'FINISHED', error: undefined, finishedAt: formatInstant(this.clock()) };
    });
    if (!isPending) return; // a later run took over, or this was done before
    await this.ledger.change<Watermark>(WATERMARK, found => {
      const ahead = found?.grid === run.grid && found.next > run.to;
      return { next: ahead ? found.next : run.to, grid: run.grid, source: run.source };
    });
    // what the history holds need not be read again; a second reading that is under way, or broke, is ended by the next run of the crawl
    await this.ledger.change<Watermark>(SETTLED, found => {
      const isPast = found?.grid === run.grid && found.next >= run.to;
      return !found || isPast ? undefined : { next: run.to, grid: run.grid, before: found.before ?? found.next };
    });
    // it is empty no more: the next time, the crawl is behind since then
    const empty = await this.ledger.read<EmptyLedger>(EMPTY);
    if (empty.content) await this.ledger.remove(empty);
    await this.ledger.remove(pending);
  }

  public async failed({ execution, error }: Of<'historyFailed'>): Promise<Failure> {
    const untold = await this.untold.history(execution, error); // before the ledger says it
    const text = describeCaughtError(error);
    const now = formatInstant(this.clock());
    let planned = false;
    let chunk: Interval | undefined;
    await this.ledger.change<HistoryItem>(historyKey(execution), found => {
      planned = found !== undefined;
      chunk = found?.chunk;
      return found && found.state !== 'FINISHED' ? { ...found, state: 'FAILED', error: text, finishedAt: now } : undefined;
    });
    if (chunk) await this.chunks.failed(chunk, execution, text);
    await this.ledger.change<PendingHistory>(PENDING_HISTORY, found => {
      if (found?.execution === execution) return { ...found, error: text };
      // the run failed before it was planned; a run that was planned and is no longer the pending one has been overtaken
      return found || planned ? undefined : { execution, startedAt: now, error: text };
    });
    return { untold };
  }

  /**
   * Where the history ends: where the crawl stands, if that is later, since the delay was made longer. What has been crawled is not crawled again, and a
   * detector that learns anew would not have it.
   */
  private async end(execution: string, { grid }: WallClockIntervals, due: string): Promise<string> {
    const run = (await this.ledger.read<HistoryItem>(historyKey(execution))).content;
    if (run) return run.to;
    const watermark = (await this.ledger.read<Watermark>(WATERMARK)).content;
    return watermark?.grid === grid && watermark.next > due ? watermark.next : due;
  }

  /** Makes a run the pending one. `previousStatementId` is the statement of the run before, which may still be running. */
  private async begin(execution: string, startedAt: string, source: string): Promise<PendingHistory> {
    const begun = await this.ledger.change<PendingHistory>(PENDING_HISTORY, found => {
      if (found && found.execution !== execution && found.startedAt > startedAt) {
        throw new Error(`the history run ${found.execution} started later (${found.startedAt}) than ${execution} (${startedAt}): this one is not needed any more`);
      }
      if (found?.execution === execution) return { ...found, error: undefined };
      return {
        execution,
        startedAt,
        source,
        reading: found?.source === source ? found.reading : execution,
        previousStatementId: found?.statementId ?? found?.previousStatementId,
      };
    });
    return begun!;
  }

  private async changeRun(execution: string, change: (item: HistoryItem) => HistoryItem): Promise<HistoryItem> {
    const changed = await this.ledger.change<HistoryItem>(historyKey(execution), found => {
      if (!found) throw new Error(`the history run ${execution} is not in the ledger: it was not planned (planHistory), or the table was emptied`);
      return change(found);
    });
    return changed!;
  }
}

function overtaken(execution: string, by: PendingHistory | undefined): Error {
  return new Error(`the history run ${execution} is not the newest any more${by ? `: ${by.execution} has taken over` : ''}`);
}
