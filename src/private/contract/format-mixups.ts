// SPDX-License-Identifier: Apache-2.0

/** What a timestamp format looks like that was written in another language, or with the letters of month and minute mixed up. */
export interface MixUp {
  /** Continues "has a format that". */
  readonly problem: string;
  /** The format that was probably meant. */
  readonly meant: string;
}

/** Letters of strftime. */
const STRFTIME: Record<string, string> = {
  Y: 'yyyy', y: 'yy', m: 'MM', d: 'dd', j: 'DDD', H: 'HH', I: 'hh', M: 'mm', S: 'ss', f: 'SSSSSS', p: 'a', z: 'Z', F: 'yyyy-MM-dd', T: 'HH:mm:ss', R: 'HH:mm',
};

/** Letters that the detector reads (Java's date formats, without the week year). */
export const FORMAT_LETTERS = 'yMdDHkhKamsSEzZX';

const USUAL = 'yyyy-MM-dd HH:mm:ss';

const HOUR_LETTERS = 'HkhK';
const TIME_LETTERS = `${HOUR_LETTERS}sSa`;
const DATE_LETTERS = 'yd';

/** A quoted text, a letter as often as it stands there, or what else is between them. */
const PIECES = /'[^']*'|([A-Za-z])\1*|[^A-Za-z']+/g;

/** What is wrong with a format that was written in another language or mixes letters up, and what to write. */
export function mixUpOf(format: string): string | undefined {
  const found = otherLanguage(format) ?? mixedMonthAndMinute(format) ?? dayOfYearInMonth(format);
  return found && `${found.problem}, got ${JSON.stringify(format)}; write ${quotedFormat(found.meant)}`;
}

/** A format between quotes that it has none of, as code can have it. */
export function quotedFormat(format: string): string {
  return format.includes("'") ? `"${format}"` : `'${format}'`;
}

/** Finds formats of strftime (`%Y-%m-%d`), and those of SQL and of JavaScript by their year (`YYYY-MM-DD HH24:MI:SS`). */
export function otherLanguage(format: string): MixUp | undefined {
  const bare = format.replace(/'[^']*'/g, '');
  if (/%[A-Za-z-]/.test(bare)) return { problem: "has '%', as the formats of strftime", meant: known(fromStrftime(format)) };
  if (bare.includes('Y')) return { problem: "has 'Y', the year of the week, which is another year around New Year", meant: known(fromYears(format)) };
  return undefined;
}

function fromStrftime(format: string): string {
  // without what tells strftime not to pad, which reading does not ask for; a letter that stands for itself has to be quoted
  return format.replace(/%[-_0^#]?([A-Za-z%])|'[^']*'|[A-Za-z]+/g, (piece, letter: string | undefined) =>
    letter === undefined ? `'${piece.replace(/'/g, '')}'` : STRFTIME[letter] ?? piece);
}

function fromYears(format: string): string {
  const years = format.replace(/"([^"]*)"/g, "'$1'").replace(/Y/g, 'y').replace(/([DdMy])T(?=[Hh])/g, "$1'T'").replace(/HH24/g, 'HH').replace(/HH12/g, 'hh')
    .replace(/MI/g, 'mm').replace(/([^\w.])SS\b/, '$1ss').replace(/\b[AP]M\b/, 'a');
  const days = /M/.test(years) && !/d/.test(years) ? years.replace(/D/g, 'd') : years;
  const halfDays = /\ba\b/.test(days) ? days.replace(/H/g, 'h') : days;
  return mixedMonthAndMinute(halfDays)?.meant ?? halfDays;
}

/** Of a format that cannot be told in our letters, such as seconds since 1970, the most usual one. */
function known(meant: string): string {
  return [...meant.replace(/'[^']*'/g, '')].every(letter => !/[A-Za-z%"]/.test(letter) || FORMAT_LETTERS.includes(letter)) ? meant : USUAL;
}

/** Finds `D`, the day of the year, beside a month: it would count all days from January on. */
export function dayOfYearInMonth(format: string): MixUp | undefined {
  const bare = format.replace(/'[^']*'/g, ' ');
  if (!bare.includes('D') || !bare.includes('M') || bare.includes('d')) return undefined;
  return { problem: "has 'D', the day of the year, beside 'M', the month", meant: format.replace(PIECES, piece => piece.startsWith('D') ? piece.toLowerCase() : piece) };
}

/** Finds `m`, the minute, where the month stands, and `M`, the month, where the minute stands: by what is next to them, in whatever order. */
export function mixedMonthAndMinute(format: string): MixUp | undefined {
  const pieces = format.match(PIECES) ?? [];
  const runs = pieces.flatMap((piece, index) => /^[A-Za-z]/.test(piece) ? [{ letter: piece[0], index }] : []);
  const isNextTo = (at: number, letters: string) => [runs[at - 1], runs[at + 1]].some(run => run !== undefined && letters.includes(run.letter));
  const find = (letter: string, matches: (at: number) => boolean) =>
    runs.flatMap((run, at) => run.letter === letter && matches(at) ? [run.index] : []);

  const minutes = find('m', () => true);
  const months = find('M', () => true);
  const minutesInDate = find('m', at => isNextTo(at, DATE_LETTERS) && !isNextTo(at, TIME_LETTERS));
  const monthsInTime = find('M', at => isNextTo(at, TIME_LETTERS));
  const meant = (toMonth: number[], toMinute: number[]) => pieces
    .map((piece, index) => toMonth.includes(index) ? piece.toUpperCase() : toMinute.includes(index) ? piece.toLowerCase() : piece).join('');

  if (minutesInDate.length > 0 && monthsInTime.length > 0) {
    return { problem: "has 'm', the minute, in the date, and 'M', the month, in the time", meant: meant(minutesInDate, monthsInTime) };
  }
  if (minutesInDate.length > 0 && months.length === 0 && !runs.some(({ letter }) => letter === 'D')) {
    return { problem: "has 'm', the minute, where a month is meant", meant: meant(minutesInDate, []) };
  }
  if (minutes.length === 0 && monthsInTime.length > 0 && monthsInTime.length < months.length) {
    return { problem: "has 'M', the month, where a minute is meant", meant: meant([], monthsInTime) };
  }
  return undefined;
}
