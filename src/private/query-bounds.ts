// SPDX-License-Identifier: Apache-2.0

import { partsOfQuery, PLACEHOLDERS } from './contract';

/** How the SQL of other tools writes a placeholder for the bounds. A `::` before a word is a cast. */
const OTHER_PLACEHOLDER = /(?<![:\w]):(?:start|end)(?:_?\w+)?\b|%\((?:start|end)\w*\)s|\$?(?<!\{)\{(?:start|end)\w*\}(?!\})/i;

const BETWEEN_BOUNDS = `write "ts >= '${PLACEHOLDERS.start}' and ts < '${PLACEHOLDERS.end}'"`;

/** What is reckoned from a column or bound is another time. What must not come before is looked for at its beginning: at every blank of a long run it would take long. */
const ITSELF_BEFORE = '(?=[\\w"\'])(?<![-+*/|]\\s*)';
const ITSELF_AFTER = '(?!\\w|\\s*[-+*/|:(.]|\\s+at\\s)';

/** A bound itself, cast or not. */
const bound = (name: string) => {
  const text = `'\\{\\{${name}\\}\\}'`;
  const forms = [
    `(?:(?:timestamp|timestamptz|date)\\s+)?${text}(?:\\s*::\\s*\\w+(?:\\s*\\(\\d+\\))?)*`,
    `cast\\s*\\(\\s*${text}\\s+as\\s+[\\w ]+\\)`,
    `to_(?:timestamp|date)\\s*\\(\\s*${text}\\s*,\\s*''\\s*\\)`,
  ];
  return `(?:${forms.join('|')})${ITSELF_AFTER}`;
};
const START = bound('start');
const END = bound('end');
const BETWEEN = '\\bbetween(?<!\\bnot\\s+between)';
const COLUMN = `(?<![\\w."])${ITSELF_BEFORE}((?:[\\w"]+\\.)*[\\w"]+)`;

/** A column compared with a bound, on either side: of the first comparison, and of another one of the same column. */
const compared = (operator: string, reversed: string, time: string) => ({
  first: [`${COLUMN}\\s*${operator}\\s*${time}`, `${ITSELF_BEFORE}${time}\\s*${reversed}\\s*${COLUMN}`],
  other: [`\\1\\s*${operator}\\s*${time}`, `${time}\\s*${reversed}\\s*\\1${ITSELF_AFTER}`],
});

/** Two comparisons of one column, in either order. A comparison of two columns with the bounds, such as of validity, is another matter. */
const both = (one: ReturnType<typeof compared>, another: typeof one) => [[one, another], [another, one]]
  .flatMap(([{ first }, { other }]) => first.flatMap(begin => other.map(end => new RegExp(`${begin}\\s+and\\s+${end}`, 'i'))));

/** Rows from the end on and before the start. */
const SWAPPED = [...both(compared('>=?', '<=?', END), compared('<=?', '>=?', START)), new RegExp(`${BETWEEN}\\s+${END}\\s+and\\s+${START}`, 'i')];

/** No rows at the start. */
const WITHOUT_START = both(compared('>', '<', START), compared('<=?', '>=?', END));

/** Rows at the end. */
const WITH_END = [`<=\\s*${END}`, `${END}\\s*>=`, `${BETWEEN}\\s+${START}\\s+and\\s+${END}`].map(each => new RegExp(each, 'i'));

/** What may leave the rows at the end out again, wherever it stands. */
const WITHOUT_END = [
  /(?:<>|!=|<(?![=>])|(?<![<>!])=)(?:(?!\b(?:and|or|where|on|between)\b)[^<>=])*?'\{\{end\}\}/i,
  /'\{\{end\}\}~?'(?:(?!\b(?:and|or|where|on|between)\b)[^<>=])*?(?:<>|!=|>(?!=)|(?<![<>!])=)/i,
];

/** In code, or between double quotes where a column is compared with it. */
const UNQUOTED = /(?<!['"])\{\{(?:start|end)\}\}|"\{\{(?:start|end)\}\}"(?<=(?:[<>=]\s*|\b(?:between|and)\s+)"\{\{\w+\}\}")/i;

/** Finds bounds between which there is nothing, or the rows of the next interval's start. Continues the prop's name. */
export function problemOfBounds(sql: string): string | undefined {
  return agreed(sql, code => {
    if (SWAPPED.some(each => each.test(code))) {
      return `asks for rows from '${PLACEHOLDERS.end}' on and before '${PLACEHOLDERS.start}', of which there are none; ${BETWEEN_BOUNDS}`;
    }
    if (WITH_END.some(each => each.test(code)) && !WITHOUT_END.some(each => each.test(code))) {
      return `takes the rows at '${PLACEHOLDERS.end}' too (by <= or between), which belong to the next interval and are unloaded twice; ${BETWEEN_BOUNDS}`;
    }
    if (WITHOUT_START.some(each => each.test(code))) {
      return `leaves out the rows at '${PLACEHOLDERS.start}' (by >), which are in no interval then; ${BETWEEN_BOUNDS}`;
    }
    return undefined;
  });
}

/** Finds clauses of the whole query that UNLOAD, or Redshift, is not known to take. Each continues the prop's name. */
export function doubtfulClauses(sql: string): string[] {
  const clauses: [pattern: RegExp, text: string][] = [
    [/(?<![\w.$"])into(?<!\bas\s+into)\s+[\w"#]/i, 'has INTO, with which a SELECT makes a table and has no rows to unload; leave it out'],
    [/(?<![\w.$"])fetch(?<!\bas\s+fetch)\s+(?:first|next)\b/i,
      'has FETCH of the whole result, which Redshift is not documented to know, and UNLOAD refuses LIMIT there; leave it out, or write a LIMIT into a '
      + 'subquery: select * from (... limit 100)'],
  ];
  return clauses.flatMap(([pattern, text]) => agreed(sql, code => pattern.test(outermost(code)) || undefined) ? [text] : []);
}

/** Finds a placeholder that makes no text, but code or the name of a column. */
export function unquotedPlaceholder(sql: string): string | undefined {
  return agreed(sql, code => UNQUOTED.exec(code)?.[0]);
}

/** Finds what other tools would take for a placeholder. */
export function likePlaceholder(sql: string): string | undefined {
  return agreed(sql, code => OTHER_PLACEHOLDER.exec(code)?.[0]);
}

/** What is found however the backslashes of a query are read. */
function agreed<T>(sql: string, find: (code: string) => T | undefined): T | undefined {
  const [one, other] = (['plain', 'escaped'] as const).map(reading => find(codeOf(sql, reading)));
  return one !== undefined && other !== undefined ? one : undefined;
}

/** The SQL without comments, and without quoted texts other than placeholders: what looks like code in them is none. */
function codeOf(sql: string, reading: 'plain' | 'escaped'): string {
  let code = '';
  let end = 0;
  for (const { part, index } of partsOfQuery(sql, reading)) {
    code += sql.slice(end, index) + blanked(part);
    end = index + part.length;
  }
  return code + sql.slice(end);
}

function blanked(part: string): string {
  if (/^(?:--|\/\*)/.test(part)) return ' ';
  if (part[0] === '$') return "''";
  if (part[0] !== "'" && part[0] !== '"') return part;
  const text = part.slice(1, -1);
  const isPlaceholder = Object.values(PLACEHOLDERS).includes(text.trim());
  // a name stays one, so that it can be compared with another
  if (part[0] === '"') return isPlaceholder ? `"${text.trim()}"` : `"${text.replace(/\W/g, '_')}"`;
  if (isPlaceholder) return `'${text.trim()}'`;
  if (OTHER_PLACEHOLDER.exec(text)?.[0] === text.trim()) return part;
  return text.includes(PLACEHOLDERS.end) ? `'${PLACEHOLDERS.end}~'` : "''";
}

/** The code without what stands between parentheses. */
function outermost(code: string): string {
  let outer = '';
  let depth = 0;
  for (const character of code) {
    if (character === '(') depth++;
    if (depth === 0) outer += character;
    if (character === ')') depth--;
  }
  return outer;
}
