// SPDX-License-Identifier: Apache-2.0

import { PLACEHOLDERS } from './names';

/** Why a query, whose text nobody here understands, cannot stand within `UNLOAD ($$ … $$)` or within parentheses. */
export interface QueryProblem {
  /** Continues "query …". */
  readonly problem: string;
  /** The place, with some of the text round it. */
  readonly found: string;
  readonly advice: string;
}

/**
 * Quoted texts, whole or left open, comments, of which those between slashes only as they begin, and the characters and words that structure
 * a query.
 */
const PARTS = {
  // Redshift's literals know backslash escapes; PostgreSQL's, and Redshift's with some settings, do not
  escaped: /'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$([A-Za-z_]\w*)\$[\s\S]*?\$\1\$|--[^\n\r]*|\/\*|[();]|[A-Za-z_][\w$]*/g,
  plain: /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$([A-Za-z_]\w*)\$[\s\S]*?\$\1\$|--[^\n\r]*|\/\*|[();]|[A-Za-z_][\w$]*/g,
};

/** Whether a query asks for the rows of an interval. Otherwise it chooses its rows by itself, by `getdate()` for example. What stands in comments asks for nothing. */
export function hasPlaceholders(sql: string): boolean {
  const code = withoutComments(sql);
  return Object.values(PLACEHOLDERS).some(placeholder => code.includes(placeholder));
}

/** What looks as if somebody meant a placeholder. `{{1,2},{3,4}}`, an array literal, does not. */
const PLACEHOLDER_LIKE = /\{\{\s*[A-Za-z_][\w.-]*\s*\}\}/g;

/** Finds what looks like a placeholder and is none, and says how it is written where it is meant to be text. */
export function unknownPlaceholder(sql: string): { readonly found: string; readonly asText: string } | undefined {
  const found = (sql.match(PLACEHOLDER_LIKE) ?? []).find(each => !Object.values(PLACEHOLDERS).includes(each));
  return found === undefined ? undefined : { found, asText: `'{' || '${found.slice(1)}'` };
}

/** Characters shown before and after the place of a problem. */
const EXCERPT = 20;

/**
 * Finds what would end the query before its end, or makes UNLOAD refuse it: open quotes, comments and parentheses, a parenthesis too many, a
 * second statement, a LIMIT of the whole result. A text that can be read in two ways passes when one of them has no problem.
 */
export function problemOfQuery(sql: string): QueryProblem | undefined {
  const problem = problemIn(sql, PARTS.plain);
  return problem && problemIn(sql, PARTS.escaped) ? problem : undefined;
}

function problemIn(sql: string, parts: RegExp): QueryProblem | undefined {
  const open: number[] = [];
  let end: number | undefined;
  let limit: number | undefined;
  let before = '';
  const at = (index: number, problem: string, advice: string): QueryProblem => ({
    problem, found: sql.slice(Math.max(0, index - EXCERPT), index + EXCERPT), advice,
  });
  for (const { part, index } of partsOf(sql, parts)) {
    if (part.startsWith('--')) continue;
    if (part.startsWith('/*')) {
      if (!isClosedComment(part)) return at(index, 'contains a comment that is not closed', 'close it with */; comments within comments are closed each for itself');
      continue;
    }
    if (end !== undefined) return at(end, 'contains more than one statement', 'write one SELECT statement; what prepares the data belongs into a view');
    if (part[0] === "'" || part[0] === '"') {
      if (!isClosed(part)) return at(index, `contains a ${part[0]} that is not closed`, `close it, and write a ${part[0]} within such quotes twice`);
    } else if (part === ';') {
      end = index;
    } else if (part === '(') {
      open.push(index);
    } else if (part === ')') {
      if (open.pop() === undefined) return at(index, 'contains a ) that nothing opens', 'remove it, or write the ( before');
    } else if (open.length === 0 && part.toLowerCase() === 'limit' && before !== 'as') {
      limit = index;
    }
    before = part.toLowerCase();
  }
  if (open.length > 0) return at(open[open.length - 1], 'contains a ( that is not closed', 'write the ) that belongs to it');
  if (limit !== undefined) {
    return at(limit, 'contains a LIMIT of the whole result, which UNLOAD refuses', 'leave it out, or put it into a subquery: select * from (… limit 100)');
  }
  return undefined;
}

/** The SQL with its comments blanked; what looks like a comment within quotes stays. */
export function withoutComments(sql: string): string {
  let code = '';
  let end = 0;
  for (const { part, index } of partsOf(sql, PARTS.plain)) {
    if (!/^(--|\/\*)/.test(part)) continue;
    code += `${sql.slice(end, index)} `;
    end = index + part.length;
  }
  return code + sql.slice(end);
}

/**
 * The quoted texts, comments, parentheses, semicolons and words of a query, one after the other, with `'` after a backslash taken for the end of a
 * text (`plain`) or for a part of it (`escaped`).
 */
export function partsOfQuery(sql: string, reading: keyof typeof PARTS): Iterable<{ readonly part: string; readonly index: number }> {
  return partsOf(sql, PARTS[reading]);
}

/** The parts of a query, one after the other. */
function* partsOf(sql: string, parts: RegExp): Generator<{ readonly part: string; readonly index: number }> {
  const expression = new RegExp(parts);
  for (let found = expression.exec(sql); found !== null; found = expression.exec(sql)) {
    const { 0: text, index } = found;
    const part = text === '/*' ? commentAt(sql, index) : text;
    expression.lastIndex = index + part.length;
    yield { part, index };
  }
}

/** The comment that begins at a place, with the comments within it; up to the end when it is not closed. */
function commentAt(sql: string, start: number): string {
  let depth = 0;
  for (const { 0: mark, index } of sql.slice(start).matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    if (depth === 0) return sql.slice(start, start + index + mark.length);
  }
  return sql.slice(start);
}

/** Whether as many comments end in it as begin. */
function isClosedComment(comment: string): boolean {
  return comment.match(/\/\*|\*\//g)!.reduce((depth, mark) => depth + (mark === '/*' ? 1 : -1), 0) === 0;
}

/** Whether a quoted text ends with the quote it began with; one that is written twice is no end. */
function isClosed(quoted: string): boolean {
  return quoted.length > 1 && quoted.endsWith(quoted[0]) && !isLeftOpen(quoted);
}

/** `'it''` ends in a quote that is part of the text. */
function isLeftOpen(quoted: string): boolean {
  const quote = quoted[0];
  let trailing = 0;
  while (trailing < quoted.length - 1 && quoted[quoted.length - 1 - trailing] === quote) trailing++;
  return trailing % 2 === 0;
}
