// SPDX-License-Identifier: Apache-2.0

import type { Leaves } from './leaves';

/**
 * The dimensions in which an event is most concentrated, in their own order: those whose values' shares of the deviation differ most from
 * their shares of the forecast (Jensen-Shannon divergence: the "surprise" of Adtributor, NSDI 2014).
 */
export function mostTellingDimensions(leaves: Leaves, direction: 1 | -1, most: number): number[] {
  const all = leaves.codes.map((_, dimension) => dimension);
  if (all.length <= most) return all;
  const surprises = all.map(dimension => surprise(leaves, direction, dimension));
  return [...all].sort((a, b) => surprises[b]! - surprises[a]! || a - b).slice(0, most).sort((a, b) => a - b);
}

function surprise({ values, expected, codes, cardinalities }: Leaves, direction: 1 | -1, dimension: number): number {
  const column = codes[dimension]!;
  const deviations = new Float64Array(cardinalities[dimension]!);
  const forecasts = new Float64Array(cardinalities[dimension]!);
  for (let leaf = 0; leaf < values.length; leaf++) {
    if (!Number.isFinite(values[leaf]!) || !Number.isFinite(expected[leaf]!)) continue;
    deviations[column[leaf]!]! += direction * (values[leaf]! - expected[leaf]!);
    forecasts[column[leaf]!]! += Math.abs(expected[leaf]!);
  }
  const deviation = deviations.reduce((sum, part) => sum + Math.max(0, part), 0);
  const forecast = forecasts.reduce((sum, part) => sum + part, 0);
  if (!(deviation > 0 && forecast > 0)) return 0;
  const entropy = (part: number, mean: number): number => part > 0 ? part * Math.log(part / mean) : 0;
  let divergence = 0;
  for (let code = 0; code < deviations.length; code++) {
    const p = Math.max(0, deviations[code]!) / deviation;
    const q = forecasts[code]! / forecast;
    divergence += entropy(p, (p + q) / 2) + entropy(q, (p + q) / 2);
  }
  return divergence / 2;
}
