// SPDX-License-Identifier: Apache-2.0

import type { CaughtError } from '../../src/private/contract';

/** Longest error text kept in the ledger, in characters. */
const LENGTH = 1000;

/** A state machine's error in words: of a Lambda function's error, whose Cause is JSON, the message. Cut to 1000 characters. */
export function describeCaughtError(error: CaughtError): string {
  const name = error.Error || 'unknown error';
  const { message, type } = lambdaError(error.Cause) ?? { message: error.Cause, type: name };
  const text = [...type === 'Error' ? [] : [type], ...message ? [message] : []].join(': ');
  const characters = Array.from(text);
  return characters.length > LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : text;
}

function lambdaError(cause: string | undefined): { message: string; type: string } | undefined {
  try {
    const parsed = JSON.parse(cause ?? '');
    return typeof parsed?.errorMessage === 'string' ? { message: parsed.errorMessage, type: String(parsed.errorType ?? 'Error') } : undefined;
  } catch {
    return undefined; // not JSON: the cause is the message
  }
}
