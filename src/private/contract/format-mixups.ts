// SPDX-License-Identifier: Apache-2.0

/** What a timestamp format looks like that was written in another language, or with letters mixed up. */
interface MixUp {
  /** Continues "a format that". */
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

/** Letters of hours: 0-23, 1-24, and of half a day 1-12 and 0-11. */
export const HOUR_LETTERS = 'HkhK';
const TIME_LETTERS = `${HOUR_LETTERS}sSa`;
const DATE_LETTERS = 'yd';

/** A quoted text, a letter as often as it stands there, or what else is between them. */
const PIECES = /'[^']*'|([A-Za-z])\1*|[^A-Za-z']+/g;

/** Finds what a format has that was written in another language, or mixes letters up. */
export function mixUpOf(format: string): MixUp | undefined {
  const found = otherLanguage(format) ?? mixedLetters(format);
  return found && { problem: found.problem, meant: withoutMixUps(found.meant) };
}

/** One mistake of letters does not come alone. */
function withoutMixUps(format: string): string {
  const mixed = mixedLetters(format);
  return mixed ? withoutMixUps(mixed.meant) : format;
}

function mixedLetters(format: string): MixUp | undefined {
  return mixedMonthAndMinute(format) ?? dayOfYearInMonth(format) ?? fractionForSecond(format);
}

/** Finds formats of strftime (`%Y-%m-%d`), and those of SQL and of JavaScript by their year (`YYYY-MM-DD HH24:MI:SS`). */
function otherLanguage(format: string): MixUp | undefined {
  const bare = format.replace(/'[^']*'/g, '');
  if (/%[A-Za-z-]/.test(bare)) return { problem: "has '%', as the formats of strftime", meant: known(withOffset(fromStrftime(format))) };
  if (bare.includes('Y')) return { problem: "has 'Y', the year of the week, which is another year around New Year", meant: known(withOffset(fromYears(format))) };
  return undefined;
}

function fromStrftime(format: string): string {
  // without what tells strftime not to pad, which reading does not ask for; a letter that stands for itself has to be quoted
  return format.replace(/%[-_0^#]?([A-Za-z%])|'[^']*'|[A-Za-z]+/g, (piece, letter: string | undefined) =>
    letter === undefined ? `'${piece.replace(/'/g, '')}'` : STRFTIME[letter] ?? piece);
}

function fromYears(format: string): string {
  const years = format.replace(/"([^"]*)"|\[([^\]]*)\]/g, "'$1$2'").replace(/Y/g, 'y').replace(/([DdMy])T(?=[Hh])/g, "$1'T'").replace(/HH24/g, 'HH').replace(/HH12/g, 'hh')
    .replace(/MI/g, 'mm').replace(/\b[MU]S\b/, 'SSS').replace(/\b[AP]M\b/, 'a');
  return /\ba\b/.test(years) ? years.replace(/H/g, 'h') : years;
}

/** What stands for UTC at the end of the text is read as that, whatever the connector's time zone is. */
function withOffset(format: string): string {
  return format.replace(/'Z'$/, 'X').replace(/'(?:UTC|GMT)'$/, 'z');
}

/** Of a format that cannot be told in our letters, such as seconds since 1970, the most usual one. */
function known(meant: string): string {
  return [...meant.replace(/'[^']*'/g, '')].every(letter => !/[A-Za-z%"]/.test(letter) || FORMAT_LETTERS.includes(letter)) ? meant : USUAL;
}

/** Finds `D`, the day of the year, beside a month: it would count all days from January on. */
function dayOfYearInMonth(format: string): MixUp | undefined {
  const bare = format.replace(/'[^']*'/g, ' ');
  if (!bare.includes('D') || !bare.includes('M') || bare.includes('d')) return undefined;
  return { problem: "has 'D', the day of the year, beside 'M', the month", meant: format.replace(PIECES, piece => piece.startsWith('D') ? piece.toLowerCase() : piece) };
}

/** Finds `S`, the fraction of a second, where the second stands: nothing else says the second. */
function fractionForSecond(format: string): MixUp | undefined {
  const pieces = format.match(PIECES) ?? [];
  const fraction = pieces.findIndex(piece => piece.startsWith('S'));
  if (fraction < 0 || pieces.some(piece => piece.startsWith('s'))) return undefined;
  return { problem: "has 'S', the fraction of a second, without 's', the second", meant: pieces.map((piece, index) => index === fraction ? 'ss' : piece).join('') };
}

/** Finds `m`, the minute, where the month stands, and `M`, the month, where the minute stands: by what is next to them, in whatever order. */
function mixedMonthAndMinute(format: string): MixUp | undefined {
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
