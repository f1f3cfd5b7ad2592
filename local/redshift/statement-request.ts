// SPDX-License-Identifier: Apache-2.0

import type { SqlParameter } from '@aws-sdk/client-redshift-data';
import type { ClusterSettings } from './cluster';
import { SqlError } from './lexer';
import { parameterNames } from './query-text';
import { ServiceError, validationError } from './service-error';
import type { StatementRequest } from './statement';
import { LIMITS } from '../../src/private/contract';

/** Arguments of an operation, as they came. */
export type DataApiInput = Readonly<Record<string, unknown>>;

/** Most statements of a batch (service model). */
const BATCH_STATEMENTS = 40;
const TOKEN_LENGTH = 64;
const NAME_LENGTH = 500;

function optionalText(input: DataApiInput, name: string, most: number): string | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new ServiceError('SerializationException', `${name} must be a string`);
  if (value.length === 0) throw validationError(`${name} must not be empty.`);
  if (value.length > most) throw validationError(`${name} must have length less than or equal to ${most}.`);
  return value;
}

function checkedSql(sql: unknown, name: string): string {
  if (typeof sql !== 'string' || sql.trim() === '') throw validationError(`${name} must be specified.`);
  const bytes = Buffer.byteLength(sql);
  if (bytes > LIMITS.statementBytes) {
    throw validationError(`The SQL statement has ${bytes} bytes; the maximum is 100 KB (${LIMITS.statementBytes} bytes).`);
  }
  return sql;
}

function checkedParameters(input: DataApiInput, sqls: readonly string[]): SqlParameter[] {
  const parameters = (input.Parameters ?? []) as Partial<SqlParameter>[];
  const names = new Set<string>();
  for (const { name, value } of parameters) {
    if (!name || typeof value !== 'string' || value === '') {
      throw validationError(`Parameters must have a name and a value that is not empty: ${JSON.stringify(name)}`);
    }
    if (names.has(name)) throw validationError(`Parameters list contains duplicate parameters: [${name}]`);
    names.add(name);
  }
  const used = new Set(sqls.flatMap(sql => [...namesUsed(sql)]));
  const unused = [...names].filter(name => !used.has(name));
  if (unused.length > 0) {
    throw validationError(`Parameters list contains unused parameters. Unused parameters: [${unused.join(', ')}]`);
  }
  return parameters as SqlParameter[];
}

function namesUsed(sql: string): Set<string> {
  try {
    return parameterNames(sql);
  } catch (error) {
    // what cannot be read fails when it runs, as in Redshift; here it only uses no parameters
    if (error instanceof SqlError) return new Set();
    throw error;
  }
}

/**
 * Checks the arguments of ExecuteStatement and BatchExecuteStatement as the service does.
 * @param secretArns secrets that exist; all when undefined
 * @throws ServiceError
 */
export function checkedRequest(
  operation: 'ExecuteStatement' | 'BatchExecuteStatement', input: DataApiInput, cluster: ClusterSettings, secretArns?: readonly string[],
): StatementRequest {
  const isBatch = operation === 'BatchExecuteStatement';
  if (isBatch && (!Array.isArray(input.Sqls) || input.Sqls.length < 1 || input.Sqls.length > BATCH_STATEMENTS)) {
    throw validationError(`Sqls must have between 1 and ${BATCH_STATEMENTS} statements.`);
  }
  const sqls = isBatch ? (input.Sqls as unknown[]).map(sql => checkedSql(sql, 'Sqls')) : [checkedSql(input.Sql, 'Sql')];
  optionalText(input, 'ClientToken', TOKEN_LENGTH);
  const name = optionalText(input, 'StatementName', NAME_LENGTH);
  const secretArn = optionalText(input, 'SecretArn', 2048);
  const dbUser = optionalText(input, 'DbUser', 127);
  const database = optionalText(input, 'Database', 127);
  const clusterIdentifier = optionalText(input, 'ClusterIdentifier', 63);

  if (input.SessionId !== undefined || input.SessionKeepAliveSeconds !== undefined) throw validationError('not in local mode: sessions of the Data API');
  if (input.ResultFormat !== undefined && input.ResultFormat !== 'JSON') throw validationError('not in local mode: ResultFormat CSV');
  if (clusterIdentifier !== undefined && input.WorkgroupName !== undefined) {
    throw validationError('ClusterIdentifier and WorkgroupName cannot both be specified.');
  }
  const workgroupName = optionalText(input, 'WorkgroupName', 128);
  if (clusterIdentifier === undefined && workgroupName === undefined) throw validationError('Either ClusterIdentifier or WorkgroupName needs to be specified.');
  if (database === undefined) throw validationError('Database must be specified.');
  if (secretArn !== undefined && dbUser !== undefined) throw validationError('SecretArn and DbUser cannot both be specified.');
  if (workgroupName !== undefined && dbUser !== undefined) throw validationError('DbUser is not supported with WorkgroupName.');
  const isHere = cluster.workgroupName === undefined ? clusterIdentifier === cluster.clusterIdentifier : workgroupName === cluster.workgroupName;
  if (!isHere) throw validationError("Redshift endpoint doesn't exist in this region.");
  if (secretArn !== undefined && secretArns && !secretArns.includes(secretArn)) {
    throw validationError("Secrets Manager can't find the specified secret.");
  }
  return {
    sqls,
    isBatch,
    clusterIdentifier,
    workgroupName,
    database,
    user: dbUser ?? (secretArn ? 'awsuser' : 'IAMR:local'),
    secretArn,
    name,
    parameters: checkedParameters(input, sqls),
    autoCommit: input.ExecutionMode === 'AUTO_COMMIT',
  };
}
