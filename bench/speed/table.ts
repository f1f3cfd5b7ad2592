// SPDX-License-Identifier: Apache-2.0

import { ExponentiallyWeightedScore } from './exponentially-weighted';
import { ANOMALOUS_SCORE, DetectionModel, formGroups } from '../../handlers/engine';
import { HIGHEST_FACTOR } from '../../handlers/engine/scores/feedback';
import type { Table } from '../table';
import type { ThresholdedRandomCutForest } from '../trcf/trcf';

const HOUR = 3600;
/** Series for which the forest is measured; its cost is in proportion. */
const FOREST_SERIES = 100;
const ROUNDS = 20;

/** Noise from a table, so that making values costs little. */
const NOISE = Float64Array.from({ length: 65_536 }, (_, index) => Math.sin(index * 12.9898) * 43_758.5453 % 1);

/** A daily shape and noise. */
function valueOf(series: number, hour: number): number {
  return 500 + 300 * NOISE[series % 24 + hour % 24]! + 10 * NOISE[(series * 31 + hour * 7_919) % NOISE.length]!;
}

function fill(values: Float64Array, hour: number): void {
  for (let s = 0; s < values.length; s++) values[s] = valueOf(s, hour);
}

/** Seconds of processor time, which a busy machine stretches less than the clock on the wall. */
function seconds(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Only what may be an anomaly needs a band, as in a deployed detection. */
const BAND_FROM = ANOMALOUS_SCORE / HIGHEST_FACTOR;

/** Seconds for all points without the making of values. */
function train(series: number, points: number, observe: (hour: number, values: Float64Array) => void): number {
  const values = new Float64Array(series);
  let total = 0;
  for (let hour = 0; hour < points; hour++) {
    fill(values, hour);
    total += seconds(() => observe(hour, values));
  }
  return total;
}

/** What the engine costs, beside a plain exponentially weighted z-score loop and the forest, in the same run on the same values. */
export function speedTable(series: number, points: number, forest: ThresholdedRandomCutForest | undefined): Table {
  const weighted = new ExponentiallyWeightedScore(series);
  const weightedTraining = train(series, points, (_hour, values) => void weighted.observe(values));
  const model = new DetectionModel({ intervalSeconds: HOUR }, series);
  const training = train(series, points, (hour, values) => model.learn(hour * HOUR, values));
  const values = new Float64Array(series);
  let interval = 0;
  let weightedInterval = 0;
  let grouping = 0;
  for (let round = 0; round < ROUNDS; round++) {
    fill(values, points + round);
    for (let s = round; s < series; s += 1_000) values[s] = 5_000;
    weightedInterval += seconds(() => void weighted.observe(values)) / ROUNDS;
    let scores: ReturnType<DetectionModel['observe']>;
    interval += seconds(() => { scores = model.observe((points + round) * HOUR, values, BAND_FROM); }) / ROUNDS;
    grouping += seconds(() => void formGroups(scores, values, s => ({ measure: s % 2, dimensionValues: [`a${s % 20}`, `b${s % 100}`] }), 2, 2)) / ROUNDS;
  }
  let bytes: Uint8Array = new Uint8Array(0);
  const writing = seconds(() => { bytes = model.serialize(); });
  const reading = seconds(() => void DetectionModel.deserialize(bytes));
  const forestPoint = forest && secondsOfForest(forest, points);
  const ratio = (ours: number, theirs: number | undefined): string => (theirs === undefined ? '-' : `x ${(ours / theirs).toPrecision(2)}`);
  const row = (what: string, ours: number, unit: number, suffix: string, weightedSeconds?: number, forestSeconds?: number): string[] =>
    [what, `${(ours * unit).toPrecision(3)} ${suffix}`, ratio(ours, weightedSeconds), ratio(ours, forestSeconds)];
  const all = series * points;
  return {
    title: 'Speed and memory',
    note: `${series} hourly series, ${points} points each, processor time of one core. The forest (one for each series) was measured on ${FOREST_SERIES} series`
      + `${forestPoint === undefined ? '' : `: ${(forestPoint * 1e6).toFixed(0)} µs a point`}. "x" is our cost divided by the other's.`,
    columns: ['', 'engine', 'to a weighted z-score', 'to TRCF'],
    rows: [
      row('learn all points', training, 1, 's', weightedTraining, forestPoint && forestPoint * all),
      row('a point', training / all, 1e9, 'ns', weightedTraining / all, forestPoint),
      row('one interval', interval, 1e3, 'ms', weightedInterval, forestPoint && forestPoint * series),
      row(`groups of an interval (${Math.ceil(series / 1_000)} anomalous series)`, grouping, 1e3, 'ms'),
      ['state of a series', `${(bytes.length / series).toFixed(0)} B`, `x ${(bytes.length / series / 16).toFixed(0)}`, '-'],
      row('write the state', writing, 1e3, 'ms'),
      row('read the state', reading, 1e3, 'ms'),
      ['memory of the process, at most', `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`, '-', '-'],
    ],
  };
}

/** Seconds that the forest takes for a point. */
function secondsOfForest(forest: ThresholdedRandomCutForest, points: number): number {
  const input = Array.from({ length: FOREST_SERIES }, (_, s) => ({
    intervalSeconds: HOUR,
    values: Float64Array.from({ length: points }, (_value, hour) => valueOf(s, hour)),
  }));
  return forest.scores(input).reduce((sum, scores) => sum + scores.seconds, 0) / (FOREST_SERIES * points);
}
