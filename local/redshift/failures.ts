// SPDX-License-Identifier: Apache-2.0

/** Faults that tests plan for the warehouse. */

/** What happens to a statement that a rule chooses. */
export type FailureOutcome =
  /** The call is answered with an exception; no statement exists. `ThrottlingException`, `ActiveStatementsExceededException`, … */
  | { readonly type: 'REFUSE'; readonly exception: string; readonly message?: string }
  /** The statement ends FAILED without having run. `error` without `ERROR: `. */
  | { readonly type: 'FAIL'; readonly error: string }
  /** An UNLOAD that fails after its first file is written, which stays behind. */
  | { readonly type: 'FAIL_AFTER_FIRST_FILE'; readonly error: string }
  /** Ends ABORTED without having run. */
  | { readonly type: 'ABORT' }
  /** Stays STARTED until it is cancelled. */
  | { readonly type: 'HANG' }
  /** Waits in the queue, and runs after that. */
  | { readonly type: 'QUEUED'; readonly until: Promise<void> }
  /** Runs, but the first `describes` answers of DescribeStatement say STARTED. */
  | { readonly type: 'SLOW'; readonly describes: number };

/** Which calls go wrong, and how. */
export interface FailureRule {
  /** Statements whose SQL matches; all when absent. */
  readonly matching?: RegExp;
  /** The first call that goes wrong among those that match, from 1. @default 1 */
  readonly nth?: number;
  /** How many matching calls in a row go wrong. @default 1 */
  readonly times?: number;
  /** The call counted. Others than ExecuteStatement and BatchExecuteStatement know the outcome REFUSE only. @default - both of these */
  readonly operation?: 'ExecuteStatement' | 'BatchExecuteStatement' | 'DescribeStatement' | 'CancelStatement' | 'GetStatementResult' | 'ListStatements';
  readonly outcome: FailureOutcome;
}

const STARTING = ['ExecuteStatement', 'BatchExecuteStatement'];

/** Rules, and how often each has matched. Rules may be added while the warehouse runs. */
export class FailurePlan {
  private readonly rules: { readonly rule: FailureRule; matched: number }[] = [];

  constructor(rules: readonly FailureRule[] = []) {
    rules.forEach(rule => this.add(rule));
  }

  /**
   * Adds a rule; it counts calls from now on.
   * @throws Error when the outcome does not fit the operation
   */
  add(rule: FailureRule): void {
    if (rule.operation && !STARTING.includes(rule.operation) && rule.outcome.type !== 'REFUSE') {
      throw new Error(`outcome ${JSON.stringify(rule.outcome.type)} does not fit the operation ${rule.operation}: it can only be refused`);
    }
    this.rules.push({ rule, matched: 0 });
  }

  /** Forgets all rules. */
  clear(): void {
    this.rules.length = 0;
  }

  /** Outcome for a call: of the first rule that is due. Every rule that matches counts the call. */
  decide(operation: string, sql: string): FailureOutcome | undefined {
    let outcome: FailureOutcome | undefined;
    for (const entry of this.rules) {
      const { rule } = entry;
      const rightCall = rule.operation ? rule.operation === operation : STARTING.includes(operation);
      // test() of a global or sticky expression goes on where it stopped; search() does not
      if (!rightCall || rule.matching && sql.search(rule.matching) < 0) continue;
      entry.matched++;
      const first = rule.nth ?? 1;
      if (entry.matched >= first && entry.matched < first + (rule.times ?? 1)) outcome ??= rule.outcome;
    }
    return outcome;
  }
}
