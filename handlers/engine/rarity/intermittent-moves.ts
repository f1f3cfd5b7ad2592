// SPDX-License-Identifier: Apache-2.0

import type { Calendar } from '../calendar/calendar';
import type { Moves } from '../groups/rare-moves';
import { IDLE_SHARE } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';

const { max, min, sqrt } = Math;

/** Occasions with a distance half as large up to which a move is news. */
const FREE_MOVES = 2;
/** How fast a move stops being news with more of them: after four occasions next to nothing of its score is left. */
const STEEPNESS = 4;
/** Weeks over which the share of intervals is taken in which a series stays what it is. */
const IDLE_WEEKS = 8;
/** Share of intervals in which a series that was never seen to move is taken to move. */
const LEAST_MOVING = 1e-9;

/** Size of a usual move of a series that mostly stays what it is, divided by the root of two; 0 for others, and where none was seen. */
export function usualMove({ idle, unforeseen }: SeriesState, series: number): number {
  const still = idle[series]!;
  // each move away is followed by one back, which was foreseen
  return still > IDLE_SHARE && unforeseen[series]! > 0 ? sqrt(unforeseen[series]! / max(LEAST_MOVING, 1 - still)) : 0;
}

/**
 * Part of its score that a value counts for its severity in a series that mostly stays what it is: a sale now and then, a refund, a retry. Such a
 * series errs next to nothing, and each of its moves is many usual errors off. Once a few were seen lately, its size beside the others is what counts: the
 * size of a demand and the time between two of them are two things (Croston 1972, Forecasting and stock control for intermittent demands). Of usual size
 * it is as good as expected, and an anomaly from four to eight times as much on (see shareAbove too), or while it lasts.
 *
 * The score itself is left as it is: a rare spike is farther off than what a busy series does.
 * @param occasions on which the series was at least half as far off lately
 * @param error distance from what is expected, in the series' unit, without sign
 * @param score of the value, without sign
 */
export function shareOfMove(state: SeriesState, series: number, occasions: number, error: number, score: number): number {
  if (occasions <= FREE_MOVES) return 1;
  const usual = usualMove(state, series);
  if (usual === 0) return 1;
  const size = error / usual;
  return size < score ? max((FREE_MOVES / occasions) ** STEEPNESS, size / score) : 1;
}

/** What is known of the moves of series that mostly stay what they are, as `RareMoves` takes it. */
export function movesOf({ intervalsPerWeek }: Calendar, state: SeriesState): Moves {
  const { idle, points, unforeseen } = state;
  return {
    isStill: series => idle[series]! > IDLE_SHARE,
    perWeek: series => {
      if (idle[series]! <= IDLE_SHARE || !(unforeseen[series]! > 0)) return 0;
      // the share was 0 before the first value; each move away is followed by one back
      return intervalsPerWeek * max(LEAST_MOVING, 1 - idle[series]! * (1 + 1 / min(points[series]!, IDLE_WEEKS * intervalsPerWeek))) / 2;
    },
    squaresPerWeek: series => intervalsPerWeek * unforeseen[series]!,
  };
}
