// SPDX-License-Identifier: Apache-2.0

import type { ModelHeader, OngoingGroup } from './model-header';
import { FREQUENCY_SECONDS } from '../../../src/private/contract';
import { xxHash32 } from '../../engine/state/checksum';
import { SeriesIndex } from '../../input/series-index';

/** First bytes of a model object; that of version 1 had no checksum for its header. */
const MAGIC = 'LMD2';
const MAGIC_1 = 'LMDL';
const VERSION = 2;
/** Magic, length of the header, its checksum, nothing. */
const START_BYTES = 16;
const START_BYTES_1 = 8;

/** The header as it is written: each dimension value once, and combinations as numbers of their values. */
interface WrittenHeader extends ModelHeader {
  readonly version: number;
  readonly combinations: { readonly count: number; readonly values: readonly (readonly string[])[]; readonly codes: readonly (readonly number[])[] };
}

/**
 * Writes a model object: `LMD2`, the header's length, its xxHash32 and 0 as 32-bit numbers (little-endian), the header as JSON with spaces
 * up to a multiple of 8 bytes, the engine's state (see `engine/state/serialization.ts`, which has a checksum of its own). Members that a later
 * version adds to the header are left out by an earlier one, and have a default here; only another layout needs another version.
 * @param engine writes the engine's state, with so many bytes left free before it
 */
export function encodeModelFile(header: ModelHeader, series: SeriesIndex, engine: (before: number) => Uint8Array): Uint8Array {
  const described: WrittenHeader = {
    ...header,
    version: VERSION,
    combinations: { count: series.count, values: series.values, codes: series.codes.map(column => Array.from(column)) },
  };
  const text = Buffer.from(JSON.stringify(described));
  const end = Math.ceil((START_BYTES + text.length) / 8) * 8;
  const written = engine(end);
  const bytes = Buffer.from(written.buffer, written.byteOffset, written.length);
  bytes.write(MAGIC, 'latin1');
  text.copy(bytes, START_BYTES);
  bytes.fill(' ', START_BYTES + text.length, end);
  bytes.writeUInt32LE(end - START_BYTES, 4);
  bytes.writeUInt32LE(xxHash32(bytes.subarray(START_BYTES, end)), 8);
  bytes.writeUInt32LE(0, 12);
  return bytes;
}

/** A model object that was read. */
export interface ModelFile {
  readonly header: ModelHeader;
  readonly series: SeriesIndex;
  /** The engine's state: a part of the bytes that were read. */
  readonly engine: Uint8Array;
}

/**
 * Reads a model object of this version or an earlier one.
 * @throws TypeError when the bytes are no model object, one of a later version, or damaged
 */
export function decodeModelFile(bytes: Uint8Array): ModelFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = buffer.toString('latin1', 0, MAGIC.length);
  if (magic !== MAGIC && magic !== MAGIC_1) throw new TypeError(`the object (${bytes.length} bytes) holds no detector model: it does not begin with "${MAGIC}"`);
  const start = magic === MAGIC ? START_BYTES : START_BYTES_1;
  const end = buffer.length < start ? Infinity : start + buffer.readUInt32LE(4);
  if (end > buffer.length) throw new TypeError(`the detector model is truncated: ${bytes.length} bytes, and its header ends at ${end === Infinity ? start : end}`);
  const text = buffer.subarray(start, end);
  if (magic === MAGIC && (xxHash32(text) !== buffer.readUInt32LE(8) || buffer.readUInt32LE(12) !== 0)) throw damaged('its header does not fit its checksum');
  const { version, combinations, ...header } = parsed(text);
  if (version !== (magic === MAGIC ? VERSION : 1)) {
    throw new TypeError(`the detector model has version ${String(version)}, and this function reads versions 1 to ${VERSION}`);
  }
  const { measures, dimensions, learned, frequency, holidays } = header;
  if (!Array.isArray(measures) || !Array.isArray(dimensions) || !Array.isArray(header.ongoing) || typeof learned !== 'number') throw damaged('its header lacks what every model has');
  if (holidays !== undefined && !Array.isArray(holidays?.names)) throw damaged('its holidays have no names');
  const series = new SeriesIndex(
    measures.map(measure => measure.name), dimensions, Array.isArray(combinations) ? combinations as string[][] : []);
  if (!Array.isArray(combinations)) addCombinations(series, combinations);
  return {
    header: {
      ...header as ModelHeader,
      ongoing: header.ongoing!.map(group => withDuration(group, FREQUENCY_SECONDS[frequency!])),
      paused: header.paused ?? [],
      judged: header.judged ?? [],
      feedbackSeen: header.feedbackSeen ?? 0,
      toldMissing: header.toldMissing ?? [],
    },
    series,
    engine: bytes.subarray(end),
  };
}

function parsed(text: Buffer): Partial<Omit<WrittenHeader, 'combinations'>> & { readonly combinations?: unknown } {
  try {
    const value: unknown = JSON.parse(text.toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw damaged(`its header is no JSON: ${(error as Error).message}`);
  }
  throw damaged('its header is no JSON object');
}

function addCombinations(series: SeriesIndex, written: unknown): void {
  const { count, values, codes } = (written ?? {}) as Partial<WrittenHeader['combinations']>;
  const dimensions = series.dimensions.length;
  if (!isCount(count) || values?.length !== dimensions || codes?.length !== dimensions || codes.some(column => column?.length !== count)
    || (dimensions === 0 && count > 1)) {
    throw damaged('its combinations of dimension values are not complete');
  }
  for (const [dimension, texts] of values.entries()) {
    for (const [code, text] of texts.entries()) {
      if (typeof text !== 'string' || series.codeOrAdd(dimension, text) !== code) throw damaged(`value ${code} of dimension ${dimension} is none, or comes twice`);
    }
  }
  series.reserve(count);
  const combination = new Int32Array(dimensions);
  for (let number = 0; number < count; number++) {
    for (let dimension = 0; dimension < dimensions; dimension++) {
      const code = combination[dimension] = codes[dimension][number];
      if (values[dimension][code] === undefined) throw damaged(`combination ${number} has no value of dimension ${dimension}`);
    }
    series.findOrAddCodes(combination);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Groups of version 1 did not hold their highest severity and how long they had lasted. */
function withDuration(group: OngoingGroup, intervalSeconds: number): OngoingGroup {
  const { record, peak, intervals }: Pick<OngoingGroup, 'record'> & Partial<OngoingGroup> = group;
  const lasted = Math.round((record.end - record.start) / intervalSeconds) + 1;
  return { ...group, peak: peak ?? record.score, intervals: intervals ?? lasted };
}

function damaged(what: string): TypeError {
  return new TypeError(`the detector model is damaged: ${what}`);
}
