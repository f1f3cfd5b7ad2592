// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- numbers of a few bits */

import type { OverallSilence } from './overall-silence';
import type { ReportingHours } from './reporting-hours';
import { dayOf, weekdayOf } from './silences';
import type { UsualPauses } from './usual-pauses';

/** `RLMD`: Redshift Lookout missing data. */
const MAGIC = 0x444d4c52;
const VERSION = 4;
/** The version without shares by the part of the day and pauses of the week; the second one has them, and no hours and weekdays. */
const FIRST_VERSION = 1;
/** The first one with hours and weekdays; the fourth knows what is open on holidays, in bits and bytes that were nothing before. */
const HOURS_VERSION = 3;
/** Magic, version, combinations, how many holidays are told apart, what is known of them together, nothing, and the newest interval. */
const HEADER_BYTES = 24;
const LEVEL_BITS = 4;
const DAY_BITS = 2;
const HOLIDAY_BITS = 2;
const SHARE_BITS = 12;
const DAY_SECONDS = 86_400;

/** Header and combinations of earlier versions. */
const EARLIER_HEADER_BYTES = 40;
const EARLIER_BYTES_EACH = 8;
/** Share of the intervals from which a combination was regular in earlier versions. */
const REGULAR = 0.75;

/** What is kept of the combinations: by number. */
export interface CombinationStates {
  readonly intervalSeconds: number;
  /** Most silent intervals that are counted, less one. */
  readonly gone: number;
  readonly hours: ReportingHours;
  readonly pauses: UsualPauses;
  readonly overall: OverallSilence;
  /** Share of the intervals with rows, in parts of 4,095. */
  readonly share: Uint16Array;
  readonly silent: Uint16Array;
}

/** How many bits each number of a combination has. */
function bitsOf({ intervalSeconds, gone, hours, pauses }: CombinationStates): { silent: number; today: number; days: number; bytes: number } {
  const isDaily = intervalSeconds >= DAY_SECONDS;
  const silent = Math.ceil(Math.log2(gone + 2));
  const today = isDaily ? 0 : Math.ceil(Math.log2(DAY_SECONDS / intervalSeconds + 1));
  const days = isDaily ? 0 : DAY_BITS;
  const others = SHARE_BITS + silent + today + HOLIDAY_BITS;
  return { silent, today, days, bytes: Math.ceil((hours.parts * LEVEL_BITS + 7 * (days + pauses.bits) + others) / 8) };
}

/** Writes numbers of a few bits each, the lowest bits first. */
class BitWriter {
  private held = 0;
  private count = 0;

  public constructor(private readonly bytes: Uint8Array, private at: number) {}

  public write(value: number, bits: number): void {
    this.held |= value << this.count;
    this.count += bits;
    for (; this.count >= 8; this.count -= 8) {
      this.bytes[this.at++] = this.held & 0xff;
      this.held >>>= 8;
    }
  }

  /** The same as `write` for all of them, with 4 bits each. */
  public writeLevels(levels: Uint8Array, from: number, to: number): void {
    // two of them are a byte
    let index = from;
    for (; this.count === 0 && index + 1 < to; index += 2) this.bytes[this.at++] = levels[index]! | levels[index + 1]! << LEVEL_BITS;
    for (; index < to; index++) this.write(levels[index]!, LEVEL_BITS);
  }

  /** Ends a combination: the next one begins with a byte. */
  public end(): void {
    if (this.count > 0) this.bytes[this.at++] = this.held & 0xff;
    this.held = 0;
    this.count = 0;
  }
}

/** Reads what `BitWriter` wrote. */
class BitReader {
  private held = 0;
  private count = 0;

  public constructor(private readonly bytes: Uint8Array, private at: number) {}

  public read(bits: number): number {
    for (; this.count < bits; this.count += 8) this.held |= this.bytes[this.at++]! << this.count;
    const value = this.held & ((1 << bits) - 1);
    this.held >>>= bits;
    this.count -= bits;
    return value;
  }

  /** Reads what `writeLevels` wrote. */
  public readLevels(levels: Uint8Array, from: number, to: number): void {
    let index = from;
    for (; this.count === 0 && index + 1 < to; index += 2) {
      const both = this.bytes[this.at++]!;
      levels[index] = both & 2 ** LEVEL_BITS - 1;
      levels[index + 1] = both >>> LEVEL_BITS;
    }
    for (; index < to; index++) levels[index] = this.read(LEVEL_BITS);
  }

  public end(): void {
    this.held = 0;
    this.count = 0;
  }
}

/** @param last start of the newest interval */
export function writeMissingData(states: CombinationStates, count: number, last: number): Uint8Array {
  const { hours, overall, pauses, share, silent } = states;
  const bits = bitsOf(states);
  const holidays = HEADER_BYTES + overall.byteLength;
  const { levels, single } = overall.hours.days.holidays;
  const start = holidays + single.length;
  const bytes = new Uint8Array(start + bits.bytes * count);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, count, true);
  view.setUint16(12, single.length, true);
  view.setUint8(14, levels[0]!);
  view.setFloat64(16, last, true);
  overall.serialize(bytes.subarray(HEADER_BYTES, holidays));
  bytes.set(single, holidays);
  const writer = new BitWriter(bytes, start);
  for (let index = 0; index < count; index++) {
    writer.writeLevels(hours.levels, index * hours.parts, (index + 1) * hours.parts);
    for (let day = 0; day < 7; day++) {
      if (bits.days > 0) writer.write(hours.days.days[7 * index + day]!, bits.days);
      writer.write(pauses.levels[7 * index + day]!, pauses.bits);
    }
    writer.write(share[index]!, SHARE_BITS);
    writer.write(silent[index]!, bits.silent);
    if (bits.today > 0) writer.write(hours.today[index]!, bits.today);
    writer.write(hours.days.holidays.levels[index]!, HOLIDAY_BITS);
    writer.end();
  }
  return bytes;
}

/**
 * Reads what `writeMissingData` wrote, or an earlier version did.
 * @param grow makes room for so many combinations; `states` is asked again afterwards
 * @returns start of the newest interval
 * @throws TypeError when the bytes are something else, another version, or truncated
 */
export function readMissingData(bytes: Uint8Array, states: () => CombinationStates, grow: (count: number) => void): number {
  const view = bytes.length >= HEADER_BYTES ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) : undefined;
  if (view?.getUint32(0, true) !== MAGIC) throw new TypeError(`these ${bytes.length} bytes are no missing-data state: they do not begin with "RLMD"`);
  const version = view.getUint32(4, true);
  if (version < FIRST_VERSION || version > VERSION) {
    throw new TypeError(`missing-data state has version ${version}, and this engine reads versions ${FIRST_VERSION} to ${VERSION}`);
  }
  const count = view.getUint32(8, true);
  const empty = states();
  const hasHours = version >= HOURS_VERSION;
  const holidays = HEADER_BYTES + empty.overall.byteLength;
  const start = hasHours ? holidays + (version === HOURS_VERSION ? 0 : view.getUint16(12, true)) : startOfEarlier(version, empty);
  const each = hasHours ? bitsOf(empty).bytes : EARLIER_BYTES_EACH + (version === FIRST_VERSION ? 0 : 2 * partsOfSecond(empty));
  const length = start + each * count;
  if (bytes.length !== length) throw new TypeError(`missing-data state has ${bytes.length} bytes, expected ${length} for ${count} combinations of dimension values`);
  grow(count);
  if (!hasHours) return readEarlier(view, version, states(), { count, start, each });
  states().overall.restore(bytes.subarray(HEADER_BYTES, holidays));
  const known = states().overall.hours.days.holidays;
  known.single = bytes.slice(holidays, start);
  known.levels[0] = view.getUint8(14);
  readCombinations(new BitReader(bytes, start), states(), count);
  return view.getFloat64(16, true);
}

function readCombinations(reader: BitReader, states: CombinationStates, count: number): void {
  const { hours, pauses, share, silent } = states;
  const bits = bitsOf(states);
  for (let index = 0; index < count; index++) {
    reader.readLevels(hours.levels, index * hours.parts, (index + 1) * hours.parts);
    for (let day = 0; day < 7; day++) {
      if (bits.days > 0) hours.days.days[7 * index + day] = reader.read(bits.days);
      pauses.levels[7 * index + day] = reader.read(pauses.bits);
    }
    share[index] = reader.read(SHARE_BITS);
    silent[index] = reader.read(bits.silent);
    if (bits.today > 0) hours.today[index] = reader.read(bits.today);
    hours.days.holidays.levels[index] = reader.read(HOLIDAY_BITS);
    reader.end();
    hours.restored(index);
  }
}

function partsOfSecond({ intervalSeconds }: CombinationStates): number {
  return intervalSeconds * 4 > DAY_SECONDS ? 1 : 4;
}

function startOfEarlier(version: number, { overall }: CombinationStates): number {
  return EARLIER_HEADER_BYTES + (version === FIRST_VERSION ? 0 : 8 + overall.pauses.byteLength);
}

/**
 * Version 1: a share of the intervals, silent intervals and the longest pause of each combination, and the silence of everything. Version 2:
 * its share in each quarter of the day too, and which intervals of the week had no rows. What they do not tell is thought to be as quiet as
 * it can be, so that an update finds nothing by itself.
 */
function readEarlier(view: DataView, version: number, states: CombinationStates, layout: { count: number; start: number; each: number }): number {
  const { gone, hours, intervalSeconds, overall, pauses, share, silent } = states;
  const last = view.getFloat64(24, true);
  overall.silence = view.getUint32(12, true);
  overall.seen = view.getFloat64(16, true);
  overall.lastRows = last - overall.silence * intervalSeconds;
  overall.first = last - overall.seen * intervalSeconds;
  overall.usual = view.getUint32(32, true);
  overall.newest = view.getUint32(36, true);
  const isFirst = version === FIRST_VERSION;
  // until it is known better what was silent so far is news
  overall.news = isFirst ? overall.silence : view.getUint32(EARLIER_HEADER_BYTES, true);
  if (overall.news > 0) overall.chance = -Infinity;
  if (isFirst) overall.hours.begin(0, () => overall.usual === 0 ? 1 : REGULAR, () => true);
  else restoreWeek(view, states, last);
  const parts = isFirst ? 0 : partsOfSecond(states);
  // of the day in progress only its length is known
  const ofDay = (last - dayOf(last) * DAY_SECONDS) / intervalSeconds + 1;
  overall.hours.today[0] = ofDay;
  for (let index = 0; index < layout.count; index++) {
    const offset = layout.start + layout.each * index;
    const wholeShare = view.getFloat32(offset, true);
    const shareIn = (part: number): number => parts === 0 ? wholeShare
      : view.getUint16(offset + EARLIER_BYTES_EACH + 2 * (parts === 1 ? 0 : Math.floor(part * parts / hours.parts)), true) / 65_535;
    hours.today[index] = Math.round(wholeShare * ofDay);
    share[index] = Math.round(wholeShare * (2 ** SHARE_BITS - 1));
    silent[index] = Math.min(gone + 1, view.getUint16(offset + 4, true));
    hours.begin(index, shareIn, () => wholeShare >= REGULAR);
    pauses.begin(index, view.getUint16(offset + 6, true));
  }
  return last;
}

/** The hours of everything, from which intervals of the week had rows. */
function restoreWeek(view: DataView, { intervalSeconds, overall }: CombinationStates, last: number): void {
  const start = EARLIER_HEADER_BYTES + 8;
  overall.pauses.isExcused = view.getUint32(EARLIER_HEADER_BYTES + 4, true) === 1;
  overall.pauses.restore(new Uint8Array(view.buffer, view.byteOffset + start, overall.pauses.byteLength));
  const [rows, all] = [new Map<number, number>(), new Map<number, number>()];
  const intervals = overall.pauses.byteLength;
  const add = (map: Map<number, number>, key: number): unknown => map.set(key, (map.get(key) ?? 0) + 1);
  const isOpen = new Set<number>();
  const wall = (index: number): number => last - index * intervalSeconds;
  for (let index = 0; index < intervals; index++) if (overall.pauses.hadRows(wall(index))) isOpen.add(weekdayOf(wall(index)));
  for (let index = 0; index < intervals; index++) {
    if (intervalSeconds < DAY_SECONDS && !isOpen.has(weekdayOf(wall(index)))) continue;
    const part = overall.partOf(wall(index));
    add(all, part);
    if (overall.pauses.hadRows(wall(index))) add(rows, part);
  }
  overall.hours.begin(0, part => (rows.get(part) ?? 0) / (all.get(part) ?? 1), day => isOpen.has(day));
}
