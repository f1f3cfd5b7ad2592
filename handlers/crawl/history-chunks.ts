// SPDX-License-Identifier: Apache-2.0

import { historyChunkKey, type HistoryChunkItem } from './items';
import type { Ledger } from './ledger';
import { rowsOf, statementMilliseconds } from './statement-figures';
import { isUnanswered } from './submissions';
import type { Interval, StatementOutcome } from '../../src/private/contract';
import { formatInstant } from '../shared/time';

/** How far a reading of the history has come. */
export interface HistoryProgress {
  /** Chunks that have not been read, oldest first. */
  readonly missing: Interval[];
  /** Execution that has submitted the first of them without an answer: its statement may be waiting, or running. */
  readonly submittedBy?: string;
  /** What the names of the files of the chunks that have been read begin with. */
  readonly prefixes: string[];
  /** Of the chunks that have been read. */
  readonly rows: number;
  readonly statementMilliseconds: number;
}

/**
 * The chunks of a history in the ledger. Each item says by which reading, of which all runs are that take over from each other, and by
 * which run its chunk was read. An item of another reading, or with another end, stands for nothing.
 */
export class HistoryChunks {
  /** @param clock milliseconds since 1970; for what the ledger shows to people. */
  public constructor(private readonly ledger: Ledger, private readonly clock: () => number) {}

  public async progress(chunks: readonly Interval[], reading: string): Promise<HistoryProgress> {
    const items = await Promise.all(chunks.map(async chunk => (await this.ledger.read<HistoryChunkItem>(historyChunkKey(chunk))).content));
    const isOf = (item: HistoryChunkItem | undefined, chunk: Interval) => item?.reading === reading && item.end === chunk.end;
    const isRead = (item: HistoryChunkItem | undefined, chunk: Interval) => isOf(item, chunk) && item!.state === 'FINISHED';
    const first = items.findIndex((item, index) => !isRead(item, chunks[index]));
    const begun = first >= 0 && isOf(items[first], chunks[first]) ? items[first] : undefined;
    const read = items.filter((item, index) => isRead(item, chunks[index]));
    const sum = (of: (item: HistoryChunkItem) => number | undefined) => read.reduce((total, item) => total + (of(item!) ?? 0), 0);
    return {
      submittedBy: begun && isUnanswered(begun) ? begun.submittedBy ?? begun.execution : undefined,
      missing: chunks.filter((chunk, index) => !isRead(items[index], chunk)),
      prefixes: read.map(item => item!.prefix),
      rows: sum(item => item.rows),
      statementMilliseconds: sum(item => item.statementMilliseconds),
    };
  }

  /** A run begins to read a chunk. However often it says so, once. */
  public async begin(chunk: Interval, reading: string, execution: string, submittedBy: string, prefix: string): Promise<void> {
    await this.ledger.change<HistoryChunkItem>(historyChunkKey(chunk), found => {
      const begun = found?.reading === reading && found.end === chunk.end && found.execution === execution && found.state === 'UNLOADING';
      return begun ? undefined : { end: chunk.end, reading, state: 'UNLOADING', execution, submittedBy: submittedBy === execution ? undefined : submittedBy, prefix, startedAt: this.now() };
    });
  }

  public async submitted(chunk: Interval, execution: string, statementId: string): Promise<void> {
    await this.change(chunk, execution, item => ({ ...item, statementId }));
  }

  public async unloaded(chunk: Interval, execution: string, statement: StatementOutcome): Promise<void> {
    await this.change(chunk, execution, item => ({
      ...item,
      state: 'FINISHED',
      statementId: statement.Id,
      rows: rowsOf(statement),
      statementMilliseconds: statementMilliseconds(statement),
      finishedAt: item.finishedAt ?? this.now(),
    }));
  }

  /** Writes to a chunk why it could not be read, if the run has begun with it and not finished it. */
  public async failed(chunk: Interval, execution: string, error: string): Promise<void> {
    await this.change(chunk, execution, item => item.state === 'UNLOADING' ? { ...item, state: 'FAILED', error, finishedAt: this.now() } : undefined);
  }

  /** Leaves a chunk that another run has taken over. */
  private async change(chunk: Interval, execution: string, change: (item: HistoryChunkItem) => HistoryChunkItem | undefined): Promise<void> {
    await this.ledger.change<HistoryChunkItem>(historyChunkKey(chunk), found => found?.execution === execution ? change(found) : undefined);
  }

  private now(): string {
    return formatInstant(this.clock());
  }
}
