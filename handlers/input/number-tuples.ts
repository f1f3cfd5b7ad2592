// SPDX-License-Identifier: Apache-2.0

/* eslint-disable no-bitwise -- a hash is made of bits */

const FIRST_TUPLES = 256;

/** Offset basis and prime of the 32-bit FNV-1a hash. */
const HASH_BASIS = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;

/**
 * Numbers lists of whole numbers, all of one length, in the order in which they were first seen: columns of numbers, and a hash table with
 * open addressing over them. Tens of thousands of lists take no object each.
 */
export class NumberTuples {
  private columns: Int32Array[];
  private table = new Int32Array(2 * FIRST_TUPLES);
  private room = FIRST_TUPLES;
  private used = 0;

  /** @param width length of each list, from 0 */
  public constructor(width: number) {
    this.columns = Array.from({ length: width }, () => new Int32Array(FIRST_TUPLES));
  }

  /** Number of lists. */
  public get count(): number {
    return this.used;
  }

  /** For each place the number that each list has there. Valid until a list is added. */
  public get numbers(): Int32Array[] {
    return this.columns.map(column => column.subarray(0, this.used));
  }

  /** Makes room for so many lists at once: none of them is moved while they are added. */
  public reserve(count: number): void {
    if (count > this.room) this.grow(count);
  }

  /** What a list has at a place. */
  public at(tuple: number, place: number): number {
    return this.columns[place][tuple];
  }

  /** Number of a list; -1 when it is not known. */
  public find(tuple: Int32Array): number {
    const { table } = this;
    const mask = table.length - 1;
    for (let place = hashOf(tuple) & mask; ; place = (place + 1) & mask) {
      const known = table[place] - 1;
      if (known < 0 || this.isSame(known, tuple)) return known;
    }
  }

  /** Number of a list, which is added when it is not known. */
  public findOrAdd(tuple: Int32Array): number {
    const known = this.find(tuple);
    if (known >= 0) return known;
    if (this.used === this.room) this.grow(2 * this.room);
    for (let place = 0; place < tuple.length; place++) this.columns[place][this.used] = tuple[place];
    this.place(this.used, tuple);
    return this.used++;
  }

  private isSame(known: number, tuple: Int32Array): boolean {
    const { columns } = this;
    for (let place = 0; place < tuple.length; place++) {
      if (columns[place][known] !== tuple[place]) return false;
    }
    return true;
  }

  private place(number: number, tuple: Int32Array): void {
    const mask = this.table.length - 1;
    let place = hashOf(tuple) & mask;
    while (this.table[place] > 0) place = (place + 1) & mask;
    this.table[place] = number + 1;
  }

  private grow(room: number): void {
    this.room = room;
    this.columns = this.columns.map(column => {
      const larger = new Int32Array(this.room);
      larger.set(column);
      return larger;
    });
    this.table = new Int32Array(2 ** Math.ceil(Math.log2(2 * room)));
    const tuple = new Int32Array(this.columns.length);
    for (let number = 0; number < this.used; number++) {
      for (let place = 0; place < tuple.length; place++) tuple[place] = this.columns[place][number];
      this.place(number, tuple);
    }
  }
}

function hashOf(tuple: Int32Array): number {
  let hash = HASH_BASIS;
  for (let place = 0; place < tuple.length; place++) {
    hash = Math.imul(hash ^ tuple[place], HASH_PRIME);
    hash = hash << 13 | hash >>> 19;
  }
  // the lowest bits choose the place: let all bits have a say in them
  hash = Math.imul(hash ^ (hash >>> 16), HASH_PRIME);
  return hash ^ (hash >>> 15);
}
