// SPDX-License-Identifier: Apache-2.0

import type { SqlParameter } from '@aws-sdk/client-redshift-data';
import type { FailureOutcome } from './failures';
import type { PostgresAnswer } from './postgres-messages';

/** Status of a statement. */
export type StatementStatus = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED';

/** Whether nothing happens to a statement any more. */
export function isEnded(status: StatementStatus): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED';
}

/** Arguments of ExecuteStatement and BatchExecuteStatement that a statement keeps. */
export interface StatementRequest {
  /** One, or those of a batch in order. */
  readonly sqls: readonly string[];
  readonly isBatch: boolean;
  readonly clusterIdentifier?: string;
  readonly workgroupName?: string;
  readonly database: string;
  readonly user: string;
  readonly secretArn?: string;
  readonly name?: string;
  readonly parameters: readonly SqlParameter[];
  /** Each statement of a batch in a transaction of its own (ExecutionMode AUTO_COMMIT). */
  readonly autoCommit: boolean;
}

/** What one SQL text came to: a statement has one, a batch one for each of its statements. */
export interface SqlOutcome {
  status: StatementStatus;
  error?: string;
  /** -1 while it is not known. */
  rows: number;
  resultBytes: number;
  /** Nanoseconds; -1 while it is not known. */
  duration: number;
  result?: PostgresAnswer;
  queryId: number;
}

/** One statement (or batch) of the Data API and what became of it. */
export class Statement {
  readonly outcomes: SqlOutcome[];
  updatedAt: Date;
  private current: StatementStatus = 'SUBMITTED';
  private failure?: string;
  private waiters: (() => void)[] = [];
  private describesLeft: number;

  /**
   * @param planned fault that a test has planned for it
   */
  constructor(readonly id: string, readonly request: StatementRequest, readonly createdAt: Date, readonly planned?: FailureOutcome) {
    this.updatedAt = createdAt;
    this.describesLeft = planned?.type === 'SLOW' ? planned.describes : 0;
    this.outcomes = request.sqls.map(() => ({ status: 'SUBMITTED', rows: -1, resultBytes: -1, duration: -1, queryId: 0 }));
  }

  get status(): StatementStatus {
    return this.current;
  }

  /** Text of DescribeStatement's Error. */
  get error(): string | undefined {
    return this.failure;
  }

  /** Moves on, unless it has already ended: a statement that was cancelled stays ABORTED. */
  moveTo(status: StatementStatus, at: Date, error?: string): void {
    if (isEnded(this.current)) return;
    this.current = status;
    this.failure = error;
    this.updatedAt = at;
    for (const outcome of this.outcomes) {
      if (!isEnded(outcome.status) && status !== 'FINISHED') outcome.status = status === 'FAILED' ? 'ABORTED' : status;
    }
    if (isEnded(status)) {
      this.waiters.forEach(wake => wake());
      this.waiters = [];
    }
  }

  /** Whether this DescribeStatement is one of those that a planned slowness answers with STARTED. */
  seemsUnfinished(): boolean {
    return this.describesLeft > 0 && this.describesLeft-- > 0;
  }

  /** Waits for the end of the statement, at most so long. */
  async ended(milliseconds: number): Promise<void> {
    if (isEnded(this.current) || milliseconds <= 0) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
