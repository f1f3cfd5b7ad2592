// SPDX-License-Identifier: Apache-2.0

import { partsOfQuery } from './contract';

/** What a text begins and ends with when its quotes stand twice: SQL has an operator, a comma or a space between an empty text and what follows it. */
const OF_TEXT = /[\w%{}]/;

/**
 * Finds the first quotes of a query that were written for the inside of another text, as the published connector wanted its `query.sql`:
 * twice, or after a backslash. Undefined when there are none, however the backslashes of the query are read.
 */
export function quotesForAnotherText(sql: string): string | undefined {
  const [one, other] = (['plain', 'escaped'] as const).map(reading => firstIn(sql, reading));
  return one !== undefined && other !== undefined ? one : undefined;
}

function firstIn(sql: string, reading: 'plain' | 'escaped'): string | undefined {
  let empty: number | undefined;
  for (const { part, index } of partsOfQuery(sql, reading)) {
    if (part[0] !== "'") continue;
    if (sql[index - 1] === '\\') return sql.slice(index - 1, index + part.length);
    if (part !== "''") empty = undefined;
    else if (empty !== undefined && OF_TEXT.test(sql[index - 1])) return sql.slice(empty, index + part.length);
    else empty = OF_TEXT.test(sql[index + part.length] ?? '') ? index : undefined;
  }
  return undefined;
}
