// SPDX-License-Identifier: Apache-2.0

import { MONDAY, normal, observationOf, type Random, randomOf } from './samples';
import { ANOMALOUS_SEVERITY, DetectionModel, type IntervalScores, REASONS } from '../../../handlers/engine';

const DAY = 86_400;
const INTERVALS = [300, 600, 3600, DAY] as const;
const NOISES = [0, 0.02, 0.1, 0.5];
/** Levels that a series jumps to now and then. */
const LEVELS = [0, 1e15, 1e-12, 1, -1e9];

/** A series to which everything happens: other levels, units, signs and noise, gaps, outages, values that are held, spikes. */
class Wild {
  private level: number;
  private noise: number;
  private readonly wave: number;
  private readonly weekend: number;
  private isCount: boolean;
  private newest = 0;
  private readonly left = { held: 0, nothing: 0, gap: 0 };

  public constructor(private readonly random: Random, private readonly perDay: number) {
    this.level = Math.exp(6 * normal(random));
    this.noise = this.one(NOISES);
    this.wave = random();
    this.weekend = random() < 0.5 ? 1 : random();
    this.isCount = random() < 0.3;
  }

  public next(hour: number, day: number): number {
    this.change();
    const { left, random } = this;
    const season = (1 + this.wave * Math.sin(hour / 24 * 2 * Math.PI)) * (day % 7 > 4 ? this.weekend : 1);
    let value = this.level * season * (1 + this.noise * normal(random)) * (random() < 0.4 / this.perDay ? Math.exp(3 * normal(random)) : 1);
    if (this.isCount) value = Math.round(value);
    if (left.held-- > 0) value = this.newest;
    if (left.nothing-- > 0) value = 0;
    this.newest = value;
    return left.gap-- > 0 ? NaN : value;
  }

  /** Something happens once in three days. */
  private change(): void {
    const { left, perDay, random } = this;
    if (random() >= 0.35 / perDay) return;
    [
      () => { this.level = Math.abs(this.level) > 1e20 ? 1 : this.level * Math.exp(5 * normal(random)); },
      () => { left.held = random() * perDay * 2; },
      () => { left.nothing = random() * perDay; },
      () => { left.gap = random() * perDay * 3; },
      () => { this.level *= -1; },
      () => { this.noise = this.one(NOISES); },
      () => { this.level = this.one(LEVELS); },
      () => { this.isCount = !this.isCount; },
    ][Math.floor(random() * 8)]!();
  }

  private one(some: readonly number[]): number {
    return some[Math.floor(this.random() * some.length)]!;
  }
}

/** What is wrong with the scores of a value; undefined: nothing. */
function wrong(value: number, scores: IntervalScores, series: number): string | undefined {
  const of = (column: ArrayLike<number>): number => column[series]!;
  const { expected, lower, upper, score, severity } = observationOf(value, scores, series);
  const reason = REASONS[of(scores.reason)]!;
  if (Number.isNaN(score)) return Number.isNaN(value) || reason === 'too new' ? undefined : `no score: ${reason}`;
  if (Number.isNaN(value)) return 'a score of no value';
  const isInside = value >= lower && value <= upper;
  const isAnomaly = severity >= ANOMALOUS_SEVERITY;
  const facts = {
    'severity of 0 to 100': severity >= 0 && severity <= 100,
    'score of at most 1,000': Math.abs(score) <= 1000,
    'finite expectation': Number.isFinite(expected) && of(scores.scale) >= 0 && of(scores.scale) < Infinity,
    'raise and steepness': of(scores.raise) >= 0 && of(scores.steepness) > 0 && of(scores.steepness) <= 1,
    'band': lower <= upper,
    'sign of the score': score === 0 || score > 0 === value >= expected,
    'no anomaly outside of the band': isAnomaly || isInside,
    'anomaly outside of the band, or stuck': !isAnomaly || reason === 'stuck at one value' || !(value > lower && value < upper),
  };
  const not = Object.entries(facts).filter(([, isTrue]) => !isTrue).map(([name]) => name);
  return not.length > 0 ? `${not.join(', ')}: ${JSON.stringify({ value, severity, score, expected, lower, upper, reason })}` : undefined;
}

test.each(INTERVALS.flatMap(seconds => [1, 2, 3].map(seed => [seconds, seed] as const)))('whatever the values are, scores and bands fit each other: %i seconds, %i', (seconds, seed) => {
  const random = randomOf(seed);
  const perDay = DAY / seconds;
  const series = Array.from({ length: 8 }, () => new Wild(random, perDay));
  let model = new DetectionModel({ intervalSeconds: seconds }, series.length);
  const days = seconds === DAY ? 800 : 45;
  const found: string[] = [];
  for (let interval = 0; interval < days * perDay; interval++) {
    const values = Float64Array.from(series, one => one.next(interval % perDay / perDay * 24, Math.floor(interval / perDay)));
    if (random() < 0.3) {
      model.learn(MONDAY + interval * seconds, values);
      continue;
    }
    if (random() < 0.01) model = DetectionModel.deserialize(model.serialize());
    const scores = model.observe(MONDAY + interval * seconds, values);
    values.forEach((value, number) => {
      const what = wrong(value, scores, number);
      if (what !== undefined) found.push(`interval ${interval}, series ${number}: ${what}`);
    });
  }
  expect(found).toEqual([]);
});
