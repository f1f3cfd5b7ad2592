// SPDX-License-Identifier: Apache-2.0

/** Finds its way in a list of tokens. */
import { isBlank, isSymbol, meaningful, Token } from './lexer';

/** Index of the next token from `from` that means something; the length when there is none. */
export function next(tokens: readonly Token[], from: number): number {
  let index = from;
  while (isBlank(tokens[index])) index++;
  return index;
}

/** The nearest token before `before` that means something. */
export function previous(tokens: readonly Token[], before: number): Token | undefined {
  let index = before - 1;
  while (isBlank(tokens[index])) index--;
  return tokens[index];
}

/** Index of the parenthesis that closes the one at `open`; undefined when none does. */
export function closing(tokens: readonly Token[], open: number): number | undefined {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    if (isSymbol(tokens[index], '(')) depth++;
    else if (isSymbol(tokens[index], ')') && --depth === 0) return index;
  }
  return undefined;
}

/** Splits tokens at commas outside parentheses and brackets. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isSymbol(token, '(') || isSymbol(token, '[')) depth++;
    if (isSymbol(token, ')') || isSymbol(token, ']')) depth--;
    if (depth === 0 && isSymbol(token, ',')) parts.push([]);
    else parts[parts.length - 1].push(token);
  }
  return parts.length === 1 && meaningful(parts[0]).length === 0 ? [] : parts;
}

/** The one token of an argument that is nothing else. */
export function single(argument: readonly Token[] | undefined): Token | undefined {
  const tokens = meaningful(argument ?? []);
  return tokens.length === 1 ? tokens[0] : undefined;
}
