// SPDX-License-Identifier: Apache-2.0

/** The operations of the Redshift Data API. */
import { createHash, randomUUID } from 'node:crypto';
import { Cluster } from './cluster';
import { FailureOutcome, FailurePlan } from './failures';
import { columnMetadata, field } from './result-set';
import { ServiceError, validationError } from './service-error';
import { isEnded, SqlOutcome, Statement } from './statement';
import { checkedRequest, DataApiInput } from './statement-request';
import { StatementRunner } from './statement-runner';

/** Statements that may run or wait at a time in a cluster (Redshift Data API, considerations). */
const ACTIVE_STATEMENTS = 200;
/** How long a client token is remembered, and a statement with its result kept. */
const KEPT_HOURS = { clientToken: 8, statement: 24 };
const HOUR = 3_600_000;
/** Rows of a page of results. AWS cuts pages by size; 1000 rows are enough to make callers page. */
const PAGE_ROWS = 1000;
const LIST_PAGE = 100;

/** What the operations work with. */
export interface DataApiParts {
  readonly cluster: Cluster;
  readonly runner: StatementRunner;
  readonly failures: FailurePlan;
  readonly now: () => Date;
  readonly secretArns?: readonly string[];
  /** How long DescribeStatement waits for the end of a statement, in milliseconds, when it is not asked to wait itself. */
  readonly describeHoldMilliseconds: number;
}

const seconds = (moment: Date) => moment.getTime() / 1000;

function pageStart(token: unknown): number {
  if (token === undefined) return 0;
  const start = Number(Buffer.from(String(token), 'base64url').toString('latin1'));
  if (!Number.isSafeInteger(start) || start < 0) throw validationError('The NextToken is not valid.');
  return start;
}

const pageToken = (start: number) => Buffer.from(String(start), 'latin1').toString('base64url');

/** Answers the operations; keeps the statements. */
export class DataApi {
  private readonly statements = new Map<string, Statement>();
  private readonly tokens = new Map<string, { readonly statement: Statement; readonly fingerprint: string }>();
  private readonly operations: Record<string, (input: DataApiInput) => Promise<object>> = {
    ExecuteStatement: input => this.start('ExecuteStatement', input),
    BatchExecuteStatement: input => this.start('BatchExecuteStatement', input),
    DescribeStatement: input => this.describe(input),
    GetStatementResult: input => this.result(input),
    CancelStatement: input => this.cancel(input),
    ListStatements: input => this.list(input),
  };

  private working = 0;

  constructor(private readonly parts: DataApiParts) {}

  /** Whether any statement waits for its turn or runs. One that a test lets hang does neither. */
  get isWorking(): boolean {
    return this.working > 0;
  }

  /**
   * Answers one request.
   * @throws ServiceError
   */
  async answer(operation: string, input: DataApiInput): Promise<object> {
    if (!Object.hasOwn(this.operations, operation)) {
      throw new ServiceError('UnknownOperationException', `not in local mode: the Redshift Data API operation ${JSON.stringify(operation)}`);
    }
    return this.operations[operation](input);
  }

  private async start(operation: 'ExecuteStatement' | 'BatchExecuteStatement', input: DataApiInput): Promise<object> {
    const request = checkedRequest(operation, input, this.parts.cluster.settings, this.parts.secretArns);
    const wait = this.waitTime(input);
    const { ClientToken, WaitTimeSeconds, ...rest } = input;
    const fingerprint = createHash('sha256').update(JSON.stringify([operation, rest])).digest('hex');
    const now = this.parts.now();
    const known = ClientToken === undefined ? undefined : this.tokens.get(String(ClientToken));
    let statement: Statement;
    if (known && now.getTime() - known.statement.createdAt.getTime() < KEPT_HOURS.clientToken * HOUR) {
      if (known.fingerprint !== fingerprint) throw validationError('ClientToken was already used in a request with other parameters.');
      statement = known.statement;
    } else {
      const planned = this.planned(operation, request.sqls.join(';\n'));
      const active = [...this.statements.values()].filter(other => !isEnded(other.status)).length;
      if (active >= ACTIVE_STATEMENTS) {
        throw new ServiceError('ActiveStatementsExceededException', `Active statements exceeded the allowed quota (${ACTIVE_STATEMENTS}).`);
      }
      this.forgetOld(now);
      statement = new Statement(randomUUID(), request, now, planned);
      this.statements.set(statement.id, statement);
      if (ClientToken !== undefined) this.tokens.set(String(ClientToken), { statement, fingerprint });
      const accepted = statement;
      // after the answer: a caller sees SUBMITTED first
      this.working++;
      setImmediate(() => void this.parts.runner.run(accepted).finally(() => this.working--));
    }
    await statement.ended(wait);
    return {
      Id: statement.id,
      CreatedAt: seconds(statement.createdAt),
      ClusterIdentifier: statement.request.clusterIdentifier,
      WorkgroupName: statement.request.workgroupName,
      Database: statement.request.database,
      DbUser: statement.request.user,
      SecretArn: statement.request.secretArn,
      ...(wait > 0 ? { Status: statement.status, HasResultSet: statement.outcomes.some(outcome => outcome.result) } : {}),
    };
  }

  private async describe(input: DataApiInput): Promise<object> {
    const { statement, index } = this.find(input.Id);
    this.planned('DescribeStatement', statement.request.sqls.join(';\n'));
    await statement.ended(this.waitTime(input) || this.parts.describeHoldMilliseconds);
    const { request } = statement;
    const outcomes = index === undefined ? statement.outcomes : [statement.outcomes[index]];
    const slow = statement.seemsUnfinished();
    const status = slow ? 'STARTED' : index === undefined ? statement.status : outcomes[0].status;
    const ended = isEnded(status);
    // -1 stands for "not known"
    const total = (of: (outcome: SqlOutcome) => number) =>
      (ended && outcomes.every(outcome => of(outcome) >= 0) ? outcomes.reduce((sum, outcome) => sum + of(outcome), 0) : -1);
    const batch = request.isBatch && index === undefined;
    return {
      Id: String(input.Id),
      ClusterIdentifier: request.clusterIdentifier,
      WorkgroupName: request.workgroupName,
      Database: request.database,
      DbUser: request.user,
      SecretArn: request.secretArn,
      CreatedAt: seconds(statement.createdAt),
      UpdatedAt: seconds(statement.updatedAt),
      Status: status,
      Error: slow ? undefined : index === undefined ? statement.error : outcomes[0].error,
      Duration: total(outcome => outcome.duration),
      ResultRows: total(outcome => outcome.rows),
      ResultSize: total(outcome => outcome.resultBytes),
      HasResultSet: ended && outcomes.some(outcome => outcome.result !== undefined),
      QueryString: batch ? undefined : request.sqls[index ?? 0],
      QueryParameters: request.parameters.length > 0 ? request.parameters : undefined,
      RedshiftPid: outcomes[0].queryId > 0 ? 1_073_750_000 : 0,
      RedshiftQueryId: batch ? -1 : outcomes[0].queryId,
      ResultFormat: 'JSON',
      SubStatements: batch ? request.sqls.map((sql, place) => this.subStatement(statement, sql, place)) : undefined,
    };
  }

  private subStatement(statement: Statement, sql: string, place: number): object {
    const outcome = statement.outcomes[place];
    return {
      Id: `${statement.id}:${place + 1}`,
      QueryString: sql,
      Status: outcome.status,
      Error: outcome.error,
      Duration: outcome.duration,
      ResultRows: outcome.rows,
      ResultSize: outcome.resultBytes,
      HasResultSet: outcome.result !== undefined,
      RedshiftQueryId: outcome.queryId,
      CreatedAt: seconds(statement.createdAt),
      UpdatedAt: seconds(statement.updatedAt),
    };
  }

  private async result(input: DataApiInput): Promise<object> {
    const { statement, index } = this.find(input.Id);
    this.planned('GetStatementResult', statement.request.sqls.join(';\n'));
    await statement.ended(this.waitTime(input));
    const outcome = statement.outcomes[index ?? 0];
    if (statement.status !== 'FINISHED' || !outcome.result || statement.request.isBatch && index === undefined) {
      throw new ServiceError('ResourceNotFoundException', 'Query does not have result. Please check query status with DescribeStatement.', 400,
        { ResourceId: String(input.Id) });
    }
    const { fields, rows } = outcome.result;
    const start = pageStart(input.NextToken);
    const end = start + PAGE_ROWS;
    return {
      ColumnMetadata: fields.map(columnMetadata),
      Records: rows.slice(start, end).map(row => row.map((text, column) => field(text, fields[column].oid))),
      TotalNumRows: rows.length,
      NextToken: end < rows.length ? pageToken(end) : undefined,
    };
  }

  private async cancel(input: DataApiInput): Promise<object> {
    const { statement } = this.find(input.Id);
    this.planned('CancelStatement', statement.request.sqls.join(';\n'));
    if (isEnded(statement.status)) throw validationError(`Could not cancel a query that is already in ${statement.status} state.`);
    statement.moveTo('ABORTED', this.parts.now());
    return { Status: true };
  }

  private async list(input: DataApiInput): Promise<object> {
    this.planned('ListStatements', '');
    const most = Number(input.MaxResults ?? LIST_PAGE);
    if (!Number.isInteger(most) || most < 0 || most > LIST_PAGE) throw validationError(`MaxResults must be between 0 and ${LIST_PAGE}.`);
    this.forgetOld(this.parts.now());
    const found = [...this.statements.values()].reverse().filter(statement =>
      (input.Status === undefined || input.Status === 'ALL' || statement.status === input.Status)
      && (input.StatementName === undefined || (statement.request.name ?? '').startsWith(String(input.StatementName)))
      && (input.Database === undefined || statement.request.database === input.Database)
      && (input.ClusterIdentifier === undefined || statement.request.clusterIdentifier === input.ClusterIdentifier));
    const start = pageStart(input.NextToken);
    const end = start + (most || LIST_PAGE);
    return {
      Statements: found.slice(start, end).map(({ id, request, status, createdAt, updatedAt }) => ({
        Id: id,
        QueryString: request.isBatch ? undefined : request.sqls[0],
        QueryStrings: request.isBatch ? request.sqls : undefined,
        SecretArn: request.secretArn,
        StatementName: request.name,
        Status: status,
        CreatedAt: seconds(createdAt),
        UpdatedAt: seconds(updatedAt),
        QueryParameters: request.parameters.length > 0 ? request.parameters : undefined,
        IsBatchStatement: request.isBatch,
        ResultFormat: 'JSON',
      })),
      NextToken: end < found.length ? pageToken(end) : undefined,
    };
  }

  /** A statement by its id; `id:2` is the second of a batch. */
  private find(id: unknown): { statement: Statement; index?: number } {
    if (typeof id !== 'string' || id === '') throw validationError('Id must be specified.');
    const parts = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::(\d+))?$/.exec(id);
    if (!parts) throw validationError(`The statement id is not valid: ${JSON.stringify(id)}`);
    const statement = this.statements.get(parts[1]);
    const index = parts[2] === undefined ? undefined : Number(parts[2]) - 1;
    const old = statement && this.parts.now().getTime() - statement.createdAt.getTime() >= KEPT_HOURS.statement * HOUR;
    if (!statement || old || index !== undefined && !statement.outcomes[index]) {
      throw new ServiceError('ResourceNotFoundException', 'Query does not exist.', 400, { ResourceId: id });
    }
    return { statement, index };
  }

  private waitTime(input: DataApiInput): number {
    const wait = input.WaitTimeSeconds ?? 0;
    if (!Number.isInteger(wait) || Number(wait) < 0 || Number(wait) > 30) throw validationError('WaitTimeSeconds must be between 1 and 30.');
    return Number(wait) * 1000;
  }

  /** Fault planned for a call: a refusal is thrown at once. */
  private planned(operation: string, sql: string): FailureOutcome | undefined {
    const outcome = this.parts.failures.decide(operation, sql);
    if (outcome?.type !== 'REFUSE') return outcome;
    throw new ServiceError(outcome.exception, outcome.message ?? `${outcome.exception} planned for this call`, outcome.exception === 'InternalServerException' ? 500 : 400);
  }

  private forgetOld(now: Date): void {
    // in order of creation
    for (const [id, statement] of this.statements) {
      if (now.getTime() - statement.createdAt.getTime() < KEPT_HOURS.statement * HOUR || !isEnded(statement.status)) break;
      this.statements.delete(id);
    }
    for (const [token, { statement }] of this.tokens) {
      if (now.getTime() - statement.createdAt.getTime() < KEPT_HOURS.clientToken * HOUR) break;
      this.tokens.delete(token);
    }
  }
}
