// SPDX-License-Identifier: Apache-2.0

/** Longest FailureReason of the Lookout for Metrics API. */
const REASON_LENGTH = 256;

/** An error as a FailureReason: one line, at most 256 characters. */
export function failureReason(error: unknown): string {
  const text = (error instanceof Error ? error.message || error.name : String(error)).replace(/\s+/g, ' ').trim();
  return text.length > REASON_LENGTH ? `${text.slice(0, REASON_LENGTH - 1)}…` : text;
}
