// SPDX-License-Identifier: Apache-2.0

/** A table of results, to be printed and to stand in a document. */
export interface Table {
  readonly title: string;
  /** What one should know to read it. */
  readonly note?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The table in Markdown; cells of a column are equally wide, so that it reads well on a terminal too. */
export function markdown({ title, note, columns, rows }: Table): string {
  const widths = columns.map((column, index) => Math.max(3, column.length, ...rows.map(row => row[index]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, index) => (index === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [`### ${title}`, '', ...(note ? [note, ''] : []), line(columns), rule, ...rows.map(line)].join('\n');
}
