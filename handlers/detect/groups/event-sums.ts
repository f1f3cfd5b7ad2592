// SPDX-License-Identifier: Apache-2.0

/** What each series of a measure had in an interval, and what was expected of it: entries are by combination of dimension values. */
export interface IntervalOfSeries {
  /** NaN where there is none. */
  readonly values: Float64Array;
  readonly expected: Float64Array;
  /** Usual errors. */
  readonly scale: Float64Array;
}

/** The intervals of an event added up, as a model's header has them: a few bytes a series while the event goes on. */
export interface WrittenEventSums {
  /** In which they are written. */
  readonly unit: number;
  /** The upper half of a 32-bit number (little-endian) a combination each, in base64: values less expected values, expected values, usual errors. */
  readonly sums: string;
}

/** Two intervals whose deviations point so much apart (-1: all of them do) are an outage and the rows that come late after it. */
const OPPOSITE = -0.3;

/** A single series says no more of an event than at so many usual errors. */
const MOST_ERRORS = 8;

/** By so many deviations of chance intervals are alike that are of one event. */
const NO_CHANCE = 2;

const COLUMNS = 3;
const BYTES = Uint16Array.BYTES_PER_ELEMENT;
const WORD = new DataView(new ArrayBuffer(Float32Array.BYTES_PER_ELEMENT));

/**
 * The intervals of an event as if they were one: values, expected values and usual errors added up. What a series does by chance in one interval it does not do
 * in the next, and what the event does to it, it does throughout. Usual errors are added as they are, since what is expected errs in one interval much as it
 * does in the next.
 *
 * An interval that goes the other way, as when rows come an hour late, is added as its mirror image: it is the same event, and would leave none in the sum.
 * @param before the intervals so far
 * @param interval its entries may be more than there were before: combinations that came since
 */
export function addedUp(before: IntervalOfSeries, interval: IntervalOfSeries): IntervalOfSeries {
  const count = interval.values.length;
  const [values, expected, scale] = [0, 0, 0].map(() => new Float64Array(count)) as [Float64Array, Float64Array, Float64Array];
  const sign = alike(before, interval) < OPPOSITE ? -1 : 1;
  const add = (from: IntervalOfSeries, series: number, side: 1 | -1): void => {
    const deviation = from.values[series] - from.expected[series];
    if (Number.isNaN(deviation)) return;
    values[series] += from.expected[series] + side * deviation;
    expected[series] += from.expected[series];
    scale[series] += from.scale[series] || 0;
  };
  for (let series = 0; series < before.values.length; series++) add(before, series, 1);
  for (let series = 0; series < count; series++) add(interval, series, sign);
  return { values, expected, scale };
}

/** How far a series is off, in usual errors, as far as a single one counts; NaN where nothing is known. */
export function usualErrors({ values, expected, scale }: IntervalOfSeries, series: number): number {
  return Math.max(-MOST_ERRORS, Math.min(MOST_ERRORS, (values[series] - expected[series]) / scale[series]));
}

/** Whether an interval has no more in common with those before it than chance gives: what is off in it is another event, as far as these tell. */
export function isAnother(before: IntervalOfSeries, interval: IntervalOfSeries): boolean {
  return Math.abs(alike(before, interval)) < NO_CHANCE / Math.sqrt(before.values.length);
}

/** How far two intervals deviate in the same series to the same side: 1 when they are off alike, -1 when they are each other's mirror image. */
function alike(a: IntervalOfSeries, b: IntervalOfSeries): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let series = 0; series < a.values.length; series++) {
    const [first, second] = [usualErrors(a, series), usualErrors(b, series)];
    if (Number.isNaN(first + second)) continue;
    product += first * second;
    squaresA += first * first;
    squaresB += second * second;
  }
  return product / Math.sqrt(squaresA * squaresB) || 0;
}

/** Writes sums for a model's header: what is not known is 0 in all columns. */
export function writtenSums({ values, expected, scale }: IntervalOfSeries): WrittenEventSums {
  const columns = [values.map((value, series) => value - expected[series]), expected, scale];
  const count = values.length;
  const isKnown = new Uint8Array(count).fill(1);
  for (const column of columns) {
    for (let series = 0; series < count; series++) if (!Number.isFinite(column[series])) isKnown[series] = 0;
  }
  let unit = Number.MIN_VALUE;
  for (const column of columns) {
    for (let series = 0; series < count; series++) if (isKnown[series] === 1) unit = Math.max(unit, Math.abs(column[series]));
  }
  const halves = new DataView(new ArrayBuffer(COLUMNS * count * BYTES));
  let offset = 0;
  for (const column of columns) {
    for (let series = 0; series < count; series++, offset += BYTES) {
      if (isKnown[series] === 1) halves.setUint16(offset, upperHalf(column[series] / unit), true);
    }
  }
  return { unit, sums: Buffer.from(halves.buffer).toString('base64') };
}

/** Reads what `writtenSums` gave. */
export function readSums({ unit, sums }: WrittenEventSums): IntervalOfSeries {
  const bytes = Buffer.from(sums, 'base64');
  const halves = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = Math.floor(bytes.length / COLUMNS / BYTES);
  const column = (index: number): Float64Array => {
    const numbers = new Float64Array(count);
    for (let series = 0; series < count; series++) numbers[series] = unit * ofUpperHalf(halves.getUint16((index * count + series) * BYTES, true));
    return numbers;
  };
  const [deviations, expected, scale] = [column(0), column(1), column(2)];
  return { values: expected.map((usual, series) => usual + deviations[series]), expected, scale };
}

/** The upper half of a 32-bit number, rounded: it has the number to 0.4 %, which is more than is known of what an event does to a series. */
function upperHalf(number: number): number {
  WORD.setFloat32(0, number);
  // of numbers up to 1, so that rounding up does not overflow
  return Math.floor((WORD.getUint32(0) + 0x8000) / 0x10000);
}

function ofUpperHalf(half: number): number {
  WORD.setUint32(0, half * 0x10000);
  return WORD.getFloat32(0);
}
