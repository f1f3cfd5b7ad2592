// SPDX-License-Identifier: Apache-2.0

import { shown } from './unusable-data';
import { TimestampFormat } from '../shared/time-format';

/** Formats that read their texts in one way only: with slashes nobody can say which number is the month. */
const USUAL_FORMATS = [
  'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm', 'yyyy-MM-dd', "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", 'dd.MM.yyyy HH:mm:ss', 'dd.MM.yyyy HH:mm', 'dd.MM.yyyy',
];

/** Seconds or milliseconds since 1970, from 2001 to 2033. */
const SINCE_1970 = /^1\d{9}(?:\d{3})?$/;

/** A number as people write it, with separators of thousands or a decimal comma. */
const WITH_COMMA = /^[+-]?\d[\d.,' \u00a0\u202f]*$/;

/**
 * A format that reads a text which the given one does not, such as one with the offset from UTC that PostgreSQL's tools write; for the end of a message.
 * Empty when no usual one does.
 */
export function formatAdvice(format: string, text: string): string {
  if (SINCE_1970.test(text.trim())) return '; no format reads seconds or milliseconds since 1970: write them as times, such as 2026-01-31 00:00:00';
  const candidates = [.../[zZX]/.test(format) ? [] : [`${format}X`, `${format} z`], dayForMonth(format), ...USUAL_FORMATS, ...USUAL_FORMATS.map(usual => `${usual}X`)];
  const found = candidates.find(candidate => !Number.isNaN(new TimestampFormat(candidate, 'UTC').parse(text)));
  return found === undefined ? '' : `; ${shown(found)} does`;
}

/** The format with day and month in each other's place; where they are not both numbers before the year, the format itself. */
function dayForMonth(format: string): string {
  return /^(?:MM\W?dd|dd\W?MM)\W?y/.test(format) ? format.replace(/MM|dd/g, letters => letters === 'MM' ? 'dd' : 'MM') : format;
}

/** What to do with a text that people read as a number; for the end of a message. Empty when they do not. */
export function numberAdvice(text: string): string {
  return WITH_COMMA.test(text) ? '; write numbers with a decimal point and nothing between thousands' : '';
}
