// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SCORE } from './severity';

/** A count is where nothing was expected when less than this was: half of the least that there can be. */
const NOTHING = 0.5;

/** From so many moves a week of a measure's series on, one of them is no news. */
const USUAL_MOVES = 1;

/**
 * Moves of a series in a week that its season did not foresee, as the last weeks had them: those of a size of 1 count once, larger ones for more.
 * @param series number of the series or total
 */
export type MovesPerWeek = (series: number) => number;

/**
 * Bounds the scores of counts where next to nothing was expected, as groups are formed of them. One for the series that are compared with one another: those
 * of a measure.
 *
 * A series that was never anything but 0 has no usual error, and a single error in it is infinitely far off. By the series itself nothing better
 * can be said: it never had one. Among hundreds of them one has its first error every few hours, which is plain to see in all of them together:
 * they move more than once a week. The score of a count is then bounded by ANOMALOUS_SCORE, and by as much more each time that the count
 * doubles. What is picked from many must be further off (see `jointAnomalies`): a single error is told of among 20 series, three at once among 300, and so
 * is one in each of 15. Where such series never move, the first that does is told of.
 */
export class RareCounts {
  private moves = 0;

  /** @param movesPerWeek undefined: the values are no counts, but averages, and keep their scores */
  public constructor(private readonly movesPerWeek: MovesPerWeek | undefined) {}

  /** Takes in a series that has a score and is no anomaly. */
  public see(series: number, expected: number): void {
    if (this.movesPerWeek !== undefined && isNothing(expected)) this.moves += this.movesPerWeek(series);
  }

  /**
   * The score that an anomaly is compared with others by. Ask when all series were seen.
   * @param score without sign
   */
  public judge(score: number, value: number, expected: number): number {
    if (this.moves < USUAL_MOVES || !(value >= 1 && isNothing(expected) && Number.isInteger(value))) return score;
    return Math.min(score, ANOMALOUS_SCORE * (1 + Math.log2(value)));
  }
}

function isNothing(expected: number): boolean {
  return Math.abs(expected) < NOTHING;
}
