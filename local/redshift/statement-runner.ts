// SPDX-License-Identifier: Apache-2.0

import type { S3Client } from '@aws-sdk/client-s3';
import { Cluster } from './cluster';
import { runCopy } from './copy';
import { isCopy, parseCopy } from './copy-statement';
import { SqlContext, translate } from './dialect';
import { SqlError } from './lexer';
import { Connection, Database, PostgresError } from './postgres';
import { SqlOutcome, Statement } from './statement';
import { EmptyUnload, runUnload } from './unload';
import { isUnload, parseUnload } from './unload-statement';

/** What statements run on. */
export interface RunnerParts {
  readonly database: Database;
  readonly cluster: Cluster;
  readonly s3: S3Client;
  readonly now: () => Date;
  readonly emptyUnload: () => EmptyUnload;
}

const NANOSECONDS = 1_000_000;

/** The statement was cancelled while it ran: what it still does is dropped. */
class Cancelled extends Error {}

function errorText(error: unknown): string {
  if (error instanceof PostgresError) return `ERROR: ${error.message.replace('function redshift.', 'function ')}`;
  return `ERROR: ${(error as Error).message}`;
}

/** Runs statements, one at a time, in the order in which they were accepted. */
export class StatementRunner {
  private lastQueryId = 1000;

  constructor(private readonly parts: RunnerParts) {}

  /** Runs a statement to its end; never fails, the statement tells. */
  async run(statement: Statement): Promise<void> {
    const { now, database, cluster } = this.parts;
    statement.moveTo('PICKED', now());
    const { planned } = statement;
    if (planned?.type === 'FAIL') {
      statement.outcomes[0].status = 'FAILED';
      statement.outcomes[0].error = `ERROR: ${planned.error}`;
      return statement.moveTo('FAILED', now(), `ERROR: ${planned.error}`);
    }
    if (planned?.type === 'ABORT') return statement.moveTo('ABORTED', now());
    if (statement.request.database !== cluster.settings.database) {
      return statement.moveTo('FAILED', now(), `FATAL: database "${statement.request.database}" does not exist`);
    }
    if (planned?.type === 'HANG') return statement.moveTo('STARTED', now());
    if (planned?.type === 'QUEUED') await planned.until;
    await database.exclusive(async connection => {
      if (statement.status !== 'PICKED') return;
      statement.moveTo('STARTED', now());
      await this.runAll(statement, connection);
    }).catch(error => statement.moveTo('FAILED', now(), errorText(error)));
  }

  private async runAll(statement: Statement, connection: Connection): Promise<void> {
    const { request, outcomes } = statement;
    const { now } = this.parts;
    const context: SqlContext = {
      now: now(),
      parameters: new Map(request.parameters.map(parameter => [parameter.name!, parameter.value!])),
    };
    const oneTransaction = request.isBatch && !request.autoCommit;
    if (oneTransaction) await connection.query('begin');
    for (const [index, sql] of request.sqls.entries()) {
      const outcome = outcomes[index];
      const started = performance.now();
      outcome.status = 'STARTED';
      outcome.queryId = ++this.lastQueryId;
      try {
        await this.runOne(sql, statement, context, connection, outcome);
        outcome.duration = Math.round((performance.now() - started) * NANOSECONDS);
        outcome.status = 'FINISHED';
      } catch (error) {
        if (oneTransaction) await connection.query('rollback');
        outcome.duration = Math.round((performance.now() - started) * NANOSECONDS);
        if (error instanceof Cancelled) {
          outcome.status = 'ABORTED';
          return;
        }
        outcome.status = 'FAILED';
        outcome.error = errorText(error);
        statement.moveTo('FAILED', now(), request.isBatch ? `Query #${index + 1} failed with ${outcome.error}` : outcome.error);
        return;
      }
    }
    if (oneTransaction) await connection.query(statement.status === 'ABORTED' ? 'rollback' : 'commit');
    statement.moveTo('FINISHED', now());
  }

  private async runOne(sql: string, statement: Statement, context: SqlContext, connection: Connection, outcome: SqlOutcome): Promise<void> {
    const { s3, emptyUnload } = this.parts;
    if (isUnload(sql)) {
      const unload = parseUnload(sql);
      this.checkRole(unload.iamRole, statement);
      const checkpoint = () => {
        if (statement.status === 'ABORTED') throw new Cancelled();
      };
      const failAfterFirstFile = statement.planned?.type === 'FAIL_AFTER_FIRST_FILE' ? statement.planned.error : undefined;
      outcome.rows = await runUnload(unload, { connection, s3, context, emptyUnload: emptyUnload(), checkpoint, failAfterFirstFile });
      outcome.resultBytes = 0;
      return;
    }
    if (isCopy(sql)) {
      const copy = parseCopy(sql);
      this.checkRole(copy.iamRole, statement);
      outcome.rows = await runCopy(copy, connection, s3);
      outcome.resultBytes = 0;
      return;
    }
    const { sql: translated, values } = translate(sql, context);
    const result = await connection.query(translated, values);
    if (statement.status === 'ABORTED') throw new Cancelled();
    if (result.fields.length > 0) {
      outcome.result = result;
      outcome.rows = result.rows.length;
      outcome.resultBytes = result.rows.reduce((sum, row) => sum + row.reduce((bytes, text) => bytes + (text?.length ?? 0), 0), 0);
    } else {
      outcome.rows = result.affectedRows;
      outcome.resultBytes = 0;
    }
  }

  private checkRole(iamRole: string, statement: Statement): void {
    const { cluster } = this.parts;
    if (cluster.usableRole(iamRole)) return;
    throw new SqlError(`User ${cluster.userArn(statement.request.user)} is not authorized to assume IAM Role ${iamRole}`);
  }
}
