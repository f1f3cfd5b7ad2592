// SPDX-License-Identifier: Apache-2.0

import { zoneOffsetSeconds } from './wall-clock';

/**
 * Java-style time stamp formats (`yyyy-MM-dd HH:mm:ss`), as the Lookout for Metrics API takes them for time stamp columns and templated
 * paths. Compiled to one regular expression: date-fns' `parse` takes 11 microseconds a text in the process's zone and 150 in a given
 * one, and a history holds millions of texts.
 */

/** Texts whose time is remembered; then all are forgotten. */
const REMEMBERED_TEXTS = 10_000;

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];

/** Two-digit years mean 1970 to 2069. */
const TWO_DIGIT_YEAR_PIVOT = 70;

type Token = { readonly letter: string; readonly length: number } | { readonly text: string };

/** A fraction of seconds, with the text before it that separates it. */
interface Fraction { readonly separator: string }

interface Field { readonly pattern: string; readonly apply: (parts: Parts, text: string) => void }

interface Parts {
  year: number;
  month: number;
  day: number;
  dayOfYear: number;
  hour: number;
  minute: number;
  second: number;
  /** 12 in the afternoon of a 12 hours' clock. */
  noon: number;
  /** Seconds east of UTC that the text itself names; NaN when it names none. */
  offset: number;
  /** False when a number is out of its range. */
  valid: boolean;
}

/** Splits a format into letters that stand for a field and literal text. Text in single quotes is literal, two quotes are one. */
function tokenize(format: string): Token[] {
  const tokens: Token[] = [];
  for (const [part] of format.matchAll(/''|'(?:[^']|'')*'|'|([a-zA-Z])\1*|[^a-zA-Z']+/g)) {
    if (part === '\'\'') tokens.push({ text: '\'' });
    else if (part === '\'') throw new TypeError(`time stamp format ${JSON.stringify(format)} has a quote that is not closed`);
    else if (part.startsWith('\'')) tokens.push({ text: part.slice(1, -1).replaceAll('\'\'', '\'') });
    else if (/^[a-zA-Z]/.test(part)) tokens.push({ letter: part[0], length: part.length });
    else tokens.push({ text: part });
  }
  return tokens;
}

function ranged(set: (parts: Parts, value: number) => void, from: number, to: number): Field['apply'] {
  return (parts, text) => {
    const value = Number(text);
    if (value < from || value > to) parts.valid = false;
    set(parts, value);
  };
}

function year(parts: Parts, text: string): void {
  const value = Number(text);
  parts.year = text.length > 2 ? value : value + (value < TWO_DIGIT_YEAR_PIVOT ? 2000 : 1900);
}

function monthByName(parts: Parts, text: string): void {
  parts.month = MONTHS.findIndex(month => month.startsWith(text.toLowerCase().slice(0, 3))) + 1;
}

function zone(parts: Parts, text: string): void {
  if (/^[a-z]+$/i.test(text)) {
    parts.offset = 0;
    return;
  }
  const digits = text.slice(1).replace(':', '').padEnd(4, '0');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  parts.offset = text.startsWith('-') ? -seconds : seconds;
}

const TWO_DIGITS: Record<string, Field['apply']> = {
  d: ranged((parts, value) => { parts.day = value; }, 1, 31),
  H: ranged((parts, value) => { parts.hour = value; }, 0, 23),
  k: ranged((parts, value) => { parts.hour = value % 24; }, 1, 24),
  h: ranged((parts, value) => { parts.hour = value % 12; }, 1, 12),
  K: ranged((parts, value) => { parts.hour = value; }, 0, 11),
  m: ranged((parts, value) => { parts.minute = value; }, 0, 59),
  s: ranged((parts, value) => { parts.second = value; }, 0, 59),
};

const MONTH_NUMBER = ranged((parts, value) => { parts.month = value; }, 1, 12);

/** What a field matches and sets. `packed` is set between two fields of digits without anything between them: their widths are fixed. */
function fieldOf(letter: string, length: number, packed: boolean): Field | undefined {
  if (letter === 'y' || letter === 'Y') return { pattern: length === 2 ? '\\d{2}' : '\\d{4}', apply: year };
  if (letter === 'M' || letter === 'L') {
    if (length < 3) return { pattern: packed ? `\\d{${length}}` : '\\d{1,2}', apply: MONTH_NUMBER };
    return { pattern: MONTHS.map(month => `${month.slice(0, 3)}(?:${month.slice(3)})?`).join('|'), apply: monthByName };
  }
  if (letter === 'D') return { pattern: packed ? '\\d{3}' : '\\d{1,3}', apply: ranged((parts, value) => { parts.dayOfYear = value; }, 1, 366) };
  if (letter === 'a') return { pattern: '[ap]\\.?m\\.?', apply: (parts, text) => { parts.noon = /^p/i.test(text) ? 12 : 0; } };
  if (letter === 'E') return { pattern: '[a-z]+', apply: () => undefined };
  if (letter === 'z' || letter === 'Z' || letter === 'X') return { pattern: 'Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?', apply: zone };
  if (letter in TWO_DIGITS) return { pattern: packed ? `\\d{${length}}` : '\\d{1,2}', apply: TWO_DIGITS[letter] };
  return undefined;
}

const LITERAL_SPECIALS = /[.*+?^${}()|[\]\\/]/g;

const isDigits = (token: Token | Fraction | undefined): boolean => token !== undefined && ('separator' in token ? token.separator === ''
  : 'letter' in token && 'yYMLdDHkhKms'.includes(token.letter) && !('ML'.includes(token.letter) && token.length > 2));

/**
 * The format with its fractions of seconds for themselves. They may be missing, and what they say is not looked at: intervals begin on whole
 * seconds. Some write the fraction as `ss.s`.
 */
function withFractions(tokens: readonly Token[]): (Token | Fraction)[] {
  const found: (Token | Fraction)[] = [];
  let hasSeconds = false;
  for (const token of tokens) {
    const letter = 'letter' in token ? token.letter : '';
    if (letter === 'S' || (letter === 's' && hasSeconds)) {
      const before = found.at(-1);
      const isSeparated = before !== undefined && 'text' in before;
      if (isSeparated) found.pop();
      found.push({ separator: isSeparated ? before.text : '' });
    } else {
      found.push(token);
      hasSeconds ||= letter === 's';
    }
  }
  return found;
}

function literal(text: string): string {
  return text.replace(LITERAL_SPECIALS, '\\$&').replace(/ +/g, ' +');
}

/** Reads time stamps of one format in one time zone. */
export class TimestampFormat {
  private readonly expression: RegExp;
  private readonly fields: Field['apply'][] = [];
  private readonly namesZone: boolean;
  /** The rows of an interval mostly have the same few time stamps. */
  private readonly parsed = new Map<string, number>();

  /**
   * @param format Java-style: `y M d D H k h K m s S a E z Z X`, other letters in single quotes. `Y` is read as `y`, since that is what its
   * users mean. A fraction of seconds may follow the seconds in the text whether or not the format has one.
   * @param timezone IANA name: where the text is read when it names no offset itself.
   * @throws TypeError with what is wrong with the format
   */
  public constructor(public readonly format: string, private readonly timezone: string) {
    const tokens = withFractions(tokenize(format));
    const letters = new Set(tokens.flatMap(token => 'letter' in token ? [token.letter] : []));
    const fail = (why: string): never => { throw new TypeError(`time stamp format ${JSON.stringify(format)} ${why}`); };
    if (!letters.has('y') && !letters.has('Y')) fail('has no year (yyyy)');
    if ((letters.has('h') || letters.has('K')) && !letters.has('a')) {
      fail('has an hour of the 12 hours\' clock (hh) without AM/PM marker (a): use HH for the 24 hours\' clock');
    }
    let pattern = '^';
    for (const [index, token] of tokens.entries()) {
      if ('text' in token) {
        pattern += literal(token.text);
        continue;
      }
      if ('separator' in token) {
        pattern += token.separator === '' ? '(?:[.,]?\\d{1,9})?' : `(?:(?:${literal(token.separator)}|[.,])\\d{1,9})?`;
        continue;
      }
      const packed = isDigits(token) && (isDigits(tokens[index - 1]) || isDigits(tokens[index + 1]));
      const field = fieldOf(token.letter, token.length, packed)
        ?? fail(`has the letter ${JSON.stringify(token.letter)}, which stands for no field: put literal text in single quotes, such as yyyy-MM-dd'T'HH:mm:ss`);
      pattern += `(${field.pattern})`;
      this.fields.push(field.apply);
      const after = tokens[index + 1];
      if (token.letter === 's' && !(after && 'separator' in after)) pattern += '(?:[.,]\\d{1,9})?';
    }
    this.namesZone = letters.has('z') || letters.has('Z') || letters.has('X');
    this.expression = new RegExp(`${pattern}$`, 'i');
  }

  /** Seconds on the zone's wall clock, counted as if it were UTC; fractions cut off. NaN when the text does not match the format. */
  public parse(text: string): number {
    let seconds = this.parsed.get(text);
    if (seconds === undefined) {
      if (this.parsed.size >= REMEMBERED_TEXTS) this.parsed.clear();
      this.parsed.set(text, seconds = this.read(text));
    }
    return seconds;
  }

  private read(text: string): number {
    const match = this.expression.exec(text.trim());
    if (match === null) return NaN;
    const parts: Parts = { year: 1970, month: 1, day: 1, dayOfYear: 0, hour: 0, minute: 0, second: 0, noon: 0, offset: NaN, valid: true };
    for (let index = 0; index < this.fields.length; index++) this.fields[index](parts, match[index + 1]);
    if (!parts.valid) return NaN;
    const date = new Date(0);
    if (parts.dayOfYear > 0) date.setUTCFullYear(parts.year, 0, parts.dayOfYear);
    else date.setUTCFullYear(parts.year, parts.month - 1, parts.day);
    // 30 February would roll over into March
    if (date.getUTCFullYear() !== parts.year || (parts.dayOfYear === 0 && date.getUTCMonth() !== parts.month - 1)) return NaN;
    const seconds = date.getTime() / 1000 + (parts.hour + parts.noon) * 3600 + parts.minute * 60 + parts.second;
    if (!this.namesZone) return seconds;
    const instant = seconds - parts.offset;
    return instant + zoneOffsetSeconds(this.timezone, instant);
  }
}

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

const PATH_FIELDS: Record<string, (date: Date, length: number) => string> = {
  y: (date, length) => length === 2 ? digits(date.getUTCFullYear() % 100, 2) : digits(date.getUTCFullYear(), length),
  Y: (date, length) => PATH_FIELDS.y(date, length),
  M: (date, length) => digits(date.getUTCMonth() + 1, length),
  d: (date, length) => digits(date.getUTCDate(), length),
  a: date => date.getUTCHours() < 12 ? 'AM' : 'PM',
  H: (date, length) => digits(date.getUTCHours(), length),
  k: (date, length) => digits(date.getUTCHours() || 24, length),
  h: (date, length) => digits(date.getUTCHours() % 12 || 12, length),
  K: (date, length) => digits(date.getUTCHours() % 12, length),
  m: (date, length) => digits(date.getUTCMinutes(), length),
  s: (date, length) => digits(date.getUTCSeconds(), length),
};

/**
 * Fills the date keys of a templated path (`s3://bucket/live/{{yyyyMMdd}}/{{HHmm}}/`) with a wall clock's time.
 * @param wallSeconds seconds on the wall clock, counted as if it were UTC
 * @throws TypeError when a key holds a letter that stands for no field
 */
export function fillTemplate(path: string, wallSeconds: number): string {
  const date = new Date(wallSeconds * 1000);
  return path.replace(/\{\{(.*?)\}\}/g, (key, format: string) => tokenize(format).map(token => {
    if ('text' in token) return token.text;
    const field = PATH_FIELDS[token.letter] ?? (() => {
      throw new TypeError(`templated path ${JSON.stringify(path)} has the date key ${key}: ${JSON.stringify(token.letter)} stands for no field; `
        + 'y, M, d, H, h, k, K, m, s and a do');
    });
    return field(date, token.length);
  }).join(''));
}
