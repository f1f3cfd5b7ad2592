// SPDX-License-Identifier: Apache-2.0

import { PLACEHOLDERS, problemOfQuery, unknownPlaceholder, withoutComments } from '../../src/private/contract';
import type { WallBounds } from '../shared/time';

/** Which prop a query comes from; named in errors. */
export type QueryProp = 'query' | 'historicalQuery';

/**
 * The query of one interval: placeholders replaced, closing semicolons and blanks removed. The bounds are put in as they are, so the query
 * writes them between quotes, as often as it wants.
 *
 * @throws Error when the query is empty, contains `$$` (with which UNLOAD quotes it) or a NUL character, a placeholder that is not
 * exactly `{{start}}` or `{{end}}`, or what `problemOfQuery` finds.
 */
export function queryOfInterval(query: string, bounds: WallBounds, prop: QueryProp): string {
  const unknown = unknownPlaceholder(query);
  if (unknown) {
    throw new Error(`${prop} contains the unknown placeholder ${JSON.stringify(unknown.found)}: write ${PLACEHOLDERS.start} and ${PLACEHOLDERS.end}, `
      + `without blanks, in lower case; where it is meant to be text, write ${unknown.asText}`);
  }
  const text = query.replaceAll(PLACEHOLDERS.start, bounds.start).replaceAll(PLACEHOLDERS.end, bounds.end).replace(/[;\s]+$/, '').trimStart();
  if (text === '') throw new Error(`${prop} is empty: write a SELECT statement`);
  const dollars = text.indexOf('$$');
  if (dollars >= 0) {
    throw new Error(`${prop} contains $$, which UNLOAD uses to quote the query: quote with ' instead, found ${
      JSON.stringify(text.slice(Math.max(0, dollars - 20), dollars + 22))}`);
  }
  if (text.includes('\0')) throw new Error(`${prop} contains a NUL character: remove it`);
  const problem = problemOfQuery(text);
  if (problem) throw new Error(`${prop} ${problem.problem}: ${problem.advice}, found ${JSON.stringify(problem.found)}`);
  const code = withoutComments(text);
  if (code.trim() === '') throw new Error(`${prop} is empty: it has comments only; write a SELECT statement`);
  if (/;\s*$/.test(code)) {
    throw new Error(`${prop} ends with ";" before a comment: remove it, the query becomes part of an UNLOAD statement, found ${JSON.stringify(text.slice(-40))}`);
  }
  return text;
}
