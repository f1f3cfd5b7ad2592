// SPDX-License-Identifier: Apache-2.0

/**
 * How truly anomaly groups tell what an event was of: made businesses of three dimensions whose time series are noisy each for itself, and events whose causes are
 * known, of one, four and twelve intervals. Right is a group that tells just the combinations that were changed, and contributions that are each within ten points of
 * what the event took or gave. In half of the events one interval has a peak of another series too, which is none of the event.
 *
 * Run: `tsx bench/group-explanations.ts [businesses] [seed]`
 */
import { normalOf } from './kpi/generator';
import { markdown } from './table';
import { detectSlot } from '../handlers/detect/detect-slot';
import type { Layout } from '../handlers/detect/layout';
import { DetectorModel } from '../handlers/detect/model/detector-model';
import { IntervalTable } from '../handlers/input/interval-table';
import type { DetectorRecord, GroupRecord } from '../handlers/lookout/store';
import { WallClock } from '../handlers/shared/wall-clock';
import { seededRandom } from '../local/sample/random';

const businesses = Number(process.argv[2] ?? 3);
const seed = Number(process.argv[3] ?? 1);

const FIRST_MONDAY = 1_767_571_200; // 2026-01-05
const DIMENSIONS = ['platform', 'country', 'product'];
const NOISES = [0.05, 0.15, 0.3];
const DURATIONS = [1, 4, 12];
const SIZES = [[4, 7, 8], [5, 10, 18]] as const;
const WITHIN = 10;
/** Noise that all series share: its deviation, and how far successive values of it go together after an hour. */
const SHARED = 0.02;
const MEMORY = 0.9;

type Codes = readonly [number, number, number];
interface Kind {
  readonly name: string;
  readonly factor: number;
  readonly isIn: (codes: Codes) => boolean;
  /** Dimension values of the cause. */
  readonly told: readonly (number | undefined)[];
}

const kinds: readonly Kind[] = [
  { name: 'a platform at 50 %', factor: 0.5, isIn: ([p]) => p === 1, told: [1, undefined, undefined] },
  { name: 'a country at 160 %', factor: 1.6, isIn: ([, c]) => c === 3, told: [undefined, 3, undefined] },
  { name: 'a platform in a country at 30 %', factor: 0.3, isIn: ([p, c]) => p === 1 && c === 3, told: [1, 3, undefined] },
  { name: 'everything at 75 %', factor: 0.75, isIn: () => true, told: [undefined, undefined, undefined] },
  { name: 'a platform but one country at 50 %', factor: 0.5, isIn: ([p, c]) => p === 1 && c !== 3, told: [1, undefined, undefined] },
];

/** Events, groups of them, and how many are right; the same of the intervals from the first on in which there is a group. */
interface Tally {
  events: number;
  found: number;
  causes: number;
  shares: number;
  intervals: number;
  causesMeanwhile: number;
  sharesMeanwhile: number;
}

const tallies = new Map<string, Tally>();
const tallyOf = (name: string): Tally => {
  const known = tallies.get(name) ?? { events: 0, found: 0, causes: 0, shares: 0, intervals: 0, causesMeanwhile: 0, sharesMeanwhile: 0 };
  tallies.set(name, known);
  return known;
};

const textOf = (values: readonly (number | undefined)[]): string => (
  values.flatMap((value, dimension) => (value === undefined ? [] : [`${DIMENSIONS[dimension]}=${dimension}-${value}`])).join());

function run(sizes: typeof SIZES[number], frequency: 'PT1H' | 'PT5M', noise: number, number: number): void {
  const random = seededRandom(seed * 1_000 + number);
  const normal = normalOf(random);
  const seconds = frequency === 'PT1H' ? 3600 : 300;
  const measures = [{ name: 'orders', aggregation: 'SUM' }] as const;
  const clock = new WallClock('UTC', frequency);
  const layout = { measures, dimensions: DIMENSIONS, clock, frequency } as unknown as Layout;
  const detector = { arn: 'arn', createdAt: 0 } as DetectorRecord;
  const combinations: Codes[] = [];
  for (let platform = 0; platform < sizes[0]; platform++) {
    for (let country = 0; country < sizes[1]; country++) {
      for (let product = 0; product < sizes[2]; product++) combinations.push([platform, country, product]);
    }
  }
  const means = combinations.map(() => 300 * Math.exp(normal()));
  const meanOf = (combination: number, time: number): number => {
    const day = 1 + 0.4 * Math.sin(time / 86_400 * 2 * Math.PI + combinations[combination]![1] / 3);
    return means[combination]! * day * (Math.floor((time - FIRST_MONDAY) / 86_400) % 7 > 4 ? 0.7 : 1);
  };
  const memory = MEMORY ** (seconds / 3600);
  let common = 0;
  const valuesAt = (time: number, changed: (combination: number) => number): IntervalTable => {
    common = memory * common + Math.sqrt(1 - memory * memory) * SHARED * normal();
    const table = new IntervalTable(measures, DIMENSIONS);
    for (const [combination, codes] of combinations.entries()) {
      const at = table.series.findOrAdd(codes.map((code, dimension) => `${dimension}-${code}`));
      const noisy = Math.exp(common + noise * normal() - noise * noise / 2);
      table.add(time, at, Float64Array.of(meanOf(combination, time) * changed(combination) * noisy));
    }
    return table;
  };
  // on a weekday, at any hour: a weekend that begins is an event of its own
  const learned = frequency === 'PT1H' ? 4 * 168 + 27 + 7 * (number % 9) : 15 * 288 + 100 + 31 * (number % 9);
  const model = DetectorModel.empty(detector, layout);
  for (let interval = 0; interval < learned; interval++) {
    const time = FIRST_MONDAY + interval * seconds;
    model.learn(time, valuesAt(time, () => 1));
  }
  const bytes = model.encode();
  const events = kinds.flatMap(kind => DURATIONS.flatMap(duration => [false, true].map(other => ({ kind, duration, other }))));
  for (const { kind, duration, other } of events) {
    const now = DetectorModel.decode(bytes);
    const shape = Math.floor(random() * 3);
    const disturbedAt = Math.floor(random() * duration);
    const outside = combinations.map((_, index) => index).filter(index => !kind.isIn(combinations[index]!));
    const peaking = outside.length > 0 ? outside[Math.floor(random() * outside.length)]! : Math.floor(random() * combinations.length);
    const took = DIMENSIONS.map(() => new Map<string, number>());
    /** The group that the event was told in: that of most of its intervals, as a peak after its end makes one of its own. */
    let last: GroupRecord | undefined;
    let most = 0;
    let [intervals, causes, shares] = [0, 0, 0];
    // what is told after the cause may be the other series that peaked
    const isRight = ({ rootCauses = [] }: GroupRecord): boolean => {
      const told = rootCauses.map(({ dimensions }) => dimensions.map(({ name, value }) => `${name}=${value}`).join());
      return told[0] === textOf(kind.told) && told.slice(1).every(text => other && text === textOf(combinations[peaking]!));
    };
    const hasShares = (group: GroupRecord): boolean => took.every((byValue, dimension) => {
      const all = [...byValue.values()].reduce((sum, value) => sum + Math.max(0, value), 0);
      const told = new Map(group.contributions[dimension]!.values.map(({ value, contribution }) => [value, contribution]));
      const isNear = (value: string): boolean => (
        Math.abs((told.get(value) ?? 0) - 100 * Math.max(0, byValue.get(value) ?? 0) / all) <= WITHIN);
      return [...new Set([...byValue.keys(), ...told.keys()])].every(isNear);
    });
    for (let interval = 0; interval < duration; interval++) {
      const time = FIRST_MONDAY + (learned + interval) * seconds;
      // throughout, more and more, less and less
      const place = duration === 1 || shape === 0 ? 0.5 : (shape === 1 ? interval : duration - 1 - interval) / (duration - 1);
      const strength = (0.5 + place) * (0.9 + 0.2 * random());
      const factor = Math.max(0.05, 1 + (kind.factor - 1) * strength);
      for (let combination = 0; combination < combinations.length; combination++) {
        const peak = other && interval === disturbedAt && combination === peaking ? 4 : 1;
        const change = (kind.isIn(combinations[combination]!) ? factor : 1) * peak - 1;
        if (change === 0) continue;
        for (const [dimension, byValue] of took.entries()) {
          const value = `${dimension}-${combinations[combination]![dimension]}`;
          byValue.set(value, (byValue.get(value) ?? 0) + meanOf(combination, time) * change * Math.sign(kind.factor - 1));
        }
      }
      const table = valuesAt(time, combination => (
        (kind.isIn(combinations[combination]!) ? factor : 1) * (other && interval === disturbedAt && combination === peaking ? 4 : 1)));
      detectSlot('arn', now, table, time, clock);
      const [open] = now.ongoing;
      if (open && open.intervals > most) {
        last = open.record;
        most = open.intervals;
      }
      if (last === undefined) continue;
      intervals++;
      if (isRight(last)) causes++;
      if (hasShares(last)) shares++;
    }
    const lasting = `${duration} ${duration === 1 ? 'interval' : 'intervals'}`;
    const size = `${combinations.length} time series`;
    for (const name of ['all', frequency, `noise of ${100 * noise} %`, size, kind.name, `${lasting}${other ? ', a peak of another series' : ''}`]) {
      const tally = tallyOf(name);
      tally.events++;
      if (last === undefined) continue;
      tally.found++;
      tally.causes += isRight(last) ? 1 : 0;
      tally.shares += hasShares(last) ? 1 : 0;
      tally.intervals += intervals;
      tally.causesMeanwhile += causes;
      tally.sharesMeanwhile += shares;
    }
  }
}

for (const frequency of ['PT1H', 'PT5M'] as const) {
  for (const sizes of SIZES) {
    for (const noise of NOISES) for (let number = 0; number < businesses; number++) run(sizes, frequency, noise, number);
  }
}

const share = (part: number, all: number): string => (part / all).toFixed(2);
console.log(markdown({
  title: 'What groups tell',
  note: 'Share of the events that are found; and of the groups whose root cause, and whose contributions, are right: at the end, and meanwhile (of all intervals).',
  columns: ['events', 'number', 'found', 'root cause', 'contributions', 'root cause, meanwhile', 'contributions, meanwhile'],
  rows: [...tallies].map(([name, tally]) => [
    name, String(tally.events), share(tally.found, tally.events), share(tally.causes, tally.found), share(tally.shares, tally.found),
    share(tally.causesMeanwhile, tally.intervals), share(tally.sharesMeanwhile, tally.intervals),
  ]),
}));
