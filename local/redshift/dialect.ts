// SPDX-License-Identifier: Apache-2.0

/**
 * Rewrites Redshift SQL for PostgreSQL, token by token. What both understand alike is left as it is; what Redshift alone has is rewritten
 * here or answered by the functions in `functions.ts`; what cannot be had is refused in words.
 */
import { createTableClauses } from './create-table';
import { datePart, intervalOf } from './date-parts';
import { isSymbol, isWord, literal, literalValue, meaningful, Token, tokenize } from './lexer';
import { refusal, refuseWord } from './refused-words';
import { closing, next, previous, single, splitAtCommas } from './token-search';

/** What the statement sees of the world around it. */
export interface SqlContext {
  /** The warehouse's clock at the start of the statement: getdate(), sysdate, current_date and their like. */
  readonly now: Date;
  /** Values of `:name` parameters; they travel beside the SQL, as text. */
  readonly parameters?: ReadonlyMap<string, string>;
}

/** A statement for PostgreSQL. */
export interface Translation {
  readonly sql: string;
  /** Values of `$1`, `$2`, … in the SQL. */
  readonly values: string[];
}

/** Longest name that PostgreSQL keeps whole, in bytes; Redshift's limit is 127. */
const NAME_BYTES = 63;

/** Redshift folds ASCII letters of all names to lower case, quoted ones too (`enable_case_sensitive_identifier` is off by default). */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC, the time zone of the warehouse. */
function timestampText(moment: Date): string {
  return moment.toISOString().replace('T', ' ').replace('Z', '');
}

/** `getdate('…')` names the function, so that the column without an alias is called as in Redshift. */
function clockCall(name: string, now: Date): string {
  // GETDATE has whole seconds, SYSDATE a fraction
  const moment = name === 'getdate' ? new Date(Math.floor(now.getTime() / 1000) * 1000) : now;
  return `${name}(timestamp ${literal(timestampText(moment))})`;
}

const CLOCK_WORDS: Record<string, (now: Date) => string> = {
  sysdate: now => clockCall('sysdate', now),
  current_date: now => `(${literal(timestampText(now).slice(0, 10))}::date)`,
  current_timestamp: now => `(${literal(timestampText(now) + '+00')}::timestamptz)`,
  localtimestamp: now => `(${literal(timestampText(now))}::timestamp)`,
};

/** A date part written bare or as a literal. */
function datePartOf(argument: readonly Token[] | undefined): string | undefined {
  const token = single(argument);
  if (token?.type === 'word') return datePart(token.text);
  return token?.type === 'string' ? datePart(literalValue(token)) : undefined;
}

/** One translation: its parameters are numbered over the whole statement. */
class Translator {
  readonly values: string[] = [];
  readonly numbers = new Map<string, number>();

  constructor(private readonly context: SqlContext) {}

  translate(tokens: readonly Token[]): string {
    let sql = '';
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index];
      switch (token.type) {
        case 'quoted':
          sql += this.name(token.text, token.text.slice(1, -1).replaceAll('""', '"'));
          break;
        case 'string':
          sql += literal(literalValue(token));
          break;
        case 'comment':
          // a comment to the end of its line would swallow what is put behind it
          sql += ' ';
          break;
        case 'parameter':
          sql += this.parameter(token);
          break;
        case 'word': {
          const [text, last] = this.word(tokens, index);
          sql += text;
          index = last;
          break;
        }
        default:
          sql += token.text;
      }
    }
    return sql;
  }

  private name(written: string, name: string): string {
    if (Buffer.byteLength(name) > NAME_BYTES) {
      throw refusal(`names longer than ${NAME_BYTES} bytes: ${JSON.stringify(name)} has ${Buffer.byteLength(name)}`);
    }
    return written.startsWith('"') ? foldName(written) : written;
  }

  private parameter(token: Token): string {
    const name = token.text.slice(1);
    const value = this.context.parameters?.get(name);
    if (value === undefined) return token.text;
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.values.push(value);
      this.numbers.set(name, number);
    }
    return `$${number}`;
  }

  /** SQL of the word at `index`, and the index of the last token that it took. */
  private word(tokens: readonly Token[], index: number): readonly [string, number] {
    const written = tokens[index].text;
    const word = foldName(written);
    // E'…' reads escapes, as every string of Redshift does
    if (word === 'e' && tokens[index + 1]?.type === 'string') return ['', index];
    const before = previous(tokens, index);
    const following = next(tokens, index + 1);
    const open = isSymbol(tokens[following], '(') ? following : undefined;
    // e.timestamp, "as top": a column's name, whatever it is
    if (isSymbol(before, '.') || isWord(before, 'as') && !open) return [this.name(written, written), index];

    refuseWord(word, tokens, index, following);
    if (word === 'minus' && !open && isWord(tokens[following], 'select', 'all', 'distinct')) return ['except', index];
    if (Object.hasOwn(CLOCK_WORDS, word) && !open && !isSymbol(tokens[following], '.')) return [CLOCK_WORDS[word](this.context.now), index];

    const close = open === undefined ? undefined : closing(tokens, open);
    if (open !== undefined && close !== undefined) {
      const call = this.call(word, tokens, open, close);
      if (call) return call;
    }
    return [this.name(written, written), index];
  }

  /** SQL of a call of `word`, and the index of its last token; undefined for a function that both know alike. */
  private call(word: string, tokens: readonly Token[], open: number, close: number): readonly [string, number] | undefined {
    const parts = splitAtCommas(tokens.slice(open + 1, close));
    const argument = (index: number) => this.translate(parts[index]).trim();
    const moment = (index: number) => (single(parts[index])?.type === 'string' ? `timestamp ${argument(index)}` : argument(index));
    const part = datePartOf(parts[0]);
    const count = parts.length;
    switch (word) {
      case 'getdate':
        return count === 0 ? [clockCall('getdate', this.context.now), close] : undefined;
      case 'now':
        return count === 0 ? [CLOCK_WORDS.current_timestamp(this.context.now), close] : undefined;
      case 'dateadd': case 'date_add':
        if (count !== 3 || !part) return undefined;
        return [`redshift.date_add(trunc((${argument(1)})::numeric)::float8 * interval '${intervalOf(part)}', ${moment(2)})`, close];
      case 'datediff': case 'date_diff':
        if (count !== 3 || !part) return undefined;
        return [`redshift.date_diff('${part}', ${moment(1)}, ${moment(2)})`, close];
      case 'date_part': case 'date_trunc':
        return count === 2 && part ? [`${word}('${part}', ${moment(1)})`, close] : undefined;
      case 'extract':
        return this.extract(parts, close);
      case 'convert_timezone':
        if (count < 2 || count > 3) return undefined;
        return [`convert_timezone(${parts.slice(0, -1).map((_, index) => argument(index)).join(', ')}, ${moment(count - 1)})`, close];
      case 'nvl':
        return [`coalesce(${parts.map((_, index) => argument(index)).join(', ')})`, close];
      case 'nvl2':
        if (count !== 3) return undefined;
        return [`(case when (${argument(0)}) is not null then ${argument(1)} else ${argument(2)} end)`, close];
      case 'decode':
        return count < 3 ? undefined : [this.decode(parts), close];
      case 'regexp_replace':
        // Redshift replaces every occurrence, PostgreSQL the first one unless asked
        if (count > 3) throw refusal('regexp_replace with a position');
        return [`regexp_replace(${argument(0)}, ${argument(1)}, ${count > 2 ? argument(2) : "''"}, 'g')`, close];
      case 'median':
        if (isWord(tokens[next(tokens, close + 1)], 'over')) throw refusal('MEDIAN as a window function');
        return count === 1 ? [`percentile_cont(0.5) within group (order by ${argument(0)})`, close] : undefined;
      case 'avg':
        // an average of integers is cut to an integer in Redshift
        return [`redshift.avg(${this.translate(tokens.slice(open + 1, close))})`, close];
      case 'listagg':
        return this.listAggregate(parts, tokens, close);
      case 'varchar': case 'nvarchar':
        return isWord(single(parts[0]), 'max') ? ['varchar(65535)', close] : undefined;
      default:
        return undefined;
    }
  }

  private extract(parts: readonly Token[][], close: number): readonly [string, number] | undefined {
    const tokens = meaningful(parts[0] ?? []);
    const part = datePartOf(tokens.slice(0, 1));
    if (!part || !isWord(tokens[1], 'from')) return undefined;
    const from = parts[0].indexOf(tokens[1]);
    // of a timestamp Redshift gives a whole number, of this part only; so its quotients are whole, too
    const whole = `floor(date_part('${part}', ${this.translate(parts[0].slice(from + 1)).trim()}))`;
    if (part === 'epoch') return [`${whole}::bigint`, close];
    return [part === 'millisecond' || part === 'microsecond' ? `(${whole}::int % 1000)` : `${whole}::int`, close];
  }

  private decode(parts: readonly Token[][]): string {
    const [value, ...rest] = parts.map(part => this.translate(part).trim());
    let sql = '(case';
    for (let index = 0; index + 1 < rest.length; index += 2) {
      // DECODE finds NULL equal to NULL
      sql += ` when (${value}) is not distinct from (${rest[index]}) then ${rest[index + 1]}`;
    }
    return sql + (rest.length % 2 === 1 ? ` else ${rest[rest.length - 1]}` : '') + ' end)';
  }

  private listAggregate(parts: readonly Token[][], tokens: readonly Token[], close: number): readonly [string, number] | undefined {
    if (parts.length < 1 || parts.length > 2) return undefined;
    const first = next(parts[0], 0);
    const distinct = isWord(parts[0][first], 'distinct');
    const value = this.translate(distinct ? parts[0].slice(first + 1) : parts[0]).trim();
    const delimiter = parts[1] ? this.translate(parts[1]).trim() : "''";
    const within = next(tokens, close + 1);
    const group = next(tokens, within + 1);
    const open = next(tokens, group + 1);
    let last = close;
    let order = '';
    if (isWord(tokens[within], 'within') && isWord(tokens[group], 'group') && isSymbol(tokens[open], '(')) {
      last = closing(tokens, open) ?? close;
      if (last === close) return undefined;
      order = this.translate(tokens.slice(open + 1, last)).trim();
    }
    if (isWord(tokens[next(tokens, last + 1)], 'over')) throw refusal('LISTAGG as a window function');
    if (distinct && order) {
      // PostgreSQL sorts distinct values by the aggregated expression only, and that is the text here
      order = order.replace(/^order\s+by\s+([\s\S]*?)((?:\s+(?:asc|desc))?)$/i, (_, expression: string, direction: string) =>
        expression.trim() === value ? `order by (${value})::text${direction}` : `order by ${expression}${direction}`);
    }
    return [`string_agg(${distinct ? 'distinct ' : ''}(${value})::text, ${delimiter}${order ? ` ${order}` : ''})`, last];
  }
}

/**
 * PostgreSQL's text of one Redshift statement.
 * @throws SqlError for what cannot be read or is not in local mode
 */
export function translate(sql: string, context: SqlContext): Translation {
  const translator = new Translator(context);
  const translated = translator.translate(createTableClauses(tokenize(sql)));
  return { sql: translated, values: translator.values };
}
