// SPDX-License-Identifier: Apache-2.0

import { weekTrust } from './week-season';
import type { Calendar, SeasonPosition } from '../calendar/calendar';
import { pastRows } from '../regression/regression-member';
import { DEVIATION_TO_SCALE } from '../state/scale-floor';
import type { SeriesState } from '../state/series-state';

const { abs, floor, max } = Math;

/** Seconds before and after an interval between which a series may be as early or as late as it is now and then. */
const REACH = 2400;
/** An edge is one where the season moves so many usual errors within the reach, and so much of the spread of the series: a wave of the day does not. */
const STEEP_ERRORS = 3;
const STEEP_SPREAD = 0.8;
/**
 * An interval is at an edge when within a quarter of an hour of it the season moves by a fifth of that from one interval to the next but one; or when, within two
 * intervals of it, by one usual error and a little of it: what is early or late once in a week leaves no more.
 */
const NEAR = 900;
const STEP = 0.2;
/** How much more a move within one interval counts than within two. */
const ONE_INTERVAL = 1.3;
const LOCAL_INTERVALS = 2;
const LOCAL_STEP = 0.06;
/** A value so many usual errors off, and by so much of what the season moves, is early or late. */
const OFF_ERRORS = 2;
const OFF_RANGE = 0.25;
/**
 * Days of the last seven on which an edge was early or late, from which on it is one that moves. An edge of the week, as a weekend that begins at midnight, is
 * off on two days.
 */
const MOVING_DAYS = 3;
/** Part of what makes an edge steep that is seen in a few intervals of it. */
const FEW_SHARE = 0.25;
/** A number with a bit for each of seven days is less. */
const SEVEN_DAYS = 128;
/** Part of what the season moves by which a value may be outside of it: what is highest is not the same every day. */
const MARGIN = 0.1;

/** Bits of a number. */
const DAYS = Uint8Array.from({ length: SEVEN_DAYS }, (_, bits) => [...bits.toString(2)].filter(bit => bit === '1').length);

/** Rows of the state: one for each hour of the day, at intervals of less than an hour. At longer ones an edge is within one interval. */
export function edgeRows(calendar: Calendar): number {
  return calendar.isWithinHour ? calendar.noiseSlots : 0;
}

/**
 * Edges of the day that come a little earlier or later each time: doors that open and close by hand, a batch that waits for another one, the end of a
 * shift. Near such an edge, what the season expects anywhere between 40 minutes earlier and later, and what came then yesterday, is no news. What lasts
 * is told as soon as the edge is over: a shop that does not open at all, half an hour late.
 *
 * Only an edge that was early or late on three of the last seven days is one that moves: a bit of the state for each hour of the day and day. A shop that
 * opens by the clock is told to the minute, and an event does not become usual because it is near to where the season is steep.
 */
export class MovingEdges {
  /** How far above and below what is expected a value is no news, in its unit: what `find` has found. */
  public above = 0;
  public below = 0;

  private readonly isKept: boolean;
  private readonly reach: number;
  private readonly near: number;
  /** Season of the intervals within the reach, without the level. */
  private readonly season: Float64Array;

  public constructor(private readonly calendar: Calendar, private readonly state: SeriesState) {
    this.isKept = edgeRows(calendar) > 0;
    this.reach = floor(REACH / calendar.intervalSeconds);
    this.near = floor(NEAR / calendar.intervalSeconds);
    this.season = new Float64Array(2 * this.reach + 1);
  }

  /** Begins an hour. Call it before the first of its intervals is scored. */
  public beginHour(position: SeasonPosition): void {
    if (!this.isKept) return;
    const { edgeDays, count, capacity } = this.state;
    const row = position.noise * capacity;
    for (let s = row; s < row + count; s++) edgeDays[s] = edgeDays[s]! * 2 % SEVEN_DAYS;
  }

  /**
   * Finds how far off the value of a series may be, and takes note when it is early or late.
   * @param interval number of the interval since the model's beginning
   * @param expected what the seasonal state expects of the value
   * @param usual its usual error
   * @param off how far off the value is, without sign; 0: only `above` and `below` are wanted
   */
  public find(interval: number, position: SeasonPosition, series: number, expected: number, usual: number, off: number): void {
    this.above = this.below = 0;
    const { calendar, reach, season, state } = this;
    if (!this.isKept || state.points[series]! < calendar.intervalsPerWeek) return;
    // most series have no such edge, and the season is read only where there may be one
    if (off < OFF_ERRORS * usual && this.daysOff(position, series) < MOVING_DAYS) return;
    if (!this.mayBeSteep(position, series, usual)) return;
    this.gatherSeason(position, series);
    const at = season[reach]!;
    let low = at;
    let high = at;
    for (const expectation of season) {
      // NaN is neither
      if (expectation < low) low = expectation;
      if (expectation > high) high = expectation;
    }
    const range = high - low;
    if (!(range >= max(STEEP_ERRORS * usual, STEEP_SPREAD * DEVIATION_TO_SCALE * state.deviation[series]!) && this.isAtEdge(range, usual))) return;
    if (off >= max(OFF_ERRORS * usual, OFF_RANGE * range)) {
      const hour = position.noise * state.capacity + series;
      if (state.edgeDays[hour]! % 2 === 0) state.edgeDays[hour]! += 1;
    }
    if (this.daysOff(position, series) < MOVING_DAYS) return;
    const rows = pastRows(calendar);
    const level = expected - at - state.origin[series]!;
    // the ring begins one cycle and one interval ago
    for (let place = -1; place <= reach; place++) {
      const row = ((interval - calendar.cycleSlots + place) % rows + rows) % rows;
      const yesterday = state.past[row * state.capacity + series]! - level;
      if (yesterday < low) low = yesterday;
      if (yesterday > high) high = yesterday;
    }
    const margin = MARGIN * (high - low);
    this.above = high - at + margin;
    this.below = at - low + margin;
  }

  /** Whether the season may be steep enough, by five of its intervals: for most series it is not, and the others are not read. */
  private mayBeSteep(position: SeasonPosition, series: number, usual: number): boolean {
    const { reach, calendar: { cycleSlots }, state: { cycle, deviation, capacity } } = this;
    const step = reach / 2;
    const at = cycle[position.cycle * capacity + series]!;
    const least = FEW_SHARE * max(STEEP_ERRORS * usual, STEEP_SPREAD * DEVIATION_TO_SCALE * deviation[series]!);
    for (let place = -reach; place <= reach; place += step) {
      const slot = cycle[(position.cycle + place + cycleSlots) % cycleSlots * capacity + series]!;
      if (abs(slot - at) >= least) return true;
    }
    return false;
  }

  /** Fills the season of the intervals within the reach: slot of the day and, as far as it is believed, hour of the week. */
  private gatherSeason(position: SeasonPosition, series: number): void {
    const { reach, season, calendar: { cycleSlots, weekSlots, intervalsPerWeekSlot }, state } = this;
    const { cycle, week, cycleError, weekError, capacity } = state;
    const trust = weekTrust(cycleError[series]!, weekError[series]!);
    const ofHour = (hour: number): number => week[(hour + weekSlots) % weekSlots * capacity + series]!;
    const here = ofHour(position.week);
    // NaN, where the week is not known yet, adds nothing
    const before = trust * (ofHour(position.week - 1) - here) || 0;
    const after = trust * (ofHour(position.week + 1) - here) || 0;
    const first = position.cycle % intervalsPerWeekSlot;
    for (let place = -reach; place <= reach; place++) {
      const slot = cycle[(position.cycle + place + cycleSlots) % cycleSlots * capacity + series]!;
      season[reach + place] = slot + (first + place < 0 ? before : first + place >= intervalsPerWeekSlot ? after : 0);
    }
  }

  /**
   * Whether the season is steep at the interval or near to it.
   * @param range what the season moves within the reach
   */
  private isAtEdge(range: number, usual: number): boolean {
    const { season, reach, near } = this;
    for (let place = reach - near; place <= reach + near; place++) {
      const here = season[place]!;
      const before = season[place - 1]!;
      const after = season[place + 1]!;
      if (max(abs(after - before), ONE_INTERVAL * abs(here - before), ONE_INTERVAL * abs(after - here)) >= STEP * range) return true;
    }
    let low = season[reach]!;
    let high = low;
    for (let place = reach - LOCAL_INTERVALS; place <= reach + LOCAL_INTERVALS; place++) {
      if (season[place]! < low) low = season[place]!;
      if (season[place]! > high) high = season[place]!;
    }
    return high - low >= max(usual, LOCAL_STEP * range);
  }

  /** On how many of the last seven days an edge near the interval was early or late. */
  private daysOff(position: SeasonPosition, series: number): number {
    const { near, calendar: { cycleSlots, intervalsPerWeekSlot }, state: { edgeDays, capacity } } = this;
    const before = floor((position.cycle - near + cycleSlots) % cycleSlots / intervalsPerWeekSlot) * capacity + series;
    const after = floor((position.cycle + near) % cycleSlots / intervalsPerWeekSlot) * capacity + series;
    // eslint-disable-next-line no-bitwise -- a bit for each day; the interval's own hour is one of the two
    return DAYS[edgeDays[before]! | edgeDays[after]!]!;
  }
}
