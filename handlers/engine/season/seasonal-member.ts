// SPDX-License-Identifier: Apache-2.0

import { errorsOfFirstDay, learnFirstDay } from './first-day';
import { closedWidth, openWidth } from './opening-hours';
import { CLIP, type Gains, gainsOf } from './seasonal-gains';
import { learnWeek, mostOfWeek, noteMissed, slotTrust, weekTrust } from './week-season';
import { CHANGED_WEEKS, countWeeksOff } from './weekday-change';
import type { Calendar, SeasonPosition } from '../calendar/calendar';
import type { LastingError } from '../events/lasting-error';
import { FormerLevel } from '../level/former-level';
import { continueRun, endRun, firstShiftLength, shiftLength } from '../level/level-shift';
import { keepWeekdayShares } from '../level/weekday-shares';
import { REASON } from '../scores/explanation';
import { type BlockDistances, type IntervalScores, tellMove } from '../scores/interval-scores';
import { countNoise, DEVIATION_TO_SCALE, IDLE_SHARE, IDLE_WIDTH, scaleFloor, SHORT_IDLE_WIDTH, UNFORESEEN_GAIN } from '../state/scale-floor';
import { MOST_ERRORS, type SeriesState } from '../state/series-state';
import { ANY_VALUES, COUNTS, NEVER_NEGATIVE } from '../state/value-kinds';

const { abs, floor, fround, max, min, sqrt } = Math;

/** Prediction errors before the scale stands on its own; until then the spread of the values themselves helps out. */
const TRUSTED_ERRORS = 20;
/** So many errors are clipped no closer than the spread of the values allows: before that the scale is too rough to clip by. */
const AVERAGED_ERRORS = 50;
/** Distance from which on a value belongs to an event that is not learned as normal, reported or not; at intervals of less than an hour nearer. */
const FAR_OFF = 6;
const SHORT_FAR_OFF = 4;
/** How many times its mean square one move may add to it: an outage of a quiet series is not all that it is known for. */
const MOST_GROWTH = 4;
/** Values enter the long-run figures up to this many mean deviations. */
const LONG_RUN_CLIP = 20;
/** Cycles after which the noise of the hour counts as much as that of the whole series. */
const NOISE_CYCLES = 3;
/**
 * At intervals of an hour, noise of an hour beyond so many times that of the series counts so much more: a batch every night has its noise there and
 * nowhere else.
 */
const LOUD_HOUR = 2;
const LOUD_GAIN = 0.4;
/** Above this share of anomalous intervals the model itself is taken to be wrong, and more and more of the whole error is learned. */
const TOLERATED_SURPRISE = 0.05;
const SURPRISE_TO_SHARE = 4;
/** Part of a slot's error that is learned, unclipped, where the regression finds the value usual: the slot has learned an anomaly. */
const MISTAKE_GAIN = 0.7;
/** The same of the level's error an hour into an event: that is where the series is now. */
const REGRESSED_GAIN = 0.3;

/** Part of what the week adds that the scale never falls below: a slot is an hour, and a week's edge is not. */
const WEEK_FLOOR = 0.2;
/** The same of what a slot adds that is believed by itself: it came only twice, and its absence is no anomaly by that. */
const SLOT_FLOOR = 0.35;

/** Intervals that only the seasonal state finds far off are counted up to this. */
const MOST_ASTRAY = 65_535;

/** What fades away is 0 from here on: 32-bit numbers that are smaller are slow to compute with. */
const SMALLEST = 1e-37;

/** What a member of the ensemble says about a block of series before the interval is learned; entry 0 is the block's first series. */
export interface Prediction {
  /** NaN for a series that has no past. */
  readonly expected: Float64Array;
  /** Usual size of the error as a standard deviation; 0 for a series without any noise. */
  readonly scale: Float64Array;
  /** What of the value is owed to the calendar day and is learned elsewhere; only for daily data. */
  readonly effect?: Float64Array;
}

/**
 * Robust seasonal state: level + slot of the short cycle + (as far as it has proved itself) hour of the week. The parts learn from the same
 * cleaned value: the observed one, brought to within 3 scales of the expected one. Constants are those of the measured prototype
 * (detection.md 7.1) except where a comment gives another reason.
 *
 * The week learns what level and short cycle leave over, and they learn as if there were no week. Let all three share one error, and
 * weekends go into the level before the week has seen them: the parts then take months to come apart.
 */
export class SeasonalMember {
  private readonly gains: Gains;
  private readonly farOff: number;
  private readonly idleWidth: number;
  private readonly shiftLength: number;
  private readonly firstShiftLength: number;
  private readonly former: FormerLevel;

  /** @param lastingError of the same series, which is told how the level moves */
  public constructor(private readonly calendar: Calendar, private readonly state: SeriesState, private readonly lastingError: LastingError) {
    this.gains = gainsOf(calendar);
    this.farOff = calendar.isWithinHour ? SHORT_FAR_OFF : FAR_OFF;
    this.idleWidth = calendar.isWithinHour ? SHORT_IDLE_WIDTH : IDLE_WIDTH;
    this.shiftLength = shiftLength(calendar);
    this.firstShiftLength = firstShiftLength(calendar);
    this.former = new FormerLevel(calendar, state);
  }

  /**
   * Fills `prediction` for the interval at `position` and the series from `from` up to but not including `to`.
   * @param interval number of the interval since the model's beginning
   */
  public predict(interval: number, position: SeasonPosition, from: number, to: number, prediction: Prediction): void {
    const { calendar } = this;
    const { level, mean, scale, deviation, unforeseen, idle, idleNow, cycleError, weekError } = this.state;
    const { cycle, week, noise, points, errors, kind, capacity } = this.state;
    const { expected, scale: usual } = prediction;
    const cycleRow = position.cycle * capacity;
    const weekRow = position.week * capacity;
    const noiseRow = position.noise * capacity;
    const hasWeek = calendar.weekSlots > 0;
    const noiseErrors = NOISE_CYCLES * calendar.cycleSlots;
    const weeksPerPoint = 1 / calendar.intervalsPerWeek;
    for (let s = from; s < to; s++) {
      if (points[s] === 0) {
        expected[s - from] = NaN;
        usual[s - from] = 0;
        continue;
      }
      const slot = cycle[cycleRow + s]!;
      const spread = DEVIATION_TO_SCALE * deviation[s]!;
      const average = mean[s]!;
      const known = slot === slot;
      // at a time of day that never had a value, all that is known is how the series is at other times
      let value = known ? level[s]! + slot : average;
      const trained = errors[s]!;
      let width: number = scale[s]!;
      if (!known) {
        width = max(width, spread);
      } else if (trained < TRUSTED_ERRORS) {
        width = max(width, spread * (1 - trained / TRUSTED_ERRORS));
      } else if (trained > noiseErrors && noise[noiseRow + s]! >= 0) {
        const atHour = noise[noiseRow + s]!;
        const loud = calendar.isHourly ? max(0, atHour - LOUD_HOUR * width) : 0;
        width = 0.5 * (width + atHour) + LOUD_GAIN * loud;
      }
      width = max(width, scaleFloor(deviation[s]!, average, points[s]! * weeksPerPoint));
      let weekFloor = 0;
      if (known && hasWeek) {
        const weekly = week[weekRow + s]!;
        if (weekly === weekly) {
          const trust = weekTrust(cycleError[s]!, weekError[s]!);
          const alone = calendar.isHourly ? max(0, slotTrust(weekly, CLIP * width) - trust) : 0;
          value += (trust + alone) * weekly;
          weekFloor = (WEEK_FLOOR * trust + SLOT_FLOOR * alone) * abs(weekly);
        }
      }
      let isIdle = idle[s]! > IDLE_SHARE;
      if (isIdle) {
        const open = openWidth(calendar, this.state, interval, position, s, value);
        isIdle = !(open >= 0);
        width = max(width, isIdle ? this.widthOfIdle(position, s, spread, weekFloor) : open);
      }
      idleNow[s] = isIdle ? 1 : 0;
      width = max(width, weekFloor);
      if (kind[s] === COUNTS) width = max(width, countNoise(value, average, deviation[s]!, scale[s]!, unforeseen[s]!));
      expected[s - from] = value;
      usual[s - from] = width;
    }
  }

  /** Usual error of a series that is idle at this time of the week. */
  private widthOfIdle(position: SeasonPosition, series: number, spread: number, ofWeek: number): number {
    const moves = this.state.unforeseen[series]!;
    const width = moves >= 0 ? this.idleWidth * sqrt(moves) : spread;
    // one that moves at certain hours only has its noise there, which many short intervals tell of; NaN: nothing was learned of the hour
    const atHour = this.calendar.isWithinHour ? this.state.noise[position.noise * this.state.capacity + series]! : 0;
    const closed = closedWidth(this.calendar, this.state, position, series, ofWeek);
    return min(atHour > width ? atHour : width, closed >= 0 ? closed : Infinity);
  }

  /**
   * Learns an interval of the series from `from` up to but not including `to`.
   * @param interval number of the interval since the model's beginning
   * @param values what was observed in the block; NaN: nothing
   * @param prediction what `predict` said of the block
   * @param distances of the block from what all members expect: scores without damping
   * @param scores of all series: their reasons are set where the series has a new level; undefined where no scores are wanted
   */
  public learn(
    interval: number, position: SeasonPosition, from: number, to: number, values: Float64Array, prediction: Prediction,
    { distance, slack: slacks }: BlockDistances, scores: IntervalScores | undefined,
  ): void {
    const { calendar, farOff, former, gains, state } = this;
    const { level, mean, scale, deviation, unforeseen, square, idle, newest, astray, surprise } = state;
    const { cycle, noise, points, errors, firstSeen, runLength, kind, missedBefore, weeksOff, capacity } = state;
    const cycleRow = position.cycle * capacity;
    const noiseRow = position.noise * capacity;
    const hasWeek = calendar.weekSlots > 0;
    const { isHourly } = calendar;
    const longRunPoints = 1 / gains.longRun;
    const scaleErrors = 1 / gains.scale;
    const unforeseenErrors = UNFORESEEN_GAIN / gains.longRun;
    const cyclePoints = calendar.cycleSlots / gains.cycle;
    const moment = { interval, position };
    const levels = calendar.weekSlots === 0 ? level.slice(from, to) : undefined;
    for (let s = from; s < to; s++) {
      const value = values[s - from]!;
      if (value !== value) continue;
      if (kind[s] !== ANY_VALUES) {
        if (value < 0) kind[s] = ANY_VALUES;
        else if (kind[s] === COUNTS && value !== floor(value)) kind[s] = NEVER_NEGATIVE;
      }
      const seen = points[s]!;
      points[s] = seen + 1;
      if (seen === 0) {
        level[s] = value;
        mean[s] = value;
        newest[s] = value;
        firstSeen[s] = interval;
        cycle[cycleRow + s] = 0;
        continue;
      }

      const off = value - mean[s]!;
      const spread = deviation[s]!;
      const longGain = seen < longRunPoints ? 1 / (seen + 1) : gains.longRun;
      const bound = seen > TRUSTED_ERRORS && spread > 0 ? LONG_RUN_CLIP * spread : abs(off);
      mean[s]! += longGain * max(-bound, min(bound, off));
      deviation[s] = spread + longGain * (min(bound, abs(off)) - spread);
      if (!hasWeek) square[s]! += longGain * (min(bound * bound, off * off) - square[s]!);
      const stays = newest[s] === fround(value) ? 1 : 0;
      idle[s]! += longGain * (stays - idle[s]!);
      newest[s] = value;

      const slot = cycle[cycleRow + s]!;
      if (slot !== slot) {
        cycle[cycleRow + s] = value - level[s]!;
        learnFirstDay(state, s, off, value - mean[s]!, seen);
        continue;
      }

      const error = value - prediction.expected[s - from]!;
      const usual = prediction.scale[s - from]!;
      const far = abs(error);
      // near an edge that moves, only the slot of the day learns how early or late it is
      const slack = slacks[s - from]!;
      const isEdge = slack > 0 && far > CLIP * usual;
      if (former.isBack(s, value, prediction.expected[s - from]!, usual, seen)) {
        former.goBack(s, moment);
        endRun(state, s);
        this.lastingError.forget(s);
        if (levels) levels[s - from] = level[s]!;
        if (scores) tellMove(scores, s, REASON.formerLevel);
        continue;
      }
      // at intervals of an hour, what was off a week ago too belongs to the week: it is no event, and no new level, unless one goes on already
      if (isHourly && runLength[s] !== 0) missedBefore[s] = 0;
      const isWeekly = isHourly && missedBefore[s] === 1;
      const anomalous = !isWeekly && distance[s - from]! >= farOff;
      const isMistaken = !anomalous && !isWeekly && far > 0 && far - slack >= farOff * usual;
      const weeks = hasWeek ? 1 : countWeeksOff(weeksOff, cycleRow + s, error, usual);
      // a first weekend must not move the level: the working day after it would be as far off
      const isFirstWeek = isHourly && seen < calendar.intervalsPerWeek;
      const surprised = surprise[s]! + gains.surprise * ((anomalous ? 1 : 0) - surprise[s]!);
      surprise[s] = surprised < SMALLEST ? 0 : surprised;
      former.learn(s, value, prediction.expected[s - from]!, usual, anomalous);
      if (anomalous || runLength[s] !== 0) {
        const length = isFirstWeek ? this.firstShiftLength : this.shiftLength;
        const ofRun = { value, expected: prediction.expected[s - from]!, usual };
        if (continueRun(calendar, state, former, s, ofRun, anomalous, length, moment)) {
          // what the weekdays add is carried over with the level
          if (levels) levels[s - from] = level[s]!;
          if (scores) tellMove(scores, s, REASON.newLevel);
          if (isHourly) noteMissed(state, position, s);
          continue;
        }
      }

      const trained = errors[s]!;
      errors[s] = min(trained + 1, MOST_ERRORS);
      // later it makes no difference
      const ofFirstDay = trained < unforeseenErrors ? errorsOfFirstDay(calendar, state, s) : 0;
      const before = trained > 0 || ofFirstDay > 0 ? unforeseen[s]! : NaN;
      const unforeseenGain = trained < unforeseenErrors
        ? max(gains.longRun, UNFORESEEN_GAIN / (trained + ofFirstDay + UNFORESEEN_GAIN)) : gains.longRun;
      // A deviation that is clipped at twenty times itself forgets what comes less than once in twenty intervals, and a mean square must not. Daily data has
      // too few of them for that, and what is expected of it is made of many parts: the deviation holds it.
      let move = min(abs(off), far);
      if (!(hasWeek && before > 0)) move = min(move, bound);
      else if (move > spread) move = min(move, max(spread, sqrt(MOST_GROWTH * before / unforeseenGain)));
      const moves = before >= 0 ? before : max(move * move, DEVIATION_TO_SCALE * spread * DEVIATION_TO_SCALE * spread);
      unforeseen[s] = moves + unforeseenGain * (move * move - moves);
      let limit = CLIP * usual;
      if (trained < AVERAGED_ERRORS) limit = max(limit, CLIP * DEVIATION_TO_SCALE * deviation[s]);
      // only the level follows without a limit, since it finds back as fast; slots that had learned an outage would tell of it for weeks
      const share = !isWeekly && !isFirstWeek && surprised > TOLERATED_SURPRISE ? min(1, SURPRISE_TO_SHARE * (surprised - TOLERATED_SURPRISE)) : 0;
      // and the regression, which follows what is late for ever, says nothing of the next interval
      astray[s] = isEdge ? MOST_ASTRAY : isMistaken ? min(astray[s]! + 1, MOST_ASTRAY) : 0;
      const clipped = max(-limit - slack, min(limit + slack, error));
      // the slot of the week learns it whole, and nothing else of it
      const isOfWeek = isWeekly && far > limit;
      const size = isOfWeek ? scale[s]! : DEVIATION_TO_SCALE * min(limit, far);
      const wide = scale[s]! + (trained < scaleErrors ? 1 / (trained + 1) : gains.scale) * (size - scale[s]!);
      scale[s] = wide < SMALLEST ? 0 : wide;
      const atHour = noise[noiseRow + s]!;
      noise[noiseRow + s] = atHour >= 0 ? atHour + gains.noise * (size - atHour) : size;
      const left = value - (prediction.effect?.[s - from] ?? 0) - level[s]! - slot;
      const cleaned = left - error + clipped;
      const ofWeek = mostOfWeek(calendar, state, s, limit);
      let lasting = cleaned;
      if (isOfWeek) lasting = 0;
      else if (isHourly) lasting = clipped + max(-ofWeek, min(ofWeek, cleaned - clipped));
      else if (hasWeek && trained > AVERAGED_ERRORS) lasting = max(-ofWeek, min(ofWeek, cleaned));
      const ofLevel = slack === 0 ? lasting : lasting > 0 ? max(0, lasting - slack) : min(0, lasting + slack);
      const isThere = calendar.isWithinHour && isMistaken && runLength[s]! >= calendar.intervalsPerWeekSlot;
      const moved = isThere ? REGRESSED_GAIN * error : gains.level * (ofLevel + share * (error - clipped));
      level[s]! += moved;
      this.lastingError.follow(s, moved, usual);
      const cycleGain = seen < cyclePoints ? max(gains.cycle, 1 / (seen / calendar.cycleSlots + 1)) : gains.cycle;
      // what may be a new level is no mistake of the slot
      const isWhole = isMistaken && weeks === 1 && !(calendar.isWithinHour && runLength[s] !== 0)
        && !former.isAway(s, prediction.expected[s - from]!, usual, seen);
      cycle[cycleRow + s] = slot + (weeks >= CHANGED_WEEKS ? error : isWhole ? MISTAKE_GAIN * left : cycleGain * lasting);
      if (scores && anomalous && weeks >= CHANGED_WEEKS) scores.reason[s] = REASON.newLevel;
      if (hasWeek && !isEdge) learnWeek(calendar, state, s, position, left, cleaned, limit, seen, trained);
    }
    if (levels) keepWeekdayShares(state, from, levels);
  }
}
