// SPDX-License-Identifier: Apache-2.0

/**
 * First errors and sales: 300 series (30 hosts, 10 kinds), each of which is 0 but for a single error, or a sale of log-normal size, now and then. Nothing
 * is an event. How many groups are told a week, and how many of them have a severity of 90 and more; with the bound of `RareMoves` and without. Learned
 * four weeks, judged eight.
 *
 * Run: `tsx bench/rare-moves.ts`
 */
import { normalOf } from './kpi/generator';
import { markdown } from './table';
import { Totals } from '../handlers/detect/model/totals';
import { DetectionModel, formGroups, type Moves } from '../handlers/engine';
import { SeriesIndex } from '../handlers/input/series-index';
import { seededRandom } from '../local/sample/random';

const MONDAY = 4 * 86_400;
const WEEK_SECONDS = 7 * 86_400;
const HOSTS = 30;
const KINDS = 10;
const LEARNED_WEEKS = 4;
const JUDGED_WEEKS = 8;
const SEVERE = 90;
/** Log-normal deviation of prices among series, and of the sales of each. */
const PRICES = 0.8;
const SIZES = 0.4;

/** Nothing is known of moves. */
const NONE: Moves = { isStill: () => false, perWeek: () => 0, squaresPerWeek: () => 0 };

interface Told {
  groups: number;
  severe: number;
}

function run(
  seconds: 300 | 3600, movesAWeek: number, areSales: boolean,
): { readonly moves: number; readonly unbounded: Told; readonly bounded: Told } {
  const combinations = Array.from({ length: HOSTS * KINDS }, (_, index) => [`host-${index % HOSTS}`, `kind-${Math.floor(index / HOSTS)}`]);
  const series = new SeriesIndex(['errors'], ['host', 'kind'], combinations);
  const engine = new DetectionModel({ intervalSeconds: seconds }, series.size);
  const totals = new Totals({ intervalSeconds: seconds }, [{ name: 'errors', aggregation: 'SUM' }], series);
  const random = seededRandom(1);
  const normal = normalOf(random);
  const prices = combinations.map(() => areSales ? 30 * Math.exp(PRICES * normal()) : 1);
  const sizeOf = (price: number): number => areSales ? price * Math.exp(SIZES * normal()) : 1;
  const chance = movesAWeek * seconds / WEEK_SECONDS;
  const [unbounded, bounded] = [{ groups: 0, severe: 0 }, { groups: 0, severe: 0 }];
  let moves = 0;
  for (let interval = 0; interval < (LEARNED_WEEKS + JUDGED_WEEKS) * WEEK_SECONDS / seconds; interval++) {
    const values = Float64Array.from(prices, price => random() < chance ? sizeOf(price) : 0);
    const wallSeconds = MONDAY + interval * seconds;
    if (interval < LEARNED_WEEKS * WEEK_SECONDS / seconds) {
      engine.learn(wallSeconds, values);
      totals.learn(wallSeconds, values);
      continue;
    }
    moves += values.filter(value => value > 0).length;
    const scores = engine.observe(wallSeconds, values, Infinity);
    const scored = totals.scored(totals.observe(wallSeconds, values, [], Infinity)!, () => 1);
    for (const told of [unbounded, bounded]) {
      const isBounded = told === bounded;
      const [group] = formGroups(
        scores, values, number => series.describe(number), 1, 2, isBounded ? scored : { ...scored, moves: NONE },
        () => isBounded ? engine.moves : undefined,
      );
      if (group === undefined) continue;
      told.groups++;
      if (group.severity >= SEVERE) told.severe++;
    }
  }
  return { moves: moves / JUDGED_WEEKS, unbounded, bounded };
}

const inWeek = (count: number): string => (count / JUDGED_WEEKS).toFixed(2);
for (const areSales of [false, true]) {
  const rows = [0.005, 0.02, 0.05, 0.2, 1, 3].map(movesAWeek => {
    const byInterval = ([3600, 300] as const).map(seconds => run(seconds, movesAWeek, areSales));
    const told = byInterval.flatMap(({ unbounded, bounded }) => [unbounded, bounded].map(({ groups, severe }) => `${inWeek(groups)}, ${inWeek(severe)}`));
    return [String(movesAWeek), byInterval[0]!.moves.toFixed(0), ...told];
  });
  console.log(`${markdown({
    title: areSales ? 'Sales of 300 series' : 'Errors of 300 series',
    note: 'Groups a week, and how many of them have a severity of 90 and more. Nothing is an event.',
    columns: ['a series and week', 'a week in all', '1 hour: without the bound', 'with it', '5 minutes: without the bound', 'with it'],
    rows,
  })}\n`);
}
