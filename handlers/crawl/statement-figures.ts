// SPDX-License-Identifier: Apache-2.0

import type { StatementOutcome } from '../../src/private/contract';

/** Rows that a statement wrote; undefined when the warehouse does not know (-1). */
export function rowsOf(statement: StatementOutcome): number | undefined {
  return statement.ResultRows !== undefined && statement.ResultRows >= 0 ? statement.ResultRows : undefined;
}

/** Time that a statement took in the warehouse, which tells it in nanoseconds; undefined when it does not know (-1). */
export function statementMilliseconds(statement: StatementOutcome): number | undefined {
  return statement.Duration !== undefined && statement.Duration >= 0 ? Math.round(statement.Duration / 1e6) : undefined;
}
