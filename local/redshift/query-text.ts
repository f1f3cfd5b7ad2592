// SPDX-License-Identifier: Apache-2.0

/** Questions about a SQL text that need no translation. */
import { isBlank, isSymbol, isWord, meaningful, textOf, Token, tokenize } from './lexer';

/** Names of the `:name` parameters that a statement uses. */
export function parameterNames(sql: string): Set<string> {
  return new Set(tokenize(sql).filter(token => token.type === 'parameter').map(token => token.text.slice(1)));
}

/** Whether a query ends in a LIMIT outside all parentheses, which UNLOAD refuses. */
export function hasOuterLimit(sql: string): boolean {
  let depth = 0;
  let before: Token | undefined;
  for (const token of meaningful(tokenize(sql))) {
    if (isSymbol(token, '(')) depth++;
    if (isSymbol(token, ')')) depth--;
    if (depth === 0 && isWord(token, 'limit') && !isSymbol(before, '.') && !isWord(before, 'as')) return true;
    before = token;
  }
  return false;
}

/** A query without the semicolon that ends it. */
export function withoutSemicolon(sql: string): string {
  const tokens = tokenize(sql);
  while (tokens.length > 0 && (isBlank(tokens[tokens.length - 1]) || isSymbol(tokens[tokens.length - 1], ';'))) tokens.pop();
  return textOf(tokens);
}
