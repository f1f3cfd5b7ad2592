// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import { LIMITS, PLACEHOLDERS, problemOfQuery, unknownPlaceholder, withoutComments } from './contract';
import { unquotedPlaceholder } from './query-bounds';
import { quotesForAnotherText } from './quoted-query';
import { refuse } from './validation-base';
import { RedshiftLookoutConnectorProps } from '../connector-props';

/** Bytes of a statement beside the query: the UNLOAD round it, and longer bounds than placeholders. */
const UNLOAD_BYTES = 2000;

/** Bytes that one state of a state machine may pass on (Step Functions quota); the query travels in it twice, as JSON. */
const STATE_BYTES = 262_144;
const OTHER_STATE_BYTES = 12_000;

/** What becomes of a placeholder in an f-string of Python, and in other templates that take two braces for one. */
const SINGLE_BRACES = /(?<!\{)\{(?:start|end)\}(?!\})/;

/** Refuses SQL that cannot run within an UNLOAD. */
export function validateQueries(props: RedshiftLookoutConnectorProps): void {
  validateQuery('query', props.query.sql);
  if (props.historicalQuery) validateQuery('historicalQuery', props.historicalQuery.sql);
}

function validateQuery(prop: string, sql: string): void {
  if (Token.isUnresolved(sql)) return;
  const code = withoutComments(sql);
  if (code.trim() === '') throw refuse(prop, 'is empty', sql, 'give a SELECT statement');
  if (sql.includes('\0')) throw refuse(prop, 'has a NUL character', sql, 'remove it');
  if (sql.includes('$$')) throw refuse(prop, 'has "$$", which ends the text of an UNLOAD', excerpt(sql, '$$'), 'write the text between single quotes');
  if (/;\s*$/.test(code)) throw refuse(prop, 'ends with ";"', code.trim().slice(-60), 'remove it: the query becomes part of an UNLOAD statement');
  if (!/^[\s(]*(select|with)\b/i.test(code)) throw refuse(prop, 'is not a SELECT statement', code.trim().slice(0, 60), 'begin with SELECT or WITH');
  const quotes = quotesForAnotherText(sql);
  if (quotes !== undefined) {
    throw refuse(prop, 'has quotes as they stand within another text', quotes, "write 'text': a query of the published connector had its quotes twice or after a backslash, and this one has them as SQL does");
  }
  const problem = problemOfQuery(sql);
  if (problem) throw refuse(prop, problem.problem, problem.found, problem.advice);
  validatePlaceholders(prop, sql, code);
  const unquoted = unquotedPlaceholder(sql);
  if (unquoted !== undefined) {
    throw refuse(prop, 'has a placeholder that is not between single quotes', unquoted, `write '${PLACEHOLDERS.start}' and '${PLACEHOLDERS.end}': a text takes the place of each`);
  }
  validateSize(prop, sql);
}

function validatePlaceholders(prop: string, sql: string, code: string): void {
  const known = Object.values(PLACEHOLDERS);
  const unknown = unknownPlaceholder(sql);
  if (unknown) {
    throw refuse(prop, 'has an unknown placeholder', unknown.found, `use ${known.join(' and ')}, without spaces; where it is meant to be text, write ${unknown.asText}`);
  }
  // those in comments bound nothing
  const missing = known.filter(placeholder => !code.includes(placeholder));
  const single = missing.length > 1 ? SINGLE_BRACES.exec(code)?.[0] : undefined;
  if (single !== undefined) {
    throw refuse(prop, 'has a placeholder in single braces', single, `write ${known.join(' and ')}; an f-string of Python makes one brace of two, so give a plain string`);
  }
  if (missing.length === 1) {
    throw refuse(prop, `has no ${missing[0]}`, known.filter(placeholder => code.includes(placeholder)),
      `bound the rows on both sides: ts >= '${PLACEHOLDERS.start}' and ts < '${PLACEHOLDERS.end}'`);
  }
}

function validateSize(prop: string, sql: string): void {
  const bytes = Buffer.byteLength(sql);
  const most = LIMITS.statementBytes - UNLOAD_BYTES;
  if (bytes > most) {
    throw refuse(prop, `is longer than ${most} bytes`, `${bytes} bytes`, 'move parts of it into a view: the Redshift Data API takes statements of 100 KB');
  }
  const jsonBytes = Buffer.byteLength(JSON.stringify(sql));
  const mostJson = (STATE_BYTES - OTHER_STATE_BYTES) / 2;
  if (jsonBytes > mostJson) {
    throw refuse(prop, `is longer than ${mostJson} bytes as JSON`, `${jsonBytes} bytes`, 'move parts of it into a view: Step Functions passes on 256 KB, which hold it twice');
  }
}

function excerpt(sql: string, part: string): string {
  const at = sql.indexOf(part);
  return sql.slice(Math.max(0, at - 20), at + 20);
}
