// SPDX-License-Identifier: Apache-2.0

import { clientToken } from './attempt-identity';

/**
 * By which name a statement was submitted. Where no answer came, it may wait in the warehouse's queue all the same, and would clean and write the
 * folder when its turn has come: so the next attempt submits the same again, and the Data API answers with the statement that there is, if there
 * is one. It remembers for 8 hours.
 */
export interface Submission {
  /** Of the attempt that submitted it first. */
  readonly execution: string;
  readonly attempt: number;
  /** Fingerprint of the statement: another one cannot be submitted by this name. */
  readonly sql: string;
}

/** What is known of the attempt before. */
interface Before {
  readonly statementId?: string;
  readonly submission?: Submission;
  readonly error?: string;
}

/** How the Data API refuses a token that it knows from other parameters, such as those of another warehouse. */
const REFUSED = 'RedshiftData.ValidationException';

/** Whether a statement may wait in the warehouse of which nothing is known but how it was submitted. */
export function isUnanswered({ statementId, error }: Pick<Before, 'statementId' | 'error'>): boolean {
  return statementId === undefined && !error?.startsWith(REFUSED);
}

/** The submission of a new attempt: that of the attempt before, while nobody knows what became of it, or else one of its own. */
export function submissionOf(before: Before | undefined, execution: string, attempt: number, sql: string): Submission {
  const fingerprint = clientToken(sql).slice(0, 16);
  const isSame = before?.submission?.sql === fingerprint && isUnanswered(before);
  return isSame ? before.submission! : { execution, attempt, sql: fingerprint };
}
