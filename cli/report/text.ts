// SPDX-License-Identifier: Apache-2.0

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const small = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const huge = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6, notation: 'scientific' });

/** Number for people: thousands separated, two decimals or, of small numbers, four digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  return (size >= 1e15 ? huge : size >= 1 || size === 0 ? number : small).format(value);
}

/** How often an interval ends, by the name that the API has for it. */
export const OFTEN: Readonly<Record<string, string>> = { PT5M: 'every 5 minutes', PT10M: 'every 10 minutes', PT1H: 'every hour', P1D: 'every day' };

/** One line whatever a dimension value holds: control characters would break a table or the terminal. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\uFFFD');
}

/** One line of at most so many characters. */
export function shortLine(text: string, length: number): string {
  const characters = [...oneLine(text)];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}

/** Lines of a table with aligned columns; numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map(row => row[column].length)));
  const line = (cells: readonly string[]) => cells
    .map((cell, column) => right.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))
    .join('  ').trimEnd();
  return [line(header), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)];
}
