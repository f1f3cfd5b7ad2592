// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';

/**
 * Token by which the Data API knows a request again: the same for every retry of the same attempt, 64 characters of `[0-9a-f]`.
 *
 * @param parts what makes the attempt unlike every other.
 */
export function clientToken(...parts: (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Name under which a statement stands in the Data API's list; at most 500 characters. */
export function statementName(connectorName: string, ...parts: string[]): string {
  return [connectorName, ...parts].join(' ').slice(0, 500);
}
