// SPDX-License-Identifier: Apache-2.0

import type { CaseOutcome, Expected } from './fault-case';

/** Expects of a case that each run which failed says why, in the execution, in the ledger and on the event bus. */
export function expectFailuresTold({ failedRuns }: CaseOutcome, expected: Expected): void {
  let repeated = 0;
  expect(failedRuns.map(({ error }) => error)).toHaveLength(expected.failedRuns ?? 0);
  for (const { error, intervalFailed, told } of failedRuns) {
    expect(error).toMatch(expected.error!);
    // one that was ended before is told of by the next, which does not know why it ended
    if (intervalFailed) expect(told).toContain(error);
    else expect(told.filter(text => !/^ExecutionSilent: |^StatementFailed: /.test(text))).toEqual([]);
    repeated += Math.max(0, told.length - 1);
  }
  expect(repeated).toBeLessThanOrEqual(expected.toldTwice ?? 0);
  if (expected.ledgerError) expect(failedRuns[0].ledgerError).toMatch(expected.ledgerError);
}
