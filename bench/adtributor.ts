// SPDX-License-Identifier: Apache-2.0

import type { Leaves } from '../handlers/engine/groups/root-cause/leaves';

/** Share of the deviation that one element, and all of the chosen elements of a dimension, must explain. */
const ELEMENT_SHARE = 0.1;
const DIMENSION_SHARE = 0.67;

/**
 * Adtributor (Bhagwan et al., NSDI 2014), the method that is used most: causes lie in one dimension. Its elements are taken by surprise
 * (Jensen-Shannon) until they explain the change; the dimension with the most surprise is the answer.
 */
export function adtributor({ values, expected, codes, cardinalities }: Leaves): number[][] {
  const total = values.reduce((sum, value, leaf) => sum + value - expected[leaf]!, 0);
  const [actual, forecast] = [values, expected].map(column => column.reduce((sum, value) => sum + value, 0));
  const answers = codes.map((column, dimension) => {
    const elements = Array.from({ length: cardinalities[dimension]! }, (_, code) => ({ code, actual: 0, forecast: 0 }));
    column.forEach((code, leaf) => {
      elements[code]!.actual += values[leaf]!;
      elements[code]!.forecast += expected[leaf]!;
    });
    const judged = elements.map(element => {
      const [p, q] = [element.forecast / forecast!, element.actual / actual!];
      const part = (share: number): number => share > 0 ? share * Math.log(2 * share / (p + q)) / 2 : 0;
      return { code: element.code, share: (element.actual - element.forecast) / total, surprise: part(p) + part(q) };
    }).filter(({ share }) => share > ELEMENT_SHARE).sort((a, b) => b.surprise - a.surprise);
    let [share, surprise] = [0, 0];
    const chosen: number[] = [];
    for (const element of judged) {
      if (share > DIMENSION_SHARE) break;
      share += element.share;
      surprise += element.surprise;
      chosen.push(element.code);
    }
    return { dimension, chosen, surprise: share > DIMENSION_SHARE ? surprise : -1 };
  });
  const [best] = answers.filter(({ surprise }) => surprise >= 0).sort((a, b) => b.surprise - a.surprise);
  return best ? best.chosen.map(code => codes.map((_, dimension) => dimension === best.dimension ? code : -1)) : [];
}
