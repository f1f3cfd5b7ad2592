// SPDX-License-Identifier: Apache-2.0

/**
 * Splits SQL into tokens the way Redshift reads it. Every character of the text is in exactly one token, so that joining the tokens'
 * texts gives the SQL back unchanged.
 */

/** What a token is. */
export type TokenType =
  /** Blanks and line ends. */
  | 'space'
  /** `-- to the end of the line` or `/* … *\/`, which nests. */
  | 'comment'
  /** Unquoted name or keyword. */
  | 'word'
  /** `"name"`. */
  | 'quoted'
  /** `'text'`, in which `''` and `\'` are quotes. */
  | 'string'
  /** `$$text$$` or `$tag$text$tag$`. */
  | 'dollar'
  | 'number'
  /** `:name`, a parameter of the Data API. */
  | 'parameter'
  /** One character of punctuation, or `::`. */
  | 'symbol';

/** One token of a SQL text. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
}

/** A text that cannot be read as SQL, worded as PostgreSQL and Redshift word it. */
export class SqlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SqlError';
  }
}

const PATTERNS: readonly (readonly [TokenType, RegExp])[] = [
  ['space', /\s+/y],
  ['comment', /--[^\n]*/y],
  ['string', /'(?:[^'\\]|''|\\[\s\S])*'/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['dollar', /\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?\$\1\$/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['number', /(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['parameter', /:[A-Za-z_]\w*/y],
  ['symbol', /::|[\s\S]/y],
];

/** Length of the block comment that begins at `start`; comments nest. */
function blockCommentEnd(sql: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  throw new SqlError(`unterminated /* comment at or near ${JSON.stringify(sql.slice(start, start + 40))}`);
}

/**
 * Tokens of a SQL text.
 * @throws SqlError for a literal, name or comment that does not end
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < sql.length) {
    if (sql.startsWith('/*', position)) {
      const end = blockCommentEnd(sql, position);
      tokens.push({ type: 'comment', text: sql.slice(position, end) });
      position = end;
      continue;
    }
    for (const [type, pattern] of PATTERNS) {
      pattern.lastIndex = position;
      const match = pattern.exec(sql);
      if (!match) continue;
      // '$' opens a dollar quote or stands for a positional parameter ($1); quotes always open something
      if (type === 'symbol' && (match[0] === "'" || match[0] === '"' || /^\$[A-Za-z_]?\w*\$/.test(sql.slice(position, position + 70)))) {
        const kind = match[0] === '"' ? 'quoted identifier' : match[0] === "'" ? 'quoted string' : 'dollar-quoted string';
        throw new SqlError(`unterminated ${kind} at or near ${JSON.stringify(sql.slice(position, position + 40))}`);
      }
      tokens.push({ type, text: match[0] });
      position = pattern.lastIndex;
      break;
    }
  }
  return tokens;
}

/** SQL of tokens. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map(token => token.text).join('');
}

/** Whether a token has no meaning of its own: space or comment. */
export function isBlank(token: Token | undefined): boolean {
  return token?.type === 'space' || token?.type === 'comment';
}

/** Tokens that mean something. */
export function meaningful(tokens: readonly Token[]): Token[] {
  return tokens.filter(token => !isBlank(token));
}

/** Whether a token is one of some keywords, given in lower case. */
export function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.type === 'word' && words.includes(token.text.toLowerCase());
}

/** Whether a token is one mark of punctuation. */
export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.type === 'symbol' && token.text === symbol;
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The text that a `string` or `dollar` token stands for. */
export function literalValue(token: Token): string {
  if (token.type === 'dollar') {
    const tag = /^\$[^$]*\$/.exec(token.text)![0].length;
    return token.text.slice(tag, -tag);
  }
  return token.text.slice(1, -1).replace(/''|\\([0-7]{1,3}|[\s\S])/g, (_, escaped: string | undefined) => {
    if (escaped === undefined) return "'";
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(parseInt(escaped, 8));
    return ESCAPES[escaped] ?? escaped;
  });
}

/** A string literal of PostgreSQL for a text, read the same whatever `standard_conforming_strings` says. */
export function literal(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}
