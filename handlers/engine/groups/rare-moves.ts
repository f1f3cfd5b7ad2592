// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SCORE } from '../scores/severity';

/** A series is at rest where less than this part of a usual move was expected of it. */
const AT_REST = 0.5;

/** From so many moves a week of a measure's series on, one of them is no news. */
const USUAL_MOVES = 1;

/** What is known of the moves of series or totals that mostly stay what they are. By number of the series or total. */
export interface Moves {
  /** Whether it mostly stays what it is. */
  readonly isStill: (series: number) => boolean;
  /** Moves in a week, as the last eight weeks had them; 0 where it is not still, and where it never moved. */
  readonly perWeek: (series: number) => number;
  /** Sum of their squares in a week, as far as the season did not foresee them. */
  readonly squaresPerWeek: (series: number) => number;
}

/**
 * Bounds the scores of moves of series that are mostly 0, as groups are formed of them. One for the series that are compared with one another: those of a measure.
 *
 * A series that was never anything but 0 has no usual error, and a single error or sale in it is infinitely far off. By the series itself nothing
 * better can be said: it never had one. Among hundreds of them one has its first every few hours, which is plain to see in all of them together:
 * they move more than once a week. The score of a move is then bounded by ANOMALOUS_SCORE where it is of usual size (the root mean square of those of
 * all of them), and by as much more each time that it is twice as large. What is picked from many must be further off (see `jointAnomalies`): a single error is
 * told of among 20 series, three at once among 300, and so is one in each of 15. Where such series never move, the first that does is told of.
 */
export class RareMoves {
  private moves = 0;
  private squares = 0;

  /** @param known undefined: the values are no sums, and keep their scores */
  public constructor(private readonly known: Moves | undefined) {}

  /** Takes in a series that has a score and is no anomaly. */
  public see(series: number): void {
    if (this.known === undefined) return;
    const perWeek = this.known.perWeek(series);
    if (perWeek === 0) return;
    this.moves += perWeek;
    this.squares += this.known.squaresPerWeek(series);
  }

  /**
   * The score that an anomaly is compared with others by. Ask when all series were seen.
   * @param score without sign
   */
  public judge(series: number, score: number, value: number, expected: number): number {
    const { known, moves, squares } = this;
    if (known === undefined || moves < USUAL_MOVES || !known.isStill(series)) return score;
    const usual = Math.sqrt(squares / moves);
    // one whose value is a usual move, as 1 of a machine that is up, is not at rest
    if (!(Math.abs(expected) < AT_REST * usual)) return score;
    return Math.min(score, ANOMALOUS_SCORE * (1 + Math.log2(Math.max(1, Math.abs(value - expected) / usual))));
  }
}
