/**
 * What the detection engine costs, as ratios to a plain exponentially weighted z-score loop (two numbers a series, no season) that runs in
 * the same process on the same values.
 *
 * Run: `tsx bench/engine.ts [series] [points]`; 50,000 hourly series and 1,440 points (60 days) by default.
 */
import { DetectionModel, formGroups } from '../handlers/engine';

const HOUR = 3600;
const series = Number(process.argv[2] ?? 50_000);
const points = Number(process.argv[3] ?? 1_440);

/** The peer: exponentially weighted mean and mean absolute error, score before update. */
class ExponentiallyWeightedScore {
  private readonly mean: Float64Array;
  private readonly deviation: Float64Array;
  private learned = 0;

  public constructor(count: number) {
    this.mean = new Float64Array(count);
    this.deviation = new Float64Array(count);
  }

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

/** Values of one interval: a daily shape and noise. The noise comes from a table, so that making values costs little. */
const noise = Float64Array.from({ length: 65_536 }, (_, index) => Math.sin(index * 12.9898) * 43_758.5453 % 1);
function fill(values: Float64Array, hour: number): void {
  for (let s = 0; s < values.length; s++) {
    values[s] = 500 + 300 * noise[s % 24 + hour % 24]! + 10 * noise[(s * 31 + hour * 7_919) % noise.length]!;
  }
}

/** Seconds of processor time, which a busy machine stretches less than the clock on the wall. */
function seconds(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Time for all points without the making of values. */
function train(observe: (hour: number, values: Float64Array) => void): number {
  const values = new Float64Array(series);
  let total = 0;
  for (let hour = 0; hour < points; hour++) {
    fill(values, hour);
    total += seconds(() => observe(hour, values));
  }
  return total;
}

const peer = new ExponentiallyWeightedScore(series);
const peerTraining = train((_hour, values) => void peer.observe(values));
const model = new DetectionModel({ intervalSeconds: HOUR }, series);
const training = train((hour, values) => void model.observe(hour * HOUR, values));

const rounds = 20;
const values = new Float64Array(series);
let interval = 0;
let peerInterval = 0;
let grouping = 0;
for (let round = 0; round < rounds; round++) {
  fill(values, points + round);
  for (let s = round; s < series; s += 1_000) values[s] = 5_000;
  peerInterval += seconds(() => void peer.observe(values));
  let scores: ReturnType<DetectionModel['observe']>;
  interval += seconds(() => { scores = model.observe((points + round) * HOUR, values); });
  grouping += seconds(() => void formGroups(scores, values, s => ({ measure: s % 2, dimensionValues: [`a${s % 20}`, `b${s % 100}`] }), 2, 2));
}
let bytes: Uint8Array = new Uint8Array(0);
const writing = seconds(() => { bytes = model.serialize(); });
const reading = seconds(() => void DetectionModel.deserialize(bytes));

const row = (what: string, figure: string, ratio: string): void => console.log(`${what.padEnd(44)}${figure.padStart(16)}${ratio.padStart(22)}`);
const all = series * points;
console.log(`${series} hourly series x ${points} points, Node ${process.version}\n`);
row('', 'engine', 'of the peer\'s');
row('training', `${training.toFixed(2)} s`, `x ${(training / peerTraining).toFixed(1)}`);
row('training, a point', `${(training / all * 1e9).toFixed(1)} ns`, `(peer: ${(peerTraining / all * 1e9).toFixed(1)} ns)`);
row('one interval', `${(interval / rounds * 1000).toFixed(2)} ms`, `x ${(interval / peerInterval).toFixed(1)}`);
row(`groups of one interval (${Math.ceil(series / 1_000)} anomalous)`, `${(grouping / rounds * 1000).toFixed(2)} ms`, `x ${(grouping / peerInterval).toFixed(1)}`);
row('state, a series', `${(bytes.length / series).toFixed(0)} B`, `x ${(bytes.length / series / 16).toFixed(0)}`);
row('serialize', `${(writing * 1000).toFixed(0)} ms`, `x ${(writing / peerInterval * rounds).toFixed(0)} intervals`);
row('deserialize', `${(reading * 1000).toFixed(0)} ms`, `x ${(reading / peerInterval * rounds).toFixed(0)} intervals`);
