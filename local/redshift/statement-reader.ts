// SPDX-License-Identifier: Apache-2.0

import { isSymbol, isWord, literalValue, SqlError, Token } from './lexer';

/** Reads the tokens of a statement whose grammar is fixed, one after the other. */
export class Reader {
  private index = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get current(): Token | undefined {
    return this.tokens[this.index];
  }

  take(): Token {
    const token = this.current;
    if (!token) throw new SqlError('syntax error at end of input');
    this.index++;
    return token;
  }

  unexpected(token: Token | undefined = this.current): SqlError {
    return new SqlError(token ? `syntax error at or near ${JSON.stringify(token.text)}` : 'syntax error at end of input');
  }

  word(...words: string[]): boolean {
    const found = isWord(this.current, ...words);
    if (found) this.index++;
    return found;
  }

  expectWord(word: string): void {
    if (!this.word(word)) throw this.unexpected();
  }

  expectSymbol(symbol: string): void {
    if (!isSymbol(this.current, symbol)) throw this.unexpected();
    this.index++;
  }

  text(): string {
    const token = this.current;
    if (token?.type !== 'string' && token?.type !== 'dollar') throw this.unexpected();
    this.index++;
    return literalValue(token);
  }
}
