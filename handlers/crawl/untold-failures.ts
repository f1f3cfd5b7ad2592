// SPDX-License-Identifier: Apache-2.0

import type { Untold } from './items';
import type { Ledger, LedgerKey } from './ledger';
import {
  FAILURE_EVENTS, type CaughtError, type FailedAttemptDetail, type GivenUpDetail, type Interval, type UntoldFailure,
} from '../../src/private/contract';

/** Name of the item of intervals that were given up: after those of single intervals. */
const GIVEN_UP = 'given up';

/** What is to be told of a failed attempt, beside the interval. */
type Attempt = Omit<FailedAttemptDetail, 'connector' | 'error' | keyof Interval> & { readonly error: CaughtError };

/**
 * Failures that no event has told of. Each is noted here before the ledger says it elsewhere, and stays until the bus has taken its event:
 * the run that noted it tells of it, and where that one dies, or the bus takes nothing, the next plan does. So an event may come twice, and
 * none is lost.
 */
export class UntoldFailures {
  public constructor(private readonly ledger: Ledger, private readonly connectorName: string) {}

  /** Notes that an execution's attempt at an interval failed. */
  public async attempt(interval: Interval, attempt: Attempt): Promise<UntoldFailure> {
    return this.note(nameOf(interval, attempt), () => this.attemptToTell(interval, attempt));
  }

  /**
   * Notes that an attempt ended without a word, unless its execution had noted why it failed. That note may not know of the attempt: it was begun
   * by a function that went on when nobody waited for it any more.
   *
   * @returns why it ended
   */
  public async silentAttempt(interval: Interval, attempt: Omit<Attempt, 'error' | 'givenUp'>, maxAttempts: number): Promise<CaughtError> {
    const Cause = `execution ${attempt.execution} fell silent during attempt ${attempt.attempt} of ${maxAttempts}: it was stopped, or could not tell why it failed`;
    const ended = this.attemptToTell(interval, { ...attempt, givenUp: false, error: { Error: 'ExecutionSilent', Cause } });
    const { attempt: number, statementId } = attempt;
    const { detail } = await this.note(nameOf(interval, attempt), found => {
      if (!found) return ended;
      const known = found.detail as FailedAttemptDetail;
      return known.attempt === 0 ? { ...found, detail: { ...known, attempt: number, statementId } } : found;
    });
    const { error } = detail as FailedAttemptDetail;
    return { Error: error.name, Cause: error.message };
  }

  /**
   * Adds intervals, oldest first, to those that were given up without an attempt, in few words: they may be thousands. What is there already
   * is not counted twice.
   */
  public async givenUp(intervals: readonly Interval[], error: string, execution: string): Promise<void> {
    await this.note(GIVEN_UP, found => {
      const known = found?.detail as GivenUpDetail | undefined;
      const added = intervals.filter(({ end }) => !known || end > known.end);
      if (added.length === 0) return found!;
      return {
        detailType: FAILURE_EVENTS.givenUp,
        detail: {
          connector: this.connectorName,
          execution,
          count: (known?.count ?? 0) + added.length,
          start: known?.start ?? added[0].start,
          end: added[added.length - 1].end,
          error,
        },
      };
    });
  }

  /** Notes that a history run failed. */
  public async history(execution: string, error: CaughtError): Promise<UntoldFailure> {
    const detail = { connector: this.connectorName, execution, error: reason(error) };
    return this.note(`history ${execution}`, () => ({ detailType: FAILURE_EVENTS.history, detail }));
  }

  /** The first of them; part of the plan. */
  public async next(): Promise<{ readonly untold?: UntoldFailure }> {
    const seen = await this.ledger.first<Untold>('untold');
    return seen ? { untold: { item: seen.key.start, version: seen.version!, ...seen.content! } } : {};
  }

  /** The bus has taken the event. Leaves what has changed since: it is told again. */
  public async told({ item, version }: UntoldFailure): Promise<void> {
    await this.ledger.remove({ key: keyOf(item), content: undefined, version });
  }

  private attemptToTell({ start, end }: Interval, { error, ...attempt }: Attempt): Untold {
    return { detailType: FAILURE_EVENTS.interval, detail: { connector: this.connectorName, start, end, ...attempt, error: reason(error) } };
  }

  private async note(item: string, decide: (found: Untold | undefined) => Untold): Promise<UntoldFailure> {
    for (;;) {
      const found = await this.ledger.read<Untold>(keyOf(item));
      const content = decide(found.content);
      const written = content === found.content ? found : await this.ledger.replace(found, content);
      if (written) return { item, version: written.version!, ...content };
    }
  }
}

function nameOf({ start }: Interval, { execution, again }: Pick<Attempt, 'execution' | 'again'>): string {
  return [start, execution, ...again ? ['again'] : []].join(' ');
}

function keyOf(start: string): LedgerKey {
  return { kind: 'untold', start };
}

function reason({ Error: name, Cause: message }: CaughtError): FailedAttemptDetail['error'] {
  return { name, message };
}
