import type { Calendar } from './calendar';

type Numbers = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array;

/** What the values of a series have been so far: its range decides what is expected of it. */
export const ANY_VALUES = 0;
export const NEVER_NEGATIVE = 1;
export const COUNTS = 2;

interface Column {
  readonly name: ColumnName;
  readonly type: 'float64' | 'float32' | 'uint32' | 'uint16' | 'uint8';
  /** Numbers for each series. */
  readonly rows: number;
  /** What a series has that was never seen. */
  readonly initial: number;
}

type ColumnName =
  'level' | 'mean' | 'scale' | 'deviation' | 'cycleError' | 'weekError' | 'surprise' | 'unrest' | 'anomalySize' |
  'runMean' | 'runSpread' | 'cycle' | 'week' | 'noise' | 'points' | 'errors' | 'firstSeen' | 'weekMisses' | 'runLength' | 'kind';

/** Columns in the order in which they are serialised: wide types first, so that every column is aligned. */
function columnsOf(calendar: Calendar): Column[] {
  return [
    { name: 'level', type: 'float64', rows: 1, initial: 0 },
    { name: 'mean', type: 'float64', rows: 1, initial: 0 },
    { name: 'scale', type: 'float32', rows: 1, initial: 0 },
    { name: 'deviation', type: 'float32', rows: 1, initial: 0 },
    { name: 'cycleError', type: 'float32', rows: 1, initial: 0 },
    { name: 'weekError', type: 'float32', rows: 1, initial: 0 },
    { name: 'surprise', type: 'float32', rows: 1, initial: 0 },
    { name: 'unrest', type: 'float32', rows: 1, initial: 0 },
    { name: 'anomalySize', type: 'float32', rows: 1, initial: 0 },
    { name: 'runMean', type: 'float32', rows: 1, initial: 0 },
    { name: 'runSpread', type: 'float32', rows: 1, initial: 0 },
    { name: 'cycle', type: 'float32', rows: calendar.cycleSlots, initial: NaN },
    { name: 'week', type: 'float32', rows: calendar.weekSlots, initial: NaN },
    { name: 'noise', type: 'float32', rows: calendar.noiseSlots, initial: NaN },
    { name: 'points', type: 'uint32', rows: 1, initial: 0 },
    { name: 'errors', type: 'uint32', rows: 1, initial: 0 },
    { name: 'firstSeen', type: 'uint32', rows: 1, initial: 0 },
    { name: 'weekMisses', type: 'uint32', rows: calendar.weekSlots / 24, initial: 0 },
    { name: 'runLength', type: 'uint16', rows: 1, initial: 0 },
    { name: 'kind', type: 'uint8', rows: 1, initial: COUNTS },
  ];
}

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
  /** Recent mean absolute error of the expectation without and with the week's part. */
  public cycleError!: Float32Array;
  public weekError!: Float32Array;
  /** Share of the recent intervals that were anomalous, 0-1. */
  public surprise!: Float32Array;
  /** Recent number of anomalies that began, per interval, and the usual size of their first error. */
  public unrest!: Float32Array;
  public anomalySize!: Float32Array;
  /** Mean error and its mean absolute deviation in the present run of anomalous intervals. */
  public runMean!: Float32Array;
  public runSpread!: Float32Array;
  /** Slots of the short cycle; NaN where no value was seen. */
  public cycle!: Float32Array;
  /** Slots of the week: what is left over by level and short cycle; NaN where nothing was seen. */
  public week!: Float32Array;
  /** Usual error by hour of the day (day of the week for daily data); NaN where no error was seen. */
  public noise!: Float32Array;
  /** Values seen. */
  public points!: Uint32Array;
  /** Prediction errors seen: fewer than the values by the first sight of each slot. */
  public errors!: Uint32Array;
  /** Number of the interval, since the model's beginning, of the first value. */
  public firstSeen!: Uint32Array;
  /** One number for each weekday, one bit for each hour: whether that hour of the week was far off when last seen. */
  public weekMisses!: Uint32Array;
  /** Successive anomalous intervals on the same side. */
  public runLength!: Uint16Array;
  /** ANY_VALUES, NEVER_NEGATIVE or COUNTS. */
  public kind!: Uint8Array;

  /** Series that there is room for: the length of one row. */
  public capacity = 0;
  public count = 0;
  private readonly columns: readonly Column[];

  public constructor(calendar: Calendar, count: number) {
    this.columns = columnsOf(calendar);
    this.reserve(count);
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

  /** Calls back with the bytes of each row, in a fixed order, without the spare room: for reading and for writing. */
  public forEachRow(visit: (bytes: Uint8Array) => void): void {
    for (const { name, rows } of this.columns) {
      const column = this.column(name);
      const size = column.BYTES_PER_ELEMENT;
      for (let row = 0; row < rows; row++) {
        visit(new Uint8Array(column.buffer as ArrayBuffer, column.byteOffset + row * this.capacity * size, this.count * size));
      }
    }
  }

  private column(name: ColumnName): Numbers {
    return this[name];
  }

  private reserve(capacity: number): void {
    const grown: Record<string, Numbers> = {};
    for (const { name, type, rows, initial } of this.columns) {
      const column = allocate(type, rows * capacity);
      if (initial !== 0) column.fill(initial);
      const old = this.column(name);
      for (let row = 0; row < rows && this.count > 0; row++) {
        column.set(old.subarray(row * this.capacity, row * this.capacity + this.count), row * capacity);
      }
      grown[name] = column;
    }
    Object.assign(this, grown);
    this.capacity = capacity;
  }
}
