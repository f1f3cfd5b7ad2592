// SPDX-License-Identifier: Apache-2.0

import type { IntervalTable } from '../../handlers/input/interval-table';
import type { SeriesIndex } from '../../handlers/input/series-index';
import { SeriesTranslation } from '../../handlers/input/series-translation';

/** Time series of the data that come only while it is detected: the detector does not know them before their first value. */
export class LateSeries {
  /** Numbers in the table of the combinations of dimension values that did not come yet. */
  private combinations: number[];
  private translation?: { readonly known: SeriesIndex; readonly to: SeriesTranslation };

  /**
   * @param table before its intervals are detected
   * @param known series that were learned
   * @param slots intervals that are detected
   */
  public constructor(private readonly table: IntervalTable, known: SeriesIndex, slots: readonly number[]) {
    const unknown = this.unknown(Array.from({ length: table.series.count }, (_, combination) => combination), known);
    const measures = table.series.measures.length;
    const coming = new Set<number>();
    for (const slot of unknown.length > 0 ? slots : []) {
      const values = table.values(slot);
      for (const combination of unknown) {
        if (values.subarray(combination * measures, (combination + 1) * measures).some(value => !Number.isNaN(value))) coming.add(combination);
      }
    }
    this.combinations = unknown.filter(combination => coming.has(combination));
  }

  /** Numbers in the table of the series that are not known yet. */
  public notYet(known: SeriesIndex): number[] {
    this.combinations = this.unknown(this.combinations, known);
    const measures = this.table.series.measures.length;
    return this.combinations.flatMap(combination => Array.from({ length: measures }, (_, measure) => combination * measures + measure));
  }

  private unknown(combinations: readonly number[], known: SeriesIndex): number[] {
    if (this.translation?.known !== known) this.translation = { known, to: new SeriesTranslation(this.table.series, known) };
    const { to } = this.translation;
    return combinations.filter(combination => to.numberOf(combination, false) < 0);
  }
}
