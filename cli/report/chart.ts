// SPDX-License-Identifier: Apache-2.0

import { escapeHtml } from './html';
import { formatNumber } from './text';

/** Values of one time series over successive intervals. NaN where there is none. */
export interface ChartData {
  /** Start of each interval, as it is shown. */
  readonly times: readonly string[];
  readonly values: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  /** Bounds of the values that are not anomalous; absent: no band is drawn. */
  readonly band?: { readonly lower: ArrayLike<number>; readonly upper: ArrayLike<number> };
  /** First and last interval of the anomaly, as indexes. */
  readonly anomaly: { readonly from: number; readonly to: number };
  /** Names the chart for people who cannot see it. */
  readonly label: string;
}

const WIDTH = 960;
const HEIGHT = 190;
const LEFT = 64;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;

/** Steps between two lines of the grid, in units of a power of ten. */
const GRID_STEPS = [1, 2, 5, 10];
const GRID_LINES = 4;

/** A chart as SVG: observed values as a line, the expected ones as a dashed one, their band and the anomalous intervals shaded. */
export function seriesChart({ times, values, expected, band, anomaly, label }: ChartData): string {
  const count = times.length;
  const range = rangeOf([values, expected]);
  if (count === 0 || range === undefined) return '<p class="quiet">no values</p>';
  const [low, high] = band === undefined ? range : withBand(range, rangeOf([band.lower, band.upper]));
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, count - 1);
  const x = (index: number): string => (LEFT + index * step).toFixed(1);
  // halves first: the difference of two huge numbers may overflow
  const y = (value: number): string => (HEIGHT - BOTTOM - (value / 2 - low / 2) / (high / 2 - low / 2) * (HEIGHT - TOP - BOTTOM)).toFixed(1);

  const grid = gridOf(low, high).map(value => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>`
    + `<text x="${LEFT - 6}" y="${(Number(y(value)) + 4).toFixed(1)}" text-anchor="end">${escapeHtml(formatNumber(value))}</text>`).join('');
  const left = LEFT + anomaly.from * step - Math.max(2, step / 2);
  const right = LEFT + anomaly.to * step + Math.max(2, step / 2);
  const shade = `<rect class="anomaly" x="${left.toFixed(1)}" y="${TOP}" width="${(right - left).toFixed(1)}" height="${HEIGHT - TOP - BOTTOM}"/>`;
  const bands = band === undefined ? '' : runsOf(count, index => Number.isFinite(band.lower[index]) && Number.isFinite(band.upper[index]))
    .map(run => `<path class="band" d="M${[
      ...run.map(index => `${x(index)} ${y(Math.min(high, band.upper[index]))}`), ...[...run].reverse().map(index => `${x(index)} ${y(Math.max(low, band.lower[index]))}`),
    ].join('L')}Z"/>`).join('');
  const path = (numbers: ArrayLike<number>): string => runsOf(count, index => Number.isFinite(numbers[index]))
    .map(run => `M${run.map(index => `${x(index)} ${y(numbers[index])}`).join('L')}`).join('');
  // a value between two gaps is a line without length
  const points = runsOf(count, index => Number.isFinite(values[index])).filter(run => run.length === 1)
    .map(([index]) => `<circle class="point" cx="${x(index)}" cy="${y(values[index])}" r="2"/>`).join('');
  const axis = [0, Math.floor((count - 1) / 2), count - 1].filter((index, place, all) => all.indexOf(index) === place)
    .map(index => `<text x="${x(index)}" y="${HEIGHT - 4}" text-anchor="${index === 0 ? 'start' : index === count - 1 ? 'end' : 'middle'}">${escapeHtml(times[index])}</text>`).join('');
  const description = `${label}, ${times[0]} to ${times[count - 1]}, between ${formatNumber(low)} and ${formatNumber(high)}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(description)}">${grid}${shade}${bands}`
    + `<path class="expected" d="${path(expected)}"/><path class="observed" d="${path(values)}"/>${points}${axis}</svg>`;
}

/** Lowest and highest of all numbers, apart from each other; undefined when there is none. */
function rangeOf(columns: readonly ArrayLike<number>[]): readonly [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const column of columns) {
    for (let index = 0; index < column.length; index++) {
      if (!Number.isFinite(column[index])) continue;
      low = Math.min(low, column[index]);
      high = Math.max(high, column[index]);
    }
  }
  if (low > high) return undefined;
  const margin = Math.abs(low) / 100 || 1;
  return low < high ? [low, high] : [low - margin, high + margin];
}

/** Makes room for the band, at most as much on either side as the values take: one wide place in it must not press them flat. */
function withBand([low, high]: readonly [number, number], band: readonly [number, number] = [low, high]): readonly [number, number] {
  const most = high - low;
  return [Math.min(low, Math.max(band[0], low - most)), Math.max(high, Math.min(band[1], high + most))];
}

/** Round numbers from low to high. */
function gridOf(low: number, high: number): number[] {
  const rough = (high / GRID_LINES - low / GRID_LINES);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (GRID_STEPS.find(size => size * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const lines = Math.floor(high / step) - first;
  if (!Number.isFinite(step) || !(lines <= 2 * GRID_LINES)) return [low, high];
  return Array.from({ length: lines + 1 }, (_, index) => (first + index) * step);
}

/** Runs of successive indexes that have something. */
function runsOf(count: number, has: (index: number) => boolean): number[][] {
  const runs: number[][] = [];
  for (let index = 0; index < count; index++) {
    if (!has(index)) continue;
    if (index > 0 && has(index - 1)) runs[runs.length - 1].push(index);
    else runs.push([index]);
  }
  return runs;
}
