// SPDX-License-Identifier: Apache-2.0

/** The cheapest peer: exponentially weighted mean and mean absolute error of each series, no season; score before update. */
export class ExponentiallyWeightedScore {
  private readonly mean: Float64Array;
  private readonly deviation: Float64Array;
  private learned = 0;

  public constructor(count: number) {
    this.mean = new Float64Array(count);
    this.deviation = new Float64Array(count);
  }

  /** Scores one value a series in usual errors, then learns it. */
  public observe(values: Float64Array): Float64Array {
    const { mean, deviation } = this;
    const scores = new Float64Array(values.length);
    for (let s = 0; s < values.length; s++) {
      const error = this.learned === 0 ? 0 : values[s]! - mean[s]!;
      scores[s] = deviation[s]! > 0 ? error / deviation[s]! : 0;
      mean[s] = this.learned === 0 ? values[s]! : mean[s]! + 0.05 * error;
      deviation[s]! += 0.05 * (Math.abs(error) - deviation[s]!);
    }
    this.learned++;
    return scores;
  }
}
