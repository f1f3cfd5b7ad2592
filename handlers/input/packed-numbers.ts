// SPDX-License-Identifier: Apache-2.0

/** Numbers are tried as whole multiples of 1, then of 0.1, and so on down to this part of one. */
const MOST_SCALE = 1e6;
/** Up to here a number times its scale is closer to the right multiple than to the next one, whatever was rounded on the way. */
const LARGEST_MULTIPLE = 2 ** 50;

/** Kinds of distances from the smallest number, the shortest first; the largest distance stands for NaN. */
const KINDS = [Uint16Array, Uint32Array] as const;

/**
 * Numbers in two or four bytes each, as their distances from the smallest one in steps of a power of ten: what databases hold are counts
 * and amounts with a few decimals mostly. Nothing is lost: what cannot be given back bit by bit is not packed.
 */
export class PackedNumbers {
  /** @returns undefined when these numbers cannot be packed */
  public static of(values: Float64Array): PackedNumbers | undefined {
    let scale = 1;
    let [least, most] = [Infinity, -Infinity];
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (value !== value) continue;
      let multiple = Math.round(value * scale);
      while (multiple / scale !== value) {
        if (scale === MOST_SCALE) return undefined;
        scale *= 10;
        least *= 10;
        most *= 10;
        multiple = Math.round(value * scale);
      }
      // 0 would come back for -0
      if (multiple === 0 && Object.is(value, -0)) return undefined;
      if (multiple < least) least = multiple;
      if (multiple > most) most = multiple;
    }
    if (most < least) least = most = 0;
    if (!(least >= -LARGEST_MULTIPLE && most <= LARGEST_MULTIPLE)) return undefined;
    const Kind = KINDS.find(({ BYTES_PER_ELEMENT: bytes }) => most - least < 2 ** (8 * bytes) - 1);
    if (Kind === undefined) return undefined;
    const distances = new Kind(values.length);
    const nothing = 2 ** (8 * Kind.BYTES_PER_ELEMENT) - 1;
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      distances[index] = value === value ? Math.round(value * scale) - least : nothing;
    }
    return new PackedNumbers(distances, least, scale, nothing);
  }

  private constructor(
    private readonly distances: Uint16Array | Uint32Array, private readonly least: number, private readonly scale: number,
    private readonly nothing: number,
  ) {}

  /** How many numbers there are. */
  public get length(): number {
    return this.distances.length;
  }

  public get byteLength(): number {
    return this.distances.byteLength;
  }

  /** Writes the first `count` numbers to `target` from `at` on. */
  public copyTo(target: Float64Array, at: number, count: number): void {
    const { distances, least, scale, nothing } = this;
    for (let index = 0; index < count; index++) {
      const distance = distances[index];
      target[at + index] = distance === nothing ? NaN : (least + distance) / scale;
    }
  }
}
