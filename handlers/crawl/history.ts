import { clientToken, statementName } from './attempt-identity';
import { describeCaughtError } from './caught-error';
import { historyKey, PENDING_HISTORY, WATERMARK, type HistoryItem, type PendingHistory, type Watermark } from './items';
import type { Ledger } from './ledger';
import { rowsOf, statementMilliseconds } from './statement-figures';
import { unloadOfHistory } from './unload-plan';
import type { CrawlEvent, Interval, UnloadPlan } from '../../src/private/contract';
import { formatInstant, parseInstant, WallClockIntervals } from '../shared/time';

type Of<Action extends CrawlEvent['action']> = Extract<CrawlEvent, { action: Action }>;

/**
 * The history run: once, and again whenever the detector is changed so that it has to learn anew.
 *
 * While a run is under way, and after one has failed, the crawl stands still (`PendingHistory`). So no interval is spent on a detector
 * that is not learning or active. When the run has finished, the crawl goes on at its end: the intervals that became due since the last
 * crawl are in the history that was learned, and those after it are crawled. Only a watermark that is ahead of the history's end (an
 * interval was under way when the run began, or the delay was made longer) stays where it is, since those intervals have been crawled; if
 * it counts intervals of another frequency or time zone it is set to the history's end in any case.
 *
 * Of runs that overlap the one that started last counts. The others' results change nothing.
 */
export class History {
  /** @param clock milliseconds since 1970; for what the ledger shows to people. */
  public constructor(private readonly ledger: Ledger, private readonly connectorName: string, private readonly clock: () => number) {}

  /** The history up to the newest interval whose delay is over. The same answer however often an execution asks. */
  public async plan({ settings, now, execution }: Of<'planHistory'>): Promise<UnloadPlan> {
    const started = parseInstant(now, 'now');
    const intervals = new WallClockIntervals(settings.frequency, settings.timezone);
    const to = intervals.newestEndedBy(started - settings.delaySeconds * 1000).end;
    const span: Interval = { start: intervals.startBefore(to, settings.historyIntervals), end: to };
    const unload = unloadOfHistory(settings, intervals, span);

    await this.ledger.change<HistoryItem>(historyKey(execution), found => found ? undefined : {
      from: span.start, to: span.end, grid: intervals.grid, state: 'UNLOADING', folder: unload.folder, startedAt: formatInstant(started),
    });
    const previousStatementId = await this.begin(execution, formatInstant(started));
    return {
      interval: span,
      ...unload,
      clientToken: clientToken('history', execution, span.start, span.end),
      statementName: statementName(this.connectorName, 'history', span.start, 'to', span.end),
      previousStatementId,
    };
  }

  public async submitted({ execution, statementId }: Of<'historySubmitted'>): Promise<void> {
    // first where the next run looks for a statement to cancel
    await this.ledger.change<PendingHistory>(PENDING_HISTORY, found => found?.execution === execution ? { ...found, statementId } : undefined);
    await this.changeRun(execution, item => ({ ...item, statementId }));
  }

  public async finished({ execution, statement }: Of<'historyFinished'>): Promise<void> {
    const run = await this.changeRun(execution, item => ({
      ...item,
      state: 'FINISHED',
      error: undefined,
      statementId: statement.Id,
      rows: rowsOf(statement),
      statementMilliseconds: statementMilliseconds(statement),
      finishedAt: item.finishedAt ?? formatInstant(this.clock()),
    }));
    const pending = await this.ledger.read<PendingHistory>(PENDING_HISTORY);
    if (pending.content?.execution !== execution) return; // a later run took over, or this was done before
    await this.ledger.change<Watermark>(WATERMARK, found => {
      const ahead = found?.grid === run.grid && found.next > run.to;
      return ahead ? undefined : { next: run.to, grid: run.grid };
    });
    await this.ledger.remove(pending);
  }

  public async failed({ execution, error }: Of<'historyFailed'>): Promise<void> {
    const text = describeCaughtError(error);
    const now = formatInstant(this.clock());
    let planned = false;
    await this.ledger.change<HistoryItem>(historyKey(execution), found => {
      planned = found !== undefined;
      return found && found.state !== 'FINISHED' ? { ...found, state: 'FAILED', error: text, finishedAt: now } : undefined;
    });
    await this.ledger.change<PendingHistory>(PENDING_HISTORY, found => {
      if (found?.execution === execution) return { ...found, error: text };
      // the run failed before it was planned; a run that was planned and is no longer the pending one has been overtaken
      return found || planned ? undefined : { execution, startedAt: now, error: text };
    });
  }

  /** Makes a run the pending one. Returns the statement of the run before, which may still be running. */
  private async begin(execution: string, startedAt: string): Promise<string> {
    let previousStatementId = '';
    await this.ledger.change<PendingHistory>(PENDING_HISTORY, found => {
      if (found && found.execution !== execution && found.startedAt > startedAt) {
        throw new Error(`the history run ${found.execution} started later (${found.startedAt}) than ${execution} (${startedAt}): this one is not needed any more`);
      }
      previousStatementId = (found?.execution === execution ? found.previousStatementId : found?.statementId ?? found?.previousStatementId) ?? '';
      return found?.execution === execution
        ? { ...found, error: undefined }
        : { execution, startedAt, previousStatementId: previousStatementId || undefined };
    });
    return previousStatementId;
  }

  private async changeRun(execution: string, change: (item: HistoryItem) => HistoryItem): Promise<HistoryItem> {
    const changed = await this.ledger.change<HistoryItem>(historyKey(execution), found => {
      if (!found) throw new Error(`the history run ${execution} is not in the ledger: it was not planned (planHistory), or the table was emptied`);
      return change(found);
    });
    return changed!;
  }
}
