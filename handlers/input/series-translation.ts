// SPDX-License-Identifier: Apache-2.0

import type { SeriesIndex } from './series-index';

/** Finds the combinations of dimension values of one index in another one of the same dimensions. Each value is looked up as text but once. */
export class SeriesTranslation {
  /** For each dimension, by the code of a value here, its code there. */
  private readonly codes: number[][];
  private readonly tuple: Int32Array;

  public constructor(private readonly from: SeriesIndex, private readonly to: SeriesIndex) {
    this.codes = from.dimensions.map(() => []);
    this.tuple = new Int32Array(from.dimensions.length);
  }

  /**
   * Number there of a combination here.
   * @param isAdded whether a combination that is not known there is added
   * @returns -1 when it is not known there
   */
  public numberOf(combination: number, isAdded: boolean): number {
    const { from, to, tuple } = this;
    for (let dimension = 0; dimension < tuple.length; dimension++) {
      const code = from.code(combination, dimension);
      tuple[dimension] = this.codes[dimension][code] ?? this.codeOf(dimension, code, isAdded);
    }
    return isAdded ? to.findOrAddCodes(tuple) : to.findCodes(tuple);
  }

  private codeOf(dimension: number, code: number, isAdded: boolean): number {
    const { from, to } = this;
    const value = from.values[dimension][code];
    const found = isAdded ? to.codeOrAdd(dimension, value) : to.codeOf(dimension, value);
    if (found >= 0) this.codes[dimension][code] = found;
    return found;
  }
}
