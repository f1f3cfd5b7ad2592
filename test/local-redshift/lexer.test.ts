// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { literal, literalValue, SqlError, textOf, tokenize } from '../../local/redshift/lexer';
import { hasOuterLimit, withoutSemicolon } from '../../local/redshift/query-text';

/** Pieces of SQL, whole each, with the type of their one token. */
const piece = fc.oneof(
  fc.constantFrom('select', 'timestamp', 'größe', '_x$1').map(text => ({ type: 'word', text })),
  fc.string({ unit: 'grapheme' }).map(text => ({ type: 'string', text: `'${text.replace(/\\/g, '\\\\').replace(/'/g, "''")}'` })),
  fc.string({ unit: 'grapheme' }).map(text => ({ type: 'string', text: `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'` })),
  fc.string({ unit: 'grapheme' }).map(text => ({ type: 'quoted', text: `"${text.replace(/"/g, '""')}"` })),
  fc.string({ unit: 'grapheme' }).filter(text => !text.includes('$')).map(text => ({ type: 'dollar', text: `$$${text}$$` })),
  fc.string({ unit: 'grapheme' }).filter(text => !text.includes('$')).map(text => ({ type: 'dollar', text: `$a$${text}$$ ' $a$` })),
  fc.string().filter(text => !/[\n\r]/.test(text)).map(text => ({ type: 'comment', text: `-- ${text}\n`.slice(0, -1) })),
  fc.string().filter(text => !/[*/]/.test(text)).map(text => ({ type: 'comment', text: `/* ${text} /* inner ' */ " */` })),
  fc.constantFrom('1', '1.5', '.5', '1e10').map(text => ({ type: 'number', text })),
  fc.constantFrom(':name', ':p_1').map(text => ({ type: 'parameter', text })),
  fc.constantFrom('(', ')', ',', '::', ';', '=', '<').map(text => ({ type: 'symbol', text })),
);

test('every piece of SQL is one token of its type, and tokens join to the SQL', () => {
  fc.assert(fc.property(fc.array(piece), pieces => {
    // a line end between the pieces ends comments and keeps words apart
    const sql = pieces.map(({ text }) => `${text}\n`).join('');
    const tokens = tokenize(sql);
    expect(textOf(tokens)).toBe(sql);
    expect(tokens.filter(token => token.type !== 'space')).toEqual(pieces);
  }));
});

test('any text is either read completely or refused', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'ab1 \n\'"$-/*\\:;(),.é') }), sql => {
    try {
      expect(textOf(tokenize(sql))).toBe(sql);
    } catch (error) {
      expect(error).toBeInstanceOf(SqlError);
      expect((error as Error).message).toMatch(/^unterminated /);
    }
  }));
});

test('a literal of any text stands for that text', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), text => {
    const tokens = tokenize(literal(text));
    expect(literalValue(tokens[tokens.length - 1])).toBe(text);
  }));
});

test.each([
  ["'it''s'", "it's"], ["'it\\'s'", "it's"], ["'a\\\\b'", 'a\\b'], ["'tab\\tend\\12'", 'tab\tend\n'], ['$$it\'s$$', "it's"], ['$q$a$$b$q$', 'a$$b'],
])('literal %s', (sql, text) => {
  expect(literalValue(tokenize(sql)[0])).toBe(text);
});

test.each([
  ['select * from t limit 10', true],
  ['select a from t union all select b from u LIMIT 5 ', true],
  ['with x as (select a from t limit 3) select * from x', false],
  ['select * from (select * from t limit 10) x', false],
  ["select 'limit 1' as text, t.limit, a as limit from t -- limit 2", false],
])('outer limit of %s', (sql, found) => {
  expect(hasOuterLimit(sql)).toBe(found);
});

test('the semicolon at the end is taken off, those in literals stay', () => {
  expect(withoutSemicolon("select ';' ;  -- end;\n")).toBe("select ';'");
});
