// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { ModelSettings } from '../../handlers/engine';

/** One file of the Numenta Anomaly Benchmark: its rows, and the same values as an evenly spaced series. */
export interface NabFile {
  /** Folder and name as in the labels, for example `realTweets/Twitter_volume_AAPL.csv`. */
  readonly path: string;
  /** Rows as they stand in the file, also where the clock goes back. */
  readonly rows: number;
  /** Interval of the series: the shortest of 5 min, 10 min, 1 h that is not shorter than the usual distance between rows. */
  readonly intervalSeconds: ModelSettings['intervalSeconds'];
  /** Start of the series' first interval, in seconds since 1970-01-01 on the file's wall clock. */
  readonly start: number;
  /** Average of the rows of each interval; NaN for an interval without rows. */
  readonly values: Float64Array;
  /** Interval of each row: a row has the score of its interval. */
  readonly intervalOfRow: Int32Array;
  /** First and last row (inclusive) of each labelled window, in the file's order. */
  readonly windows: readonly { readonly first: number; readonly last: number }[];
}

/** Where the data are: `NAB_DATA`, or the folder beside the repository. */
export const NAB_FOLDER = resolve(process.env.NAB_DATA ?? join(__dirname, '../../../shared/data/nab'));
/** Intervals that a detector can have, up to an hour. */
const INTERVALS = [300, 600, 3600] as const;

/**
 * Reads all files that have an entry in the labels.
 * @returns undefined where the folder is not there: the repository holds no data
 * @throws Error for a file whose rows cannot be read, with its name and row, and for a window whose ends are not in its file
 */
export function loadNab(folder = NAB_FOLDER): NabFile[] | undefined {
  const labels = join(folder, 'labels/combined_windows.json');
  if (!existsSync(labels)) return undefined;
  const windows = JSON.parse(readFileSync(labels, 'utf8')) as Record<string, [string, string][]>;
  return Object.keys(windows).sort().map(path => readNabFile(join(folder, 'data', path), path, windows[path]!));
}

function readNabFile(location: string, path: string, windows: readonly [string, string][]): NabFile {
  const records = parse(readFileSync(location), { from_line: 2 }) as [string, string][];
  const times = Float64Array.from(records, ([timestamp]) => seconds(timestamp));
  const values = Float64Array.from(records, ([, value]) => Number(value));
  const bad = records.findIndex((_record, row) => Number.isNaN(times[row]) || Number.isNaN(values[row]));
  if (bad >= 0) throw new Error(`${location}, row ${bad + 2}: ${JSON.stringify(records[bad])} is no timestamp and value`);
  return { path, rows: records.length, ...regular(times, values), windows: windows.map(bounds => rowsOf(bounds, times, location)) };
}

/** The rows as an evenly spaced series. */
function regular(times: Float64Array, values: Float64Array): Pick<NabFile, 'intervalSeconds' | 'start' | 'values' | 'intervalOfRow'> {
  const intervalSeconds = usualInterval(times);
  const places = times.map(time => Math.floor(time / intervalSeconds));
  const first = places.reduce((lowest, place) => Math.min(lowest, place));
  const intervals = places.reduce((highest, place) => Math.max(highest, place)) - first + 1;
  const intervalOfRow = Int32Array.from(places, place => place - first);
  const sums = new Float64Array(intervals);
  const counts = new Float64Array(intervals);
  intervalOfRow.forEach((interval, row) => {
    sums[interval]! += values[row]!;
    counts[interval]!++;
  });
  return { intervalSeconds, start: first * intervalSeconds, values: sums.map((sum, interval) => sum / counts[interval]!), intervalOfRow };
}

function usualInterval(times: Float64Array): ModelSettings['intervalSeconds'] {
  const distances = times.subarray(1).map((time, row) => time - times[row]!).sort();
  const median = distances[Math.floor(distances.length / 2)]!;
  return INTERVALS.find(interval => interval >= median) ?? 3600;
}

/** A window's ends are timestamps of rows; where a timestamp stands twice, its first row counts. */
function rowsOf([from, to]: readonly [string, string], times: Float64Array, location: string): { first: number; last: number } {
  const first = times.indexOf(seconds(from));
  const last = times.indexOf(seconds(to));
  if (first < 0 || last < first) throw new Error(`${location}: window ${from} to ${to} of the labels does not begin and end at rows of the file`);
  return { first, last };
}

/** Seconds since 1970-01-01 on the clock of the text, `2014-04-01 00:00:00` with or without fractions. */
function seconds(timestamp: string): number {
  return Math.floor(Date.parse(`${timestamp.replace(' ', 'T')}Z`) / 1000);
}
