// SPDX-License-Identifier: Apache-2.0

/** The combinations of values of some dimensions that occur (a cuboid), numbered from 0. */
export interface Cuboid {
  readonly dimensions: readonly number[];
  /** Number of the combination of each entry. Reused for the next cuboid: read it during the visit only. */
  readonly ids: Int32Array;
  /** Number of combinations. */
  readonly count: number;
}

/** Up to this many cells combinations are numbered through a table, beyond it through a hash table. */
const TABLE_CELLS = 2 ** 21;

/**
 * Visits the cuboid of every non-empty subset of the dimensions. Each is numbered from the one with a dimension less, so a visit costs one
 * step an entry.
 * @param codes of each dimension that takes part, one entry each
 */
export function forEachCuboid(codes: readonly Int32Array[], cardinalities: readonly number[], visit: (cuboid: Cuboid) => void): void {
  const entries = codes[0]?.length ?? 0;
  const numbering = new Numbering(entries);
  const levels = codes.map(() => new Int32Array(entries));
  const all = new Int32Array(entries);
  const descend = (ids: Int32Array, count: number, dimensions: readonly number[]): void => {
    for (let dimension = (dimensions.at(-1) ?? -1) + 1; dimension < codes.length; dimension++) {
      const next = levels[dimensions.length]!;
      const nextCount = numbering.refine(ids, count, codes[dimension]!, cardinalities[dimension]!, next);
      const cuboid = { dimensions: [...dimensions, dimension], ids: next, count: nextCount };
      visit(cuboid);
      descend(next, nextCount, cuboid.dimensions);
    }
  };
  if (entries > 0) descend(all, 1, []);
}

/** Gives numbers without gaps to pairs of numbers. */
class Numbering {
  private table = new Int32Array(0);
  private readonly keys: Float64Array;
  private readonly numbers: Int32Array;
  private readonly mask: number;

  public constructor(entries: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * entries)));
    this.mask = slots - 1;
    this.keys = new Float64Array(slots);
    this.numbers = new Int32Array(slots);
  }

  /** Writes the number of each pair (id, code) to `target`. Returns how many numbers there are. */
  public refine(ids: Int32Array, idCount: number, codes: Int32Array, cardinality: number, target: Int32Array): number {
    return idCount * cardinality <= TABLE_CELLS
      ? this.throughTable(ids, idCount * cardinality, codes, cardinality, target)
      : this.throughHash(ids, codes, cardinality, target);
  }

  private throughTable(ids: Int32Array, cells: number, codes: Int32Array, cardinality: number, target: Int32Array): number {
    if (this.table.length < cells) this.table = new Int32Array(cells);
    const { table } = this;
    table.fill(0, 0, cells);
    let count = 0;
    for (let entry = 0; entry < target.length; entry++) {
      const cell = ids[entry]! * cardinality + codes[entry]!;
      target[entry] = (table[cell] ||= ++count) - 1;
    }
    return count;
  }

  private throughHash(ids: Int32Array, codes: Int32Array, cardinality: number, target: Int32Array): number {
    const { keys, mask, numbers } = this;
    numbers.fill(0);
    let count = 0;
    for (let entry = 0; entry < target.length; entry++) {
      const key = ids[entry]! * cardinality + codes[entry]!;
      let slot = slotOf(ids[entry]!, codes[entry]!, mask);
      while (numbers[slot] !== 0 && keys[slot] !== key) slot = slot === mask ? 0 : slot + 1;
      if (numbers[slot] === 0) {
        keys[slot] = key;
        numbers[slot] = ++count;
      }
      target[entry] = numbers[slot]! - 1;
    }
    return count;
  }
}

/** Scatters pairs over the slots. `mask` is a power of two less one. */
function slotOf(id: number, code: number, mask: number): number {
  // eslint-disable-next-line no-bitwise -- a hash is made of bits
  return Math.imul(id ^ Math.imul(code + 1, 0x9E3779B1), 0x85EBCA6B) >>> 7 & mask;
}
