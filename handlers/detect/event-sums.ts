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
  /** In which values, expected values and usual errors are written. */
  readonly unit: number;
  /** One 32-bit number (little-endian) a combination each, in base64: values, expected values, usual errors. */
  readonly sums: string;
}

/** Intervals whose deviations point so much the other way (-1: all of them do) are what follows an outage: rows that come late. */
const OPPOSITE = -0.3;

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * The intervals of an event as if they were one: values and expected values added up, and usual errors as those of independent values. What a series does by
 * chance in one interval it does not do in the next, and what the event does to it, it does throughout.
 *
 * An interval that goes the other way, as when rows come an hour late, is added as its mirror image: it is the same event, and would be none in the sum.
 * @param before the intervals so far
 * @param interval its entries may be more than there were before: combinations that came since
 */
export function addedUp(before: IntervalOfSeries, interval: IntervalOfSeries): IntervalOfSeries {
  const count = interval.values.length;
  const [values, expected, scale] = [0, 0, 0].map(() => new Float64Array(count)) as [Float64Array, Float64Array, Float64Array];
  const sign = alike(before, interval) < OPPOSITE ? -1 : 1;
  for (let series = 0; series < count; series++) {
    const deviation = interval.values[series] - interval.expected[series];
    const isKnown = deviation === deviation;
    values[series] = (before.values[series] || 0) + (isKnown ? interval.expected[series] + sign * deviation : 0);
    expected[series] = (before.expected[series] || 0) + (isKnown ? interval.expected[series] : 0);
    scale[series] = Math.hypot(before.scale[series] || 0, isKnown ? interval.scale[series] || 0 : 0);
  }
  return { values, expected, scale };
}

/** How far two intervals deviate in the same series to the same side, in usual errors: 1 when they are off alike, -1 when they are each other's mirror image. */
function alike(a: IntervalOfSeries, b: IntervalOfSeries): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  const usual = (of: IntervalOfSeries, series: number): number => Math.max(-MOST, Math.min(MOST, (of.values[series] - of.expected[series]) / of.scale[series]));
  for (let series = 0; series < a.values.length; series++) {
    const [first, second] = [usual(a, series), usual(b, series)];
    if (Number.isNaN(first + second)) continue;
    product += first * second;
    squaresA += first * first;
    squaresB += second * second;
  }
  return product / Math.sqrt(squaresA * squaresB) || 0;
}

/** One series is not the event, however far off it is. */
const MOST = 20;

/** Writes sums for a model's header. What is read is what was written, to the last digit that it has. */
export function writtenSums({ values, expected, scale }: IntervalOfSeries): WrittenEventSums {
  const columns = [values, expected, scale];
  const unit = columns.reduce((most, column) => column.reduce((each, value) => Math.max(each, Math.abs(value) || 0), most), Number.MIN_VALUE);
  const bytes = Buffer.alloc(columns.length * values.length * BYTES);
  for (const [index, column] of columns.entries()) {
    for (let series = 0; series < column.length; series++) {
      const value = column[series] / unit;
      bytes.writeFloatLE(value === value ? value : 0, (index * column.length + series) * BYTES);
    }
  }
  return { unit, sums: bytes.toString('base64') };
}

/** Reads what `writtenSums` gave. */
export function readSums({ unit, sums }: WrittenEventSums): IntervalOfSeries {
  const bytes = Buffer.from(sums, 'base64');
  const count = Math.floor(bytes.length / 3 / BYTES);
  const column = (index: number): Float64Array => Float64Array.from({ length: count }, (_, series) => unit * bytes.readFloatLE((index * count + series) * BYTES));
  return { values: column(0), expected: column(1), scale: column(2) };
}
