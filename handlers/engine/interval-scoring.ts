// SPDX-License-Identifier: Apache-2.0

import type { Calendar, SeasonPosition } from './calendar/calendar';
import { EventDuration } from './events/event-duration';
import type { LastingError } from './events/lasting-error';
import { distanceOfNews, newDistance, WeeklyRecurrence } from './events/weekly-recurrence';
import { FormerLevel } from './level/former-level';
import { partInScore, shareAbove } from './rarity/logarithmic-axis';
import { type Raise, Rarity } from './rarity/rarity';
import { boundOnSquareRootAxis, errorOnSquareRootAxis } from './rarity/square-root-axis';
import { StuckValues } from './rarity/stuck-values';
import { fillBand } from './rarity/usual-band';
import { ValueEnds } from './rarity/value-ends';
import type { HeardPrediction } from './regression/regression-member';
import { combinedBound, combinedDistance, combinedExpectation } from './scores/combination';
import { MEMBER, REASON, reasonOf } from './scores/explanation';
import { type BlockDistances, type IntervalScores, leaveOut, tellStuck } from './scores/interval-scores';
import { nearer, roundingOf } from './scores/rounding';
import { ANOMALOUS_SCORE, HIGHEST_SCORE, judgedScore, severityOf, SHORT_INTERVAL_FACTOR } from './scores/severity';
import { LastWeek } from './season/last-week';
import { MovingEdges } from './season/moving-edges';
import type { Prediction } from './season/seasonal-member';
import { beginHourOfWeek } from './season/week-season';
import type { SeriesState } from './state/series-state';
import { ANY_VALUES, COUNTS } from './state/value-kinds';

const { abs, max, min, sqrt } = Math;

/** Values of a series before it is scored, beside the first cycle. */
const LEAST_POINTS = 20;
const HOUR = 3600;
/**
 * Hours for which the regression may find usual what is far from the season. After that it has only followed: a weekday like a Sunday is no
 * news to it.
 */
const STRAYED_HOURS = 2;
/** How much of the score counts after the first cycle, and days until all of it does. */
const FIRST_CONFIDENCE = 0.6;
const CONFIDENT_DAYS = 14;
/** Usual errors from which on a value is asked whether an edge moves, which costs time: nearer ones are as expected. */
const LEAST_OFF = 1;
/** Usual errors from the season below which nothing is learned of how far off a value is: whatever the regression says, they come to less than two. */
const TOO_NEAR = 1;
/** Score that a value has at least where it is an anomaly by what lasts: by itself it may be no news, and a raise needs something to raise. */
const LEAST_LASTING_SCORE = 0.01;
/** Part of the anomalous score from which the steepness is found: feedback can make an anomaly of what is somewhat below. */
const LEAST_STEEP = 0.5;

/** Compares the values of an interval with what the members expect. */
export class IntervalScoring {
  private readonly rarity: Rarity;
  private readonly recurrence: WeeklyRecurrence;
  private readonly lastWeek: LastWeek;
  private readonly duration: EventDuration;
  private readonly edges: MovingEdges;
  private readonly ends: ValueEnds;
  private readonly stuck: StuckValues;
  private readonly isInside: (series: number, value: number) => boolean;
  private readonly shortInterval: number;
  private readonly leastPoints: number;
  private readonly strayed: number;
  private readonly confidentPoints: number;
  private readonly twoWeeks: number;
  private readonly former: FormerLevel;
  private isHoliday = false;

  /** @param lasting of the same series, which learns here */
  /** @param block most series that are scored together */
  public constructor(
    private readonly calendar: Calendar, private readonly state: SeriesState, private readonly lasting: LastingError, block: number,
  ) {
    this.rarity = new Rarity(calendar, state);
    this.recurrence = new WeeklyRecurrence(calendar, state);
    this.lastWeek = new LastWeek(calendar, state);
    this.duration = new EventDuration(calendar, state);
    this.edges = new MovingEdges(calendar, state);
    this.ends = new ValueEnds(calendar, state);
    this.stuck = new StuckValues(calendar, state, block);
    this.isInside = (series, value) => this.rarity.isInside(series, value);
    this.shortInterval = calendar.isWithinHour ? SHORT_INTERVAL_FACTOR : 1;
    this.leastPoints = min(LEAST_POINTS, calendar.cycleSlots);
    this.strayed = max(1, STRAYED_HOURS * HOUR / calendar.intervalSeconds);
    // the first day has no scores, so it is not known whether its hours were off
    this.twoWeeks = 2 * calendar.intervalsPerWeek + calendar.cycleSlots;
    this.former = new FormerLevel(calendar, state);
    this.confidentPoints = CONFIDENT_DAYS / 7 * calendar.intervalsPerWeek;
  }

  /** Takes note that so many intervals were left out. */
  public skip(left: number): void {
    this.duration.skip(left);
    this.lasting.skip(left);
  }

  /** Lets what is known of rare values fade by calendar days. */
  public fade(days: number): void {
    this.rarity.fade(days);
    this.ends.fade(days);
  }

  /** Says whether the interval that comes is on a holiday, of which nothing is learned. Call it before `beginHour`. */
  public onHoliday(isHoliday: boolean): void {
    this.isHoliday = isHoliday;
    this.lasting.pause(isHoliday);
  }

  /**
   * Begins an hour of the wall clock. Call it before its first interval is scored. On a holiday, what is known of the hour stays for a week later: so two
   * weeks later the hour is compared with the last one that was like it.
   */
  public beginHour(position: SeasonPosition): void {
    const { isHoliday } = this;
    if (this.calendar.weekSlots > 0) beginHourOfWeek(this.state, position, isHoliday);
    this.recurrence.beginHour(position, isHoliday);
    this.lastWeek.beginHour(position, isHoliday);
    if (isHoliday) return;
    this.edges.beginHour(position);
    this.lasting.beginHour(position);
  }

  /** Takes the values of the block that are stuck for none. Call it between `score` and what learns. */
  public leaveOutStuck(from: number, to: number, values: Float64Array): void {
    this.stuck.leaveOut(from, to, values);
  }

  /** Takes in the block's distances after it was scored. Call it after the members have learned. */
  public learn(
    interval: number, position: SeasonPosition, from: number, to: number, values: Float64Array, { scale }: Prediction,
    { distance, damped }: BlockDistances,
  ): void {
    this.rarity.learn(interval, from, to, values, damped);
    this.ends.learn(from, to, values);
    this.lastWeek.learn(position, from, to, values, scale);
    this.duration.learn(from, to, distance, damped);
  }

  /**
   * Fills the distances of the series from `from` up to but not including `to`, and their scores where these are wanted.
   * @param interval number of the interval since the model's beginning
   * @param scores of all series; undefined: only the distances are wanted
   * @param bandFrom size of the score, raised, from which on the band is wanted. To find a band costs more than all else.
   */
  public score(
    interval: number, position: SeasonPosition, from: number, to: number, values: Float64Array, prediction: Prediction, regressed: HeardPrediction,
    distances: BlockDistances, scores: IntervalScores | undefined, bandFrom = 0,
  ): void {
    const { leastPoints, confidentPoints } = this;
    const { points, firstSeen, kind, astray, inRun } = this.state;
    const { cycleSlots } = this.calendar;
    const { distance, damped, slack } = distances;
    this.stuck.take(from, to, values, this.isInside, this.isHoliday);
    for (let s = from; s < to; s++) {
      const index = s - from;
      const value = values[index]!;
      const stuck = this.stuck.sizes[index]!;
      distance[index] = damped[index] = slack[index] = 0;
      const isNew = points[s]! < leastPoints || interval - firstSeen[s]! < cycleSlots;
      const mayBeNegative = kind[s] === ANY_VALUES;
      const lowest = mayBeNegative ? -Infinity : 0;
      const center = max(lowest, prediction.expected[index]!);
      const usual = prediction.scale[index]!;
      if (value !== value || isNew) {
        if (value !== value) this.lasting.fade(s);
        if (scores === undefined) continue;
        leaveOut(scores, s, value !== value ? REASON.noValue : REASON.tooNew);
        if (isNew) continue;
        scores.expected[s] = center;
        scores.scale[s] = usual;
        continue;
      }
      if (stuck > 0 && scores === undefined) {
        this.lasting.fade(s);
        continue;
      }
      // an event is no wobble between two numbers, and goes on as long as it is one
      const rounding = kind[s] === COUNTS && inRun[s] === 0 ? roundingOf(usual) : 0;
      const off = abs(value - center);
      const mayMove = inRun[s] === 0;
      const isOff = mayMove && stuck === 0 && off >= LEAST_OFF * usual && this.calendar.isWithinHour;
      if (isOff) {
        this.edges.find(interval, position, s, center, usual, off);
        slack[index] = value > center ? this.edges.above : this.edges.below;
      }
      const exact = nearer(value, center, rounding + slack[index]!);
      const error = mayBeNegative ? value - center : errorOnSquareRootAxis(exact, center);
      const seasonal = error === 0 ? 0 : abs(error) / usual;
      const errors = error > 0 ? seasonal : -seasonal;
      const isNoNews = this.former.isNoNews(s, value, prediction.expected[index]!, usual, points[s]!);
      let lastingErrors = isNoNews ? 0 : errors;
      if (isNoNews) this.lasting.forgetMean(s);
      if (scores === undefined && seasonal < TOO_NEAR) {
        this.lasting.learn(position, s, lastingErrors, usual);
        continue;
      }
      const confidence = points[s]! >= confidentPoints ? 1 : FIRST_CONFIDENCE + (1 - FIRST_CONFIDENCE) * points[s]! / confidentPoints;
      const isHeard = inRun[s] === 0 && regressed.heard[index] === 1 && astray[s]! < this.strayed;
      const second = isHeard ? max(lowest, regressed.expected[index]!) : center;
      const secondScale = isHeard ? regressed.scale[index]! : usual;
      const secondError = mayBeNegative ? value - second : errorOnSquareRootAxis(exact, second);
      // the regression takes an event for the new normal within a few intervals: while one goes on, the seasonal state alone speaks
      const isAlone = !isHeard || this.duration.goesOn(s, error > 0 ? 1 : 0, seasonal);
      const expected = isAlone ? center : combinedExpectation(center, usual, second, secondScale);
      distance[index] = isAlone ? seasonal : combinedDistance(error, usual, secondError, secondScale);
      if (isNoNews) distance[index] = 0;
      let known = this.recurrence.known(s);
      // while an hourly series learns its week, a weekly edge is to a value that other hours have
      const isNewsWhereNeverThere = known === HIGHEST_SCORE;
      if (isNewsWhereNeverThere && this.rarity.wasNeverAt(s, value)) known = 0;
      // What was off a week ago and not before is an event that comes again; of a series that is new nothing is known before. As two weeks ago is no such event, nor
      // is what came in two of three weeks.
      const isUsual = this.recurrence.isUsual(s);
      const isRepeated = this.lastWeek.isRepeated(position, s, value, distance[index]!, value - expected, usual, isUsual)
        && (isUsual || points[s]! < this.twoWeeks || this.lastWeek.isFromBefore(s) || !this.recurrence.wasOff(position, s));
      if (!this.isHoliday && stuck === 0) this.recurrence.learn(position, s, distance[index]!, isRepeated);
      if (isRepeated) distance[index] = 0;
      if (isRepeated && isUsual && seasonal >= TOO_NEAR) lastingErrors = 0;
      const size = min(HIGHEST_SCORE, confidence * newDistance(distance[index]!, known));
      damped[index] = value < expected ? -size : size;
      if (scores === undefined) {
        this.lasting.learn(position, s, lastingErrors, usual);
        continue;
      }

      const side = value < expected ? 0 : 1;
      const factor = this.rarity.of(s, side, value, size);
      const part = shareAbove(this.calendar, this.state, s, value, center, usual);
      // cut after that: a million times what a constant series is expected to be stays as far off as can be
      const full = confidence * newDistance(distance[index]!, known) * factor;
      const lasting = !isRepeated && distance[index]! > 0 ? confidence * this.lasting.sizeWith(s, errors, usual) : 0;
      const score = min(HIGHEST_SCORE, max(full * partInScore(part), lasting >= ANOMALOUS_SCORE ? LEAST_LASTING_SCORE : 0));
      // what may be a weekly edge is never raised, and what one member says alone only while an event lasts
      const mayBeEdge = this.recurrence.mayBeEdge(position, s);
      const least = mayBeEdge || regressed.heard[index] === 0 ? 1 : this.shortInterval;
      const isEvent = !mayBeEdge && distance[index]! >= this.duration.leastDistance(s);
      const ofEnds = this.ends.share(s, value, () => this.rarity.isWithin(s, 1));
      const share = ofEnds * this.rarity.share(s, side, value, size, abs(value - expected), score);
      const whileNew = this.rarity.shareWhileNew(s, side, size);
      const partInSeverity = part < 1 && score > 0 ? min(HIGHEST_SCORE, full * part) / score : 1;
      const ofDuration = partInSeverity * share * whileNew * (isEvent ? least * this.durationFactor(s, side, confidence) : least);
      const raise = score > 0 && lasting > score * ofDuration ? lasting / score : ofDuration;
      scores.expected[s] = expected;
      scores.scale[s] = isAlone ? usual : sqrt(usual * secondScale);
      scores.score[s] = value < expected ? -score : score;
      scores.raise[s] = raise;
      scores.steepness[s] = max(score, score * raise) >= LEAST_STEEP * ANOMALOUS_SCORE ? this.rarity.steepness(s, side, size) : 1;
      scores.severity[s] = severityOf(judgedScore(score * raise, scores.steepness[s]!));
      scores.member[s] = isAlone ? inRun[s] === 0 ? MEMBER.seasonal : MEMBER.event : MEMBER.both;
      if (max(stuck, score * raise) >= bandFrom) {
        if (mayMove && !isOff) this.edges.find(interval, position, s, center, usual, 0);
        const { above, below } = this.edges;
        const raiseOn = this.raiseOf(s, center, usual, confidence, least, mayBeEdge);
        fillBand(scores, s, { value, expected, lowest, judged: score * raise }, this.rarity, raiseOn, (direction, far) => {
          const away = distanceOfNews(far / confidence, isNewsWhereNeverThere ? 0 : known);
          const boundOf = (errorsAway: number, other: number, otherScale: number): number => direction < 0 && !mayBeNegative
            ? boundOnSquareRootAxis(errorsAway, center, usual, other, otherScale)
            : combinedBound(direction, errorsAway, center, usual, other, otherScale);
          const inner = direction > 0 ? min : max;
          let bound = boundOf(away, second, secondScale);
          if (isHeard && this.duration.mayGoOn(s, direction > 0 ? 1 : 0)) {
            bound = inner(bound, boundOf(max(away, this.duration.leastDistance(s)), center, usual));
          }
          const lastingFrom = isRepeated ? Infinity : this.lasting.anomalousDistance(s, direction, confidence, usual);
          if (lastingFrom < Infinity) bound = inner(bound, (direction > 0 ? max : min)(second, boundOf(lastingFrom, center, usual)));
          bound += direction * rounding + (mayMove ? direction > 0 ? above : -below : 0);
          // whatever the value itself is: nearer than where the series has never been nothing is news
          const nearest = isNewsWhereNeverThere ? this.rarity.neverThere(s, direction) : bound;
          return direction > 0 ? max(bound, nearest) : min(bound, nearest);
        });
      } else {
        scores.lower[s] = scores.upper[s] = NaN;
      }
      if (stuck === 0) this.lasting.learn(position, s, lastingErrors, usual);
      if (isRepeated) known = HIGHEST_SCORE;
      const regression = isAlone ? seasonal : abs(secondError) / secondScale;
      scores.reason[s] = reasonOf(score, raise, share, whileNew, part, confidence, size, factor, known, seasonal, regression);
      if (stuck === 0) continue;
      tellStuck(scores, s, value < expected ? -1 : 1, stuck);
      // of a value that is none nothing is learned
      distance[index] = damped[index] = slack[index] = 0;
      this.lasting.fade(s);
    }
  }

  /** How many times as much a value of the series counts on each side. */
  private raiseOf(series: number, center: number, usual: number, confidence: number, least: number, mayBeEdge: boolean): (side: number) => Raise {
    return side => ({
      shareOf: at => shareAbove(this.calendar, this.state, series, at, center, usual),
      least,
      event: mayBeEdge ? least : least * this.durationFactor(series, side, confidence),
      eventDistance: confidence * this.duration.leastDistance(series),
    });
  }

  /** How many times as much an interval counts that belongs to an event on that side; while the series is new, duration says less. */
  private durationFactor(series: number, side: number, confidence: number): number {
    const share = (confidence - FIRST_CONFIDENCE) / (1 - FIRST_CONFIDENCE);
    return 1 + share * (this.duration.factor(series, side) - 1);
  }
}
