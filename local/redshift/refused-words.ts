// SPDX-License-Identifier: Apache-2.0

/** What the embedded warehouse does not have, and says so. */
import { isSymbol, isWord, SqlError, Token } from './lexer';
import { previous } from './token-search';

/** Words that are refused: what they are and what to write in their place. */
const REFUSED: Record<string, string> = {
  qualify: 'QUALIFY: filter a subquery with row_number() instead',
  pivot: 'PIVOT: use sum(case when … then … end) instead',
  unpivot: 'UNPIVOT: use union all instead',
  approximate: 'APPROXIMATE: leave the word out',
  top: 'TOP: use LIMIT instead',
  super: 'the SUPER type: use varchar instead',
  json_parse: 'the SUPER type: use json_extract_path_text instead',
};

/** An error for what is not in local mode. */
export function refusal(what: string): SqlError {
  return new SqlError(`not in local mode (the embedded warehouse is PostgreSQL with the functions of Redshift): ${what}`);
}

const OPERATOR_WORDS = [
  'select', 'distinct', 'all', 'where', 'and', 'or', 'not', 'by', 'on', 'having', 'when', 'then', 'else', 'case', 'between', 'like', 'ilike', 'in', 'is', 'set',
];

/** Whether an operand or a clause ends with this token, so that a keyword may follow. */
function endsOperand(token: Token | undefined): boolean {
  if (!token) return false;
  return token.type === 'symbol' ? token.text === ')' || token.text === ']' : !isWord(token, ...OPERATOR_WORDS);
}

/**
 * Refuses the word at `index` when it stands for something that is not in local mode, and not for a column of that name.
 * @param following index of the next token that means something
 * @throws SqlError
 */
export function refuseWord(word: string, tokens: readonly Token[], index: number, following: number): void {
  if (!Object.hasOwn(REFUSED, word)) return;
  const before = previous(tokens, index);
  const after = tokens[following];
  const begins: Record<string, boolean> = {
    top: isWord(before, 'select', 'distinct', 'all') && (after?.type === 'number' || after?.type === 'parameter' || isSymbol(after, '(')),
    approximate: isWord(after, 'count', 'percentile_disc'),
    // a clause of its own, not a column that has this name
    qualify: endsOperand(before) && (after?.type === 'word' || after?.type === 'quoted' || isSymbol(after, '(')),
    super: isSymbol(before, '::'),
  };
  if (begins[word] ?? isSymbol(after, '(')) throw refusal(REFUSED[word]);
}
