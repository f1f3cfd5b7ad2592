// SPDX-License-Identifier: Apache-2.0

import type { Finding } from './detected-format';
import { FREQUENCY_SECONDS, type Frequency } from '../../src/private/contract';

/** Share of a column's cells that must be times for it to be the time stamp column. */
const MOSTLY = 0.9;
/** Share of the distances between successive times that a frequency must divide to be sure. */
const SURE = 0.95;

/** The frequency that the time stamps of rows have: the longest one that divides the distances between them. */
export function detectFrequency(rows: readonly (readonly string[])[]): Finding<Frequency> {
  const times = timesOf(rows);
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  const distances = sorted.slice(1).map((time, index) => time - sorted[index]);
  if (times.length === 0) return { confidence: 'NONE', message: 'No column has time stamps that can be read.' };
  if (distances.length === 0) return { confidence: 'NONE', message: 'All rows that were read have the same time.' };
  const frequencies = (Object.entries(FREQUENCY_SECONDS) as [Frequency, number][]).sort((a, b) => b[1] - a[1]);
  for (const [frequency, seconds] of frequencies) {
    const fitting = distances.filter(distance => distance % seconds === 0).length / distances.length;
    if (fitting >= SURE) return { value: frequency, confidence: distances.length > 2 ? 'HIGH' : 'LOW' };
  }
  const [shortest, seconds] = frequencies.at(-1)!;
  return {
    value: frequencies.find(([, length]) => length <= 2 * median(distances))?.[0] ?? shortest,
    confidence: 'LOW',
    message: `The times of the rows are no multiples of ${seconds} seconds apart: they are aggregated by interval.`,
  };
}

/** Times of the rows in seconds, of the first column that mostly has times. */
function timesOf(rows: readonly (readonly string[])[]): number[] {
  for (let column = 0; column < (rows[0]?.length ?? 0); column++) {
    const cells = rows.map(row => row[column] ?? '');
    const times = cells.map(secondsOf).filter(time => !Number.isNaN(time));
    if (times.length > 0 && times.length >= MOSTLY * cells.length) return times;
  }
  return [];
}

/** Seconds of a time stamp in one of the formats that Redshift and Lookout for Metrics write; NaN for other texts. */
function secondsOf(cell: string): number {
  const text = cell.trim();
  if (/^1\d{9}$/.test(text)) return Number(text);
  if (/^1\d{12}$/.test(text)) return Number(text) / 1000;
  const match = /^(\d{4})[-/]?(\d\d)[-/]?(\d\d)(?:[ T]?(\d\d):?(\d\d)(?::?(\d\d))?.*)?$/.exec(text);
  if (match === null) return NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(part => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return NaN;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
