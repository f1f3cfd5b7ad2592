// SPDX-License-Identifier: Apache-2.0

import { XxHash32, xxHash32 } from './checksum';
import { type Numbers, SeriesState } from './series-state';
import type { Column } from './state-columns';
import { columnsOfVersion1, migrationOf, type RowNumbers, type StoredColumn } from './state-migration';
import { Calendar, type ModelSettings } from '../calendar/calendar';
import { takeHoursForKnown } from '../events/lasting-error';
import { takeRestsForUsual } from '../rarity/stuck-values';

/** `RLDM`: Redshift Lookout detection model. */
const MAGIC = [0x52, 0x4c, 0x44, 0x4d];
const VERSION = 2;
const INTERVALS: readonly number[] = [300, 600, 3600, 86400];
/** Bytes before the description: magic, version, length of the file, checksum, length of the description, nothing. */
const OFFSET = { version: 4, length: 8, checksum: 12, description: 16 };
const START_BYTES = 24;
/** The layout of version 1, which has no description: interval, series, intervals learned, first and last interval start. */
const OFFSET_1 = { interval: 8, series: 12, learned: 16, first: 24, last: 32, checksum: 40 };
const START_BYTES_1 = 48;
/** Largest prime below 2^32: modulus of the checksum of version 1. */
const CHECKSUM_MODULUS_1 = 4294967291;
/** Every column begins at a multiple of this. */
const ALIGNMENT = 8;
/** How many times the length of its file a state may take: an engine with more columns than the one that wrote it takes more. */
const MOST_GROWTH = 8;
const SMALL_STATE_BYTES = 1_000_000;

/** Where a model stands in time. */
export interface ModelClock {
  /** Intervals observed. */
  readonly learned: number;
  /** Wall clock of the first and the newest interval; NaN before the first. */
  readonly first: number;
  readonly last: number;
}

/** Where a column's rows lie in the file. */
interface PlacedColumn extends StoredColumn {
  /** Bytes from the beginning of the file. */
  readonly offset: number;
}

/** What a file says of itself. */
interface Description {
  readonly settings: ModelSettings;
  readonly series: number;
  readonly clock: { readonly learned: number; readonly first: number | null; readonly last: number | null };
  readonly columns: readonly PlacedColumn[];
}

/**
 * Writes a model.
 *
 * Layout of version 2; numbers are little-endian, as x86-64 and ARM64 hold them:
 *
 * | bytes | what |
 * | --- | --- |
 * | 0-3 | `RLDM` |
 * | 4-7 | version, 2 |
 * | 8-11 | length of the file |
 * | 12-15 | checksum: xxHash32 of the bytes from 16 on |
 * | 16-19 | length of the description |
 * | 20-23 | 0 |
 * | 24- | description as JSON, with spaces at its end: `settings` of the engine, number of `series`, `clock` (see ModelClock), `columns` |
 * | ... | the columns, each from a multiple of 8 bytes on: a row of all series, the next row, and so on |
 *
 * The directory `columns` names each column with its `type`, number of `rows` and `offset` from the beginning of the file. A reader takes
 * the columns that it knows by their name: others are left out, those that are missing begin anew, changed ones are migrated
 * (state-migration.ts). So a new column needs no new version; only another layout does.
 * @param before bytes that are left free before the model: a multiple of 8
 * @throws RangeError for a model beyond 4 GB
 */
export function write(settings: ModelSettings, state: SeriesState, clock: ModelClock, before = 0): Uint8Array {
  const { description, length } = describe(settings, state, clock);
  if (length >= 2 ** 32) throw new RangeError(`detection model of ${state.count} series needs ${length} bytes, and 4 GB is the most: share the series among several models`);
  const all = new Uint8Array(before + length);
  const bytes = all.subarray(before);
  bytes.set(MAGIC);
  const start = new DataView(all.buffer, before, START_BYTES);
  start.setUint32(OFFSET.version, VERSION, true);
  start.setUint32(OFFSET.length, length, true);
  start.setUint32(OFFSET.description, description.length, true);
  bytes.set(description, START_BYTES);
  const hash = new XxHash32(bytes.subarray(OFFSET.description));
  let offset = START_BYTES + description.length;
  for (const { name, rows } of state.columns) {
    for (let row = 0; row < rows; row++) {
      const numbers = state.rowBytes(name, row);
      bytes.set(numbers, offset);
      offset += numbers.length;
      hash.take(offset - OFFSET.description);
    }
    offset = aligned(offset);
  }
  start.setUint32(OFFSET.checksum, hash.digest(), true);
  return all;
}

function describe(settings: ModelSettings, state: SeriesState, clock: ModelClock): { readonly description: Uint8Array; readonly length: number } {
  let offset = 0;
  const columns = state.columns.map(({ name, type, rows }) => {
    const column = { name, type, rows, offset };
    offset = aligned(offset + rows * state.count * bytesOf(type));
    return column;
  });
  const described = (from: number): Uint8Array => {
    const description: Description = {
      settings,
      series: state.count,
      clock: { learned: clock.learned, first: numberOrNull(clock.first), last: numberOrNull(clock.last) },
      columns: columns.map(column => ({ ...column, offset: from + column.offset })),
    };
    return new TextEncoder().encode(JSON.stringify(description));
  };
  // the offsets are part of the text whose length they depend on: room for the longest of them
  const room = aligned(described(2 ** 32 - 1 - offset).length);
  const description = new Uint8Array(room).fill(0x20);
  description.set(described(START_BYTES + room));
  return { description, length: START_BYTES + room + offset };
}

/** A model read from bytes. */
export interface ModelBytes {
  readonly settings: ModelSettings;
  readonly state: SeriesState;
  readonly clock: ModelClock;
}

/**
 * Reads a model that this or an earlier version of the engine has written.
 * @param memory `own` makes the bytes the memory of the state, as far as the columns in them are as this engine keeps them
 * @throws TypeError when the bytes are no model, a model of a later version, or damaged
 */
export function read(bytes: Uint8Array, memory: 'copy' | 'own' = 'copy'): ModelBytes {
  if (bytes.length < MAGIC.length || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new TypeError(`these ${bytes.length} bytes are not a detection model: they do not begin with "RLDM"`);
  }
  if (bytes.length < START_BYTES) throw new TypeError(`detection model is truncated: ${bytes.length} bytes, and its header alone has ${START_BYTES}`);
  const start = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = start.getUint32(OFFSET.version, true);
  if (version !== 1 && version !== VERSION) {
    throw new TypeError(`detection model has version ${version}, and this engine reads versions 1 to ${VERSION}: run the library that wrote it or a later one`);
  }
  const { settings, series, clock, columns } = version === 1 ? describedByVersion1(bytes, start) : describedByItself(bytes, start);
  const calendar = new Calendar(settings.intervalSeconds);
  const needed = series * new SeriesState(calendar, 0).bytesPerSeries;
  if (needed > Math.max(SMALL_STATE_BYTES, MOST_GROWTH * bytes.length)) {
    throw damaged(`${bytes.length} bytes cannot hold ${series} series`);
  }
  const stored = new Map(columns.map(column => [column.name, column]));
  const own = new Set<Column>();
  const state = new SeriesState(calendar, series, memory === 'copy' ? undefined : column => {
    const numbers = ownNumbers(bytes, series, stored.get(column.name), column);
    if (numbers !== undefined) own.add(column);
    return numbers;
  });
  for (const column of state.columns) {
    const found = stored.get(column.name);
    if (found !== undefined && !own.has(column)) loadColumn(bytes, found, state, column);
  }
  if (!stored.has('lastingWeeks')) takeHoursForKnown(calendar, state);
  if (!stored.has('mostEqual')) takeRestsForUsual(state);
  return { settings, state, clock: { learned: clock.learned, first: clock.first ?? NaN, last: clock.last ?? NaN } };
}

/** A column's numbers as they lie in the file; undefined where the file has them otherwise, or not where such numbers can lie. */
function ownNumbers(bytes: Uint8Array, series: number, stored: PlacedColumn | undefined, column: Column): Numbers | undefined {
  const size = bytesOf(column.type);
  if (stored?.type !== column.type || stored.rows !== column.rows || (bytes.byteOffset + stored.offset) % size !== 0) return undefined;
  return numbersOf(column.type, bytes.subarray(stored.offset, stored.offset + column.rows * series * size));
}

function loadColumn(bytes: Uint8Array, stored: PlacedColumn, state: SeriesState, column: Column): void {
  const length = state.count * bytesOf(stored.type);
  const rowOf = (row: number): Uint8Array => bytes.subarray(stored.offset + row * length, stored.offset + (row + 1) * length);
  if (stored.type === column.type && stored.rows === column.rows) {
    for (let row = 0; row < column.rows; row++) state.rowBytes(column.name, row).set(rowOf(row));
    return;
  }
  const migrate = migrationOf(stored, column);
  migrate?.(stored, row => numbersOf(stored.type, rowOf(row).slice()), row => numbersOf(column.type, state.rowBytes(column.name, row)));
}

/** Checks everything that the reading relies on, the checksum before the text. */
function describedByItself(bytes: Uint8Array, start: DataView): Description {
  const length = start.getUint32(OFFSET.length, true);
  checkLength(bytes, length);
  checkSum(xxHash32(bytes.subarray(OFFSET.description)), start.getUint32(OFFSET.checksum, true));
  const end = START_BYTES + start.getUint32(OFFSET.description, true);
  if (end > length) throw damaged(`its description ends at byte ${end} of ${length}`);
  const found = parsed(bytes.subarray(START_BYTES, end));
  checkInterval(found.settings?.intervalSeconds);
  const { series = NaN, clock, columns } = found;
  if (!isCount(series)) throw damaged(`number of series ${series}`);
  const { learned = NaN, first, last } = clock ?? {};
  if (!isCount(learned) || (learned > 0 && !(Number.isFinite(first) && Number.isFinite(last)))) throw damaged(`clock ${JSON.stringify(clock)}`);
  if (!Array.isArray(columns)) throw damaged('its description names no columns');
  for (const column of columns as (Partial<PlacedColumn> | null)[]) {
    const { name, type, rows, offset } = column ?? {};
    const size = bytesOf(type);
    if (typeof name !== 'string' || !(size > 0) || !isCount(rows) || !isCount(offset) || !(offset + rows * series * size <= length)) {
      throw damaged(`column ${JSON.stringify(column)} does not fit into ${length} bytes of ${series} series`);
    }
  }
  return found as Description;
}

function parsed(text: Uint8Array): { readonly [Key in keyof Description]?: Partial<Description[Key]> } & { readonly series?: number } {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)) as Description | null ?? {};
  } catch (error) {
    throw damaged(`its description is no JSON: ${(error as Error).message}`);
  }
}

function describedByVersion1(bytes: Uint8Array, start: DataView): Description {
  if (bytes.length < START_BYTES_1) throw new TypeError(`detection model is truncated: ${bytes.length} bytes, and its header alone has ${START_BYTES_1}`);
  const intervalSeconds = start.getUint32(OFFSET_1.interval, true);
  checkInterval(intervalSeconds);
  const settings = { intervalSeconds } as ModelSettings;
  const series = start.getUint32(OFFSET_1.series, true);
  let offset = START_BYTES_1;
  const columns = columnsOfVersion1(settings).map(column => {
    const placed = { ...column, offset };
    offset += column.rows * series * bytesOf(column.type);
    return placed;
  });
  checkLength(bytes, offset);
  checkSum(checksumOfVersion1(bytes), start.getUint32(OFFSET_1.checksum, true));
  const [learned, first, last] = [OFFSET_1.learned, OFFSET_1.first, OFFSET_1.last].map(place => start.getFloat64(place, true));
  return { settings, series, clock: { learned: learned!, first: numberOrNull(first!), last: numberOrNull(last!) }, columns };
}

/** Of everything but the checksum itself and the padding after it. Sums stay below 2^53, so plain numbers do. */
function checksumOfVersion1(bytes: Uint8Array): number {
  let total = 0;
  const add = (from: number, to: number): void => {
    for (let start = from; start < to; start += 4096) {
      const end = Math.min(start + 4096, to);
      let sum = 0;
      for (let index = start; index < end; index++) sum += bytes[index]! * (index - start + 1);
      total = (total * 257 + sum) % CHECKSUM_MODULUS_1;
    }
  };
  add(0, OFFSET_1.checksum);
  add(START_BYTES_1, bytes.length);
  return total;
}

function checkLength(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new TypeError(`detection model is ${bytes.length < length ? 'truncated' : 'too long'}: ${bytes.length} bytes, expected ${length}`);
  }
}

function checkSum(found: number, stored: number): void {
  if (found !== stored) throw damaged(`checksum ${found}, expected ${stored}`);
}

function checkInterval(seconds: unknown): void {
  if (!INTERVALS.includes(seconds as number)) throw damaged(`interval of ${JSON.stringify(seconds)} seconds`);
}

function damaged(what: string): TypeError {
  return new TypeError(`detection model is damaged: ${what}`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/** Bytes of a number of a type; NaN for what is no type. */
function bytesOf(type: unknown): number {
  return Number(/^(?:float(?=32|64)|u?int(?!64))(8|16|32|64)$/.exec(String(type))?.[1]) / 8;
}

/** Bytes that begin at a multiple of the type's size, as numbers. */
function numbersOf(type: Column['type'], bytes: Uint8Array): Numbers;
function numbersOf(type: string, bytes: Uint8Array): RowNumbers;
function numbersOf(type: string, { buffer, byteOffset, length }: Uint8Array): RowNumbers {
  const count = length / bytesOf(type);
  switch (type) {
    case 'float64': return new Float64Array(buffer, byteOffset, count);
    case 'float32': return new Float32Array(buffer, byteOffset, count);
    case 'int32': return new Int32Array(buffer, byteOffset, count);
    case 'uint32': return new Uint32Array(buffer, byteOffset, count);
    case 'int16': return new Int16Array(buffer, byteOffset, count);
    case 'uint16': return new Uint16Array(buffer, byteOffset, count);
    case 'int8': return new Int8Array(buffer, byteOffset, count);
    default: return new Uint8Array(buffer, byteOffset, count);
  }
}
