// SPDX-License-Identifier: Apache-2.0

import { type Column, type ColumnName, columnsOf } from './state-columns';
import type { Calendar } from '../calendar/calendar';

export type Numbers = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array;

/** Errors that are counted: after so many it makes no difference how many there were. */
export const MOST_ERRORS = 65_535;

function allocate(type: Column['type'], length: number): Numbers {
  switch (type) {
    case 'float64': return new Float64Array(length);
    case 'float32': return new Float32Array(length);
    case 'uint32': return new Uint32Array(length);
    case 'uint16': return new Uint16Array(length);
    case 'uint8': return new Uint8Array(length);
  }
}

/**
 * What is known of every series, as columns: one typed array for each kind of number, and for seasons one row of all series for each
 * slot. An interval reads and writes one row of each, from front to back, which is what makes 50,000 series cheap.
 *
 * Level and mean are 64-bit, so that 1e15 keeps its units; the rest are differences from them, where 32 bits are plenty.
 */
export class SeriesState {
  /** Base of the expected value; the slots are added to it. */
  public level!: Float64Array;
  /** Long-run mean of the values. */
  public mean!: Float64Array;
  /** Usual size of the prediction error, as the standard deviation of normal noise (1.2533 x mean absolute error). */
  public scale!: Float32Array;
  /** Long-run mean absolute deviation of the values from their mean. */
  public deviation!: Float32Array;
  /** Long-run mean squared deviation of the values from what was expected, or from their mean where that is nearer; NaN: no error was seen. */
  public unforeseen!: Float64Array;
  /** Long-run mean squared deviation of the values from their mean (daily data only). */
  public square!: Float64Array;
  /** Long-run share of the intervals that had the value of the one before, 0-1. */
  public idle!: Float32Array;
  /** Largest distance of each hour of the week, newest week and the one before, as a byte each (see WeeklyRecurrence). */
  public farOff!: Uint8Array;
  /** Successive weeks in which each weekday was far off on the same side, 128 more where that is above (daily data only, see countWeeksOff). */
  public weeksOff!: Uint8Array;
  /** Distance that the present hour of the week had in both of the last two weeks. */
  public recurring!: Uint8Array;
  /** First and last value of each hour of the week, less the origin; NaN: none. */
  public hourFirst!: Float32Array;
  public hourLast!: Float32Array;
  /** The same of the present hour a week ago. */
  public lastWeekFirst!: Float32Array;
  public lastWeekLast!: Float32Array;
  /** One number for eight hours of the week, one bit for each: whether it has the line of the week before; the same of the present hour's line, 1 or 0. */
  public keptLines!: Uint8Array;
  public keptLine!: Uint8Array;
  /** Intervals of the present hour that are off its line. */
  public offLine!: Uint8Array;
  /** Successive intervals that were as they were a week ago, up to REPEATED_INTERVALS. */
  public repeated!: Uint8Array;
  /** For each hour of the day the last seven days on which an edge of it was early or late, a bit each (see MovingEdges). */
  public edgeDays!: Uint8Array;
  /** Occasions on which each series was 0 and 1 lately, in 64ths, and successive values at either, 128 more at 1 (see ValueEnds). */
  public atEnd!: Uint16Array;
  public endLength!: Uint8Array;
  /** Values before the newest one that were the same, and the most that the series has had lately (see StuckValues). */
  public equalValues!: Uint8Array;
  public mostEqual!: Uint8Array;
  /** Successive intervals that were far off on the same side, 128 more where that is above (see EventDuration). */
  public event!: Uint8Array;
  /** Exponentially weighted mean of the errors from the seasonal state, in usual errors, and its usual size (at intervals of less than an hour). */
  public lastingError!: Float32Array;
  public lastingScale!: Float32Array;
  /** What the level has followed of it, in its unit. */
  public lastingFollowed!: Float32Array;
  /** How far that mean was off in each hour of the last two weeks, at most, and in the present hour (see LastingError; steps as in WeeklyRecurrence). */
  public lastingWeeks!: Uint8Array;
  public lastingKnown!: Uint8Array;
  /** Newest value, as a 32-bit number. */
  public newest!: Float32Array;
  /** Recent mean absolute error of the expectation without and with the week's part. */
  public cycleError!: Float32Array;
  public weekError!: Float32Array;
  /** Share of the recent intervals that were anomalous, 0-1. */
  public surprise!: Float32Array;
  /** Mean error and its mean absolute deviation in the present run of anomalous intervals. */
  public runMean!: Float32Array;
  public runSpread!: Float32Array;
  /** Mean of what was expected in that run and of the usual error, and mean absolute deviation of the values from the run's share of what was expected. */
  public runExpected!: Float32Array;
  /** Level at the beginning of that run, less the origin. */
  public runLevel!: Float32Array;
  public runUsual!: Float32Array;
  public runShareSpread!: Float32Array;
  /** Slots of the short cycle; NaN where no value was seen. */
  public cycle!: Float32Array;
  /** Slots of the week: what is left over by level and short cycle; NaN where nothing was seen. */
  public week!: Float32Array;
  /** Usual error by hour of the day (day of the week for daily data); NaN where no error was seen. */
  public noise!: Float32Array;
  /** First value: past values are kept as differences from it, where 32 bits are enough. */
  public origin!: Float64Array;
  /** Ring of the values of the last short cycle, less the origin; NaN: none. */
  public past!: Float32Array;
  /** Weights of the regression's terms and the lower triangle of their covariance. */
  public regressionWeights!: Float32Array;
  public regressionCovariance!: Float32Array;
  /** Usual error of the regression, as `scale`. */
  public regressionScale!: Float32Array;
  /** Recent mean absolute clipped errors of regression and seasonal state, over the same intervals. */
  public regressionError!: Float32Array;
  public seasonalError!: Float32Array;
  /** Errors of the regression seen, up to MOST_ERRORS. */
  public regressionErrors!: Uint16Array;
  /** Highest and lowest value of the last weeks on the axis of ValueRange, less the origin's place there; NaN: none. */
  public rangeHigh!: Float32Array;
  public rangeLow!: Float32Array;
  /** Mean of the values on the same axis, and their mean squared deviation from it. */
  public rangeMean!: Float32Array;
  public rangeSquare!: Float32Array;
  /** Unit of that axis for series whose origin is 0: a tenth of their first other value; 0: none. */
  public rangeUnit!: Float32Array;
  /** Occasions on which each level of the score was exceeded, below and above what was expected, in 64ths. */
  public exceedances!: Uint16Array;
  /** Number of the interval of the newest exceedance on either side, and how many levels this occasion has exceeded. */
  public exceededAt!: Uint32Array;
  public exceededLevels!: Uint8Array;
  /** Slots of day effects (daily data only): the effect, and the recent mean absolute errors with and without it; NaN where unknown. */
  public effect!: Float32Array;
  public effectError!: Float32Array;
  public plainError!: Float32Array;
  /** Weeks of the year (daily data only): what level and weekday leave over; NaN where nothing was seen. */
  public year!: Float32Array;
  /** Recent mean absolute error of the expectation with and without the year's part. */
  public yearError!: Float32Array;
  public yearMiss!: Float32Array;
  /** How much worse than the best each way of counting the days of the month did lately, in usual errors. */
  public countMiss!: Float32Array;
  /** 1 where day effects are parts of the expected value, 0 where they are added to it. */
  public effectsRelative!: Uint8Array;
  /** Values seen. */
  public points!: Uint32Array;
  /** Prediction errors seen, up to MOST_ERRORS: fewer than the values by the first sight of each slot. */
  public errors!: Uint16Array;
  /** Number of the interval, since the model's beginning, of the first value. */
  public firstSeen!: Uint32Array;
  /** One number for eight hours of the week, one bit for each: whether that hour was far off when last seen. */
  public weekMisses!: Uint8Array;
  /** Whether the present hour of the week was far off when it was last seen: 1 or 0. */
  public missedBefore!: Uint8Array;
  /** Successive intervals that only the seasonal state found far off. */
  public astray!: Uint16Array;
  /** Anomalous intervals on the same side, successive but for those that tell nothing of it, and whether the newest interval was one: 1 or 0. */
  public inRun!: Uint8Array;
  public runLength!: Uint16Array;
  /** Level before the newest event, less the origin, and values seen until then; NaN: none is remembered (see FormerLevel). */
  public formerLevel!: Float32Array;
  public formerAt!: Uint32Array;
  /** How many times what they were the season and the usual error of the series are since then; NaN: the event is not one yet. */
  public formerShare!: Float32Array;
  public formerNoise!: Float32Array;
  /** How much more than so many times what they were its values are since then; at intervals of an hour and more only. */
  public formerMoved!: Float32Array;
  /** How long the event is that is not one yet; at intervals of less than an hour only. */
  public eventLength!: Uint8Array;
  /** ANY_VALUES, NEVER_NEGATIVE or COUNTS. */
  public kind!: Uint8Array;

  /** Whether the series is idle at the present time of the week: 1 or 0. What the seasonal state found for the present interval, not kept. */
  public idleNow = new Uint8Array(0);

  /** Series that there is room for: the length of one row. */
  public capacity = 0;
  public count = 0;
  /** What is kept of a series, in the order in which it is serialised. */
  public readonly columns: readonly Column[];

  /**
   * @param count number of series
   * @param given numbers of a column, to be used as its memory: `count` for each of its rows; undefined for a column that begins anew
   */
  public constructor(calendar: Calendar, count: number, given?: (column: Column) => Numbers | undefined) {
    this.columns = columnsOf(calendar);
    this.reserve(count, given);
    this.count = count;
  }

  /** Bytes of one series when serialised. */
  public get bytesPerSeries(): number {
    return this.columns.reduce((sum, column) => sum + column.rows * this.column(column.name).BYTES_PER_ELEMENT, 0);
  }

  /** Appends series that were never seen. */
  public add(count: number): void {
    const needed = this.count + count;
    // half as much again, so that series that come one by one do not copy the state each time
    if (needed > this.capacity) this.reserve(this.count === 0 ? needed : Math.max(needed, Math.ceil(this.capacity * 1.5)));
    this.count = needed;
  }

  /** Bytes of one row of a column, without the spare room: for reading and for writing. */
  public rowBytes(name: ColumnName, row: number): Uint8Array {
    const column = this.column(name);
    const size = column.BYTES_PER_ELEMENT;
    return new Uint8Array(column.buffer as ArrayBuffer, column.byteOffset + row * this.capacity * size, this.count * size);
  }

  private column(name: ColumnName): Numbers {
    return this[name];
  }

  private reserve(capacity: number, given?: (column: Column) => Numbers | undefined): void {
    const grown: Record<string, Numbers> = {};
    for (const kind of this.columns) {
      const { name, type, rows, initial, initialByRow } = kind;
      const known = given?.(kind);
      if (known !== undefined) {
        grown[name] = known;
        continue;
      }
      const column = allocate(type, rows * capacity);
      if (initialByRow) for (let row = 0; row < rows; row++) column.fill(initialByRow(row), row * capacity, (row + 1) * capacity);
      else if (initial !== 0) column.fill(initial);
      const old = this.column(name);
      for (let row = 0; row < rows && this.count > 0; row++) {
        column.set(old.subarray(row * this.capacity, row * this.capacity + this.count), row * capacity);
      }
      grown[name] = column;
    }
    Object.assign(this, grown);
    this.idleNow = new Uint8Array(capacity);
    this.capacity = capacity;
  }
}
