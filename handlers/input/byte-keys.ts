// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a hash is made of bits */

import { isSame, viewOf } from './byte-words';

/** Keys are forgotten, all at once, when they are more or take more bytes than this: they only save work. */
const MAXIMUM_KEYS = 1 << 18;
const MAXIMUM_BYTES = 1 << 25;

/** Longer keys are not remembered. */
const LONGEST_KEY_BYTES = 4096;

const FIRST_KEYS = 256;
const AVERAGE_BYTES = 16;

/** Offset basis and prime of the 32-bit FNV-1a hash. */
const HASH_BASIS = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;

/**
 * Numbers for texts that come again and again, such as the dimension values of rows, found without making strings of their bytes: a hash
 * table with open addressing over one piece of memory that holds all keys.
 */
export class ByteKeys {
  private table = new Int32Array(2 * FIRST_KEYS);
  private hashes = new Int32Array(FIRST_KEYS);
  private numbers = new Float64Array(FIRST_KEYS);
  /** Where each key ends in `bytes`; it begins where the one before ends. */
  private ends = new Int32Array(FIRST_KEYS + 1);
  private bytes = new Uint8Array(FIRST_KEYS * AVERAGE_BYTES);
  /** The same bytes, and those in which a key was looked up last, to compare four at a time. */
  private view = viewOf(this.bytes);
  private searched: Uint8Array = this.bytes;
  private searchedView = this.view;
  private count = 0;
  /** The key that was found or added last. */
  private newest = 0;

  /** @returns number of the key in these bytes; undefined when it is not known */
  public find(bytes: Uint8Array, start: number, end: number): number | undefined {
    if (bytes !== this.searched) this.changeSearched(bytes);
    // rows come in some order: of the time, or series by series
    let key = this.newest;
    if (!this.isKey(key, start, end) && !this.isKey(++key, start, end)) {
      key = this.search(bytes, start, end);
      if (key < 0) return undefined;
    }
    this.newest = key;
    return this.numbers[key];
  }

  /** Remembers the number of a key that was not found. */
  public add(bytes: Uint8Array, start: number, end: number, number: number): void {
    const length = end - start;
    if (length > LONGEST_KEY_BYTES) return;
    if (this.count === MAXIMUM_KEYS || this.ends[this.count] + length > MAXIMUM_BYTES) this.clear();
    if (this.count === this.hashes.length) this.growKeys();
    const first = this.ends[this.count];
    if (first + length > this.bytes.length) this.growBytes(first + length);
    for (let index = 0; index < length; index++) this.bytes[first + index] = bytes[start + index];
    const hash = hashOf(bytes, start, end);
    this.hashes[this.count] = hash;
    this.numbers[this.count] = number;
    this.ends[this.count + 1] = first + length;
    this.newest = this.count;
    this.place(this.count++, hash);
  }

  private search(bytes: Uint8Array, start: number, end: number): number {
    const { table, hashes } = this;
    const hash = hashOf(bytes, start, end);
    const mask = table.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const key = table[place] - 1;
      if (key < 0 || (hashes[key] === hash && this.isKey(key, start, end))) return key;
    }
  }

  /** Whether a key is that of the bytes that are searched. */
  private isKey(key: number, start: number, end: number): boolean {
    if (key >= this.count) return false;
    const { ends } = this;
    const first = ends[key];
    if (ends[key + 1] - first !== end - start) return false;
    return isSame(this.view, first, this.searchedView, start, end - start);
  }

  private changeSearched(bytes: Uint8Array): void {
    this.searched = bytes;
    this.searchedView = viewOf(bytes);
  }

  private place(key: number, hash: number): void {
    const mask = this.table.length - 1;
    let place = hash & mask;
    while (this.table[place] > 0) place = (place + 1) & mask;
    this.table[place] = key + 1;
  }

  private clear(): void {
    this.table.fill(0);
    this.count = 0;
  }

  private growKeys(): void {
    const length = 2 * this.hashes.length;
    this.hashes = copied(this.hashes, new Int32Array(length));
    this.numbers = copied(this.numbers, new Float64Array(length));
    this.ends = copied(this.ends, new Int32Array(length + 1));
    this.table = new Int32Array(2 * length);
    for (let key = 0; key < this.count; key++) this.place(key, this.hashes[key]);
  }

  private growBytes(length: number): void {
    this.bytes = copied(this.bytes, new Uint8Array(Math.max(length, 2 * this.bytes.length)));
    this.view = viewOf(this.bytes);
  }
}

function copied<Column extends Int32Array | Float64Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

/** FNV-1a over four bytes at a time, rotated so that all bits of a word reach all bits of the hash. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_BASIS ^ (end - start);
  let index = start;
  for (; index + 3 < end; index += 4) {
    const word = bytes[index] | bytes[index + 1] << 8 | bytes[index + 2] << 16 | bytes[index + 3] << 24;
    hash = Math.imul(hash ^ word, HASH_PRIME);
    hash = hash << 13 | hash >>> 19;
  }
  for (; index < end; index++) hash = Math.imul(hash ^ bytes[index], HASH_PRIME);
  // the lowest bits choose the place: let all bits have a say in them
  hash = Math.imul(hash ^ (hash >>> 16), HASH_PRIME);
  return hash ^ (hash >>> 15);
}
