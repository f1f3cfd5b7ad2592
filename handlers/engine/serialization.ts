import { Calendar, type ModelSettings } from './calendar';
import { SeriesState } from './series-state';

/** `RLDM`: Redshift Lookout detection model. */
const MAGIC = [0x52, 0x4c, 0x44, 0x4d];
const VERSION = 1;
const INTERVALS: readonly number[] = [300, 600, 3600, 86400];
/** Header: magic, version, interval, series, intervals learned, first and last interval start, checksum; all little-endian. */
const OFFSET = { version: 4, interval: 8, series: 12, learned: 16, first: 24, last: 32, checksum: 40 };
const HEADER_BYTES = 48;
/** Largest prime below 2^32: the checksum's modulus. */
const CHECKSUM_MODULUS = 4294967291;

/** Where a model stands in time. */
export interface ModelClock {
  /** Intervals observed. */
  readonly learned: number;
  /** Wall clock of the first and the newest interval; NaN before the first. */
  readonly first: number;
  readonly last: number;
}

/** Writes a model: a header, then the state row by row as the machine holds it (little-endian on x86-64 and ARM64). */
export function write(settings: ModelSettings, state: SeriesState, clock: ModelClock): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + state.count * state.bytesPerSeries);
  let offset = HEADER_BYTES;
  state.forEachRow(row => {
    bytes.set(row, offset);
    offset += row.length;
  });
  bytes.set(MAGIC);
  const header = new DataView(bytes.buffer, 0, HEADER_BYTES);
  header.setUint32(OFFSET.version, VERSION, true);
  header.setUint32(OFFSET.interval, settings.intervalSeconds, true);
  header.setUint32(OFFSET.series, state.count, true);
  header.setFloat64(OFFSET.learned, clock.learned, true);
  header.setFloat64(OFFSET.first, clock.first, true);
  header.setFloat64(OFFSET.last, clock.last, true);
  header.setUint32(OFFSET.checksum, checksum(bytes), true);
  return bytes;
}

/** A model read from bytes. `load` fills a new state of `seriesCount` series. */
export interface ModelBytes {
  readonly settings: ModelSettings;
  readonly seriesCount: number;
  readonly clock: ModelClock;
  load(state: SeriesState): void;
}

/** @throws TypeError when the bytes are no model, a model of another version, or damaged */
export function read(bytes: Uint8Array): ModelBytes {
  if (bytes.length < MAGIC.length || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new TypeError(`these ${bytes.length} bytes are not a detection model: they do not begin with "RLDM"`);
  }
  if (bytes.length < HEADER_BYTES) throw new TypeError(`detection model is truncated: ${bytes.length} bytes, and its header alone has ${HEADER_BYTES}`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const version = header.getUint32(OFFSET.version, true);
  if (version !== VERSION) throw new TypeError(`detection model has version ${version}, and this engine reads version ${VERSION}; let the detector learn again`);
  const intervalSeconds = header.getUint32(OFFSET.interval, true);
  if (!INTERVALS.includes(intervalSeconds)) throw new TypeError(`detection model is damaged: interval of ${intervalSeconds} seconds`);
  const settings = { intervalSeconds } as ModelSettings;
  const seriesCount = header.getUint32(OFFSET.series, true);
  const length = HEADER_BYTES + seriesCount * new SeriesState(new Calendar(intervalSeconds), 0).bytesPerSeries;
  if (bytes.length !== length) {
    throw new TypeError(`detection model is ${bytes.length < length ? 'truncated' : 'too long'}: ${bytes.length} bytes, expected ${length} for ${seriesCount} series`);
  }
  const found = checksum(bytes);
  const stored = header.getUint32(OFFSET.checksum, true);
  if (found !== stored) throw new TypeError(`detection model is damaged: checksum ${found}, expected ${stored}`);
  return {
    settings,
    seriesCount,
    clock: {
      learned: header.getFloat64(OFFSET.learned, true), first: header.getFloat64(OFFSET.first, true), last: header.getFloat64(OFFSET.last, true),
    },
    load: state => {
      let offset = HEADER_BYTES;
      state.forEachRow(row => {
        row.set(bytes.subarray(offset, offset + row.length));
        offset += row.length;
      });
    },
  };
}

/** Of everything but the checksum itself. Sums stay below 2^53, so plain numbers do; 45 MB take some ten milliseconds. */
function checksum(bytes: Uint8Array): number {
  let total = 0;
  const add = (from: number, to: number): void => {
    for (let start = from; start < to; start += 4096) {
      const end = Math.min(start + 4096, to);
      let sum = 0;
      // weighted by place, so that swapped bytes show
      for (let index = start; index < end; index++) sum += bytes[index]! * (index - start + 1);
      total = (total * 257 + sum) % CHECKSUM_MODULUS;
    }
  };
  add(0, OFFSET.checksum);
  add(HEADER_BYTES, bytes.length);
  return total;
}
