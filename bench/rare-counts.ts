// SPDX-License-Identifier: Apache-2.0

/**
 * First errors: 300 counts of errors (30 hosts, 10 kinds), each of which is 0 but for a single error now and then. Nothing is an event. How many
 * groups are told a week, and how many of them have a severity of 90 and more; with the bound of `RareCounts` and without. Learned four weeks, judged
 * eight.
 *
 * Run: `tsx bench/rare-counts.ts`
 */
import { markdown } from './table';
import { Totals } from '../handlers/detect/totals';
import { DetectionModel, formGroups } from '../handlers/engine';
import { SeriesIndex } from '../handlers/input/series-index';
import { seededRandom } from '../local/sample/random';

const MONDAY = 4 * 86_400;
const WEEK_SECONDS = 7 * 86_400;
const HOSTS = 30;
const KINDS = 10;
const LEARNED_WEEKS = 4;
const JUDGED_WEEKS = 8;
const SEVERE = 90;

interface Told {
  groups: number;
  severe: number;
}

function run(seconds: 300 | 3600, errorsAWeek: number): { readonly errors: number; readonly unbounded: Told; readonly bounded: Told } {
  const combinations = Array.from({ length: HOSTS * KINDS }, (_, index) => [`host-${index % HOSTS}`, `kind-${Math.floor(index / HOSTS)}`]);
  const series = new SeriesIndex(['errors'], ['host', 'kind'], combinations);
  const engine = new DetectionModel({ intervalSeconds: seconds }, series.size);
  const totals = new Totals({ intervalSeconds: seconds }, [{ name: 'errors', aggregation: 'SUM' }], series);
  const random = seededRandom(1);
  const chance = errorsAWeek * seconds / WEEK_SECONDS;
  const [unbounded, bounded] = [{ groups: 0, severe: 0 }, { groups: 0, severe: 0 }];
  let errors = 0;
  for (let interval = 0; interval < (LEARNED_WEEKS + JUDGED_WEEKS) * WEEK_SECONDS / seconds; interval++) {
    const values = Float64Array.from(combinations, () => random() < chance ? 1 : 0);
    const wallSeconds = MONDAY + interval * seconds;
    if (interval < LEARNED_WEEKS * WEEK_SECONDS / seconds) {
      engine.learn(wallSeconds, values);
      totals.learn(wallSeconds, values);
      continue;
    }
    errors += values.reduce((sum, value) => sum + value, 0);
    const scores = engine.observe(wallSeconds, values, Infinity);
    const scored = totals.scored(totals.observe(wallSeconds, values, [], Infinity)!, () => 1);
    for (const told of [unbounded, bounded]) {
      const isBounded = told === bounded;
      const [group] = formGroups(
        scores, values, number => series.describe(number), 1, 2, isBounded ? scored : { ...scored, movesPerWeek: () => 0 },
        () => isBounded ? number => engine.movesPerWeek(number) : undefined,
      );
      if (group === undefined) continue;
      told.groups++;
      if (group.severity >= SEVERE) told.severe++;
    }
  }
  return { errors: errors / JUDGED_WEEKS, unbounded, bounded };
}

const inWeek = (count: number): string => (count / JUDGED_WEEKS).toFixed(2);
const rows = [0.005, 0.02, 0.05, 0.2, 1].flatMap(errorsAWeek => ([3600, 300] as const).map(seconds => {
  const { errors, unbounded, bounded } = run(seconds, errorsAWeek);
  return [
    String(errorsAWeek), seconds === 3600 ? '1 hour' : '5 minutes', errors.toFixed(1),
    `${inWeek(unbounded.groups)}, ${inWeek(unbounded.severe)}`, `${inWeek(bounded.groups)}, ${inWeek(bounded.severe)}`,
  ];
}));
console.log(markdown({
  title: 'First errors of 300 series',
  note: 'Groups a week, and how many of them have a severity of 90 and more. Nothing is an event.',
  columns: ['errors a series and week', 'interval', 'errors a week in all', 'groups without the bound', 'with it'],
  rows,
}));
