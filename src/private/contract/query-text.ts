/** Why a query, whose text nobody here understands, cannot stand within `UNLOAD ($$ … $$)` or within parentheses. */
export interface QueryProblem {
  /** Continues "query …". */
  readonly problem: string;
  /** The place, with some of the text round it. */
  readonly found: string;
  readonly advice: string;
}

/** Quoted texts and comments, whole or left open, and the characters and words that structure a query. */
const PARTS = {
  // Redshift's literals know backslash escapes; PostgreSQL's, and Redshift's with some settings, do not
  escaped: /'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$([A-Za-z_]\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[();]|[A-Za-z_][\w$]*/g,
  plain: /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$([A-Za-z_]\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[();]|[A-Za-z_][\w$]*/g,
};

/** Characters shown before and after the place of a problem. */
const EXCERPT = 20;

/**
 * Finds what would end the query before its end, or makes UNLOAD refuse it: open quotes, comments and parentheses, a parenthesis too many, a
 * second statement, a LIMIT of the whole result. A text that can be read in two ways passes when one of them has no problem.
 */
export function problemOfQuery(sql: string): QueryProblem | undefined {
  const problem = problemIn(sql, PARTS.plain);
  return problem && problemIn(sql, PARTS.escaped) ? problem : undefined;
}

function problemIn(sql: string, parts: RegExp): QueryProblem | undefined {
  const open: number[] = [];
  let end: number | undefined;
  let limit: number | undefined;
  let before = '';
  const at = (index: number, problem: string, advice: string): QueryProblem => ({
    problem, found: sql.slice(Math.max(0, index - EXCERPT), index + EXCERPT), advice,
  });
  for (const { 0: part, index } of sql.matchAll(parts)) {
    if (part.startsWith('--')) continue;
    if (part.startsWith('/*')) {
      if (!part.endsWith('*/') || part.length < 4) return at(index, 'contains a comment that is not closed', 'close it with */');
      continue;
    }
    if (end !== undefined) return at(end, 'contains more than one statement', 'write one SELECT statement; what prepares the data belongs into a view');
    if (part[0] === "'" || part[0] === '"') {
      if (!isClosed(part)) return at(index, `contains a ${part[0]} that is not closed`, `close it, and write a ${part[0]} within such quotes twice`);
    } else if (part === ';') {
      end = index;
    } else if (part === '(') {
      open.push(index);
    } else if (part === ')') {
      if (open.pop() === undefined) return at(index, 'contains a ) that nothing opens', 'remove it, or write the ( before');
    } else if (open.length === 0 && part.toLowerCase() === 'limit' && before !== 'as') {
      limit = index;
    }
    before = part.toLowerCase();
  }
  if (open.length > 0) return at(open[open.length - 1], 'contains a ( that is not closed', 'write the ) that belongs to it');
  if (limit !== undefined) {
    return at(limit, 'contains a LIMIT of the whole result, which UNLOAD refuses', 'leave it out, or put it into a subquery: select * from (… limit 100)');
  }
  return undefined;
}

/** Whether a quoted text ends with the quote it began with; one that is written twice is no end. */
function isClosed(quoted: string): boolean {
  return quoted.length > 1 && quoted.endsWith(quoted[0]) && !isLeftOpen(quoted);
}

/** `'it''` ends in a quote that is part of the text. */
function isLeftOpen(quoted: string): boolean {
  const quote = quoted[0];
  let trailing = 0;
  while (trailing < quoted.length - 1 && quoted[quoted.length - 1 - trailing] === quote) trailing++;
  return trailing % 2 === 0;
}
