import { readFolder } from './data-folder';
import { MAXIMUM_TIME_SERIES } from './detector-model';
import { IntervalTable } from './interval-table';
import type { Layout } from './layout';
import { UnusableData } from './problem';
import { RowReader } from './rows';
import type { Services } from './services';
import type { Frequency } from '../../src/private/contract';

/** Longest history learned, in days: the age that Lookout for Metrics takes (developer guide, "detectors-dataset"). */
const HISTORY_DAYS: Record<Frequency, number> = { PT5M: 92, PT10M: 184, PT1H: 1096, P1D: 1827 };

/** Intervals with rows, wherever they lie, from which a time stamp column is taken for something else. */
const MAXIMUM_INTERVALS = 200_000;

/** Rows after which the time left is looked at. */
const ROWS_BETWEEN_CHECKS = 50_000;

/** Time that the rest of the learning needs after the reading, in milliseconds. */
const RESERVED_MILLISECONDS = 60_000;

/** The history of a detector. */
export interface History {
  readonly table: IntervalTable;
  /** Slots that have rows, oldest first, within the longest history. */
  readonly slots: readonly number[];
  readonly rows: number;
  readonly rowsRejected: number;
  /** Why rows were unreadable; empty when none was. */
  readonly reason: string;
  readonly bytes: number;
}

/**
 * Reads the history's folder; without one, or with empty files only, the history is empty.
 * @param timeLeft milliseconds until the function is ended
 * @throws UnusableData when there are rows and none can be used
 */
export async function readHistory({ roles }: Pick<Services, 'roles'>, layout: Layout, timeLeft: () => number): Promise<History> {
  const { clock } = layout;
  const table = new IntervalTable(layout.measures, layout.dimensions);
  let intervals = 0;
  let sinceCheck = 0;
  const reader = new RowReader(layout, (wall, combination, values) => {
    const slot = clock.slotOf(wall);
    if (table.rows(slot) === 0 && ++intervals > MAXIMUM_INTERVALS) {
      throw new UnusableData(`the history's rows lie in more than ${MAXIMUM_INTERVALS} intervals of ${layout.frequency}: does column `
        + `${JSON.stringify(layout.timestampColumn)} match the format ${JSON.stringify(layout.timestamps.format)}?`);
    }
    table.add(slot, combination, values);
    if (table.series.size > MAXIMUM_TIME_SERIES) throw tooManySeries(table, layout);
    if (++sinceCheck >= ROWS_BETWEEN_CHECKS) {
      sinceCheck = 0;
      if (timeLeft() < RESERVED_MILLISECONDS) throw new UnusableData(`the history is too large to be learned in the function's time: ${reader.rows} rows were read; shorten it`);
    }
    return true;
  });
  const bytes = layout.historyPath === undefined ? 0 : await readFolder(roles.s3(layout.roleArn), layout.historyPath, layout, reader);
  if (reader.rows === 0 && reader.rejected > 0) throw new UnusableData(`no row of the history can be used: ${reader.reason}`);
  const slots = densest(table, HISTORY_DAYS[layout.frequency] * 86_400);
  const rows = slots.reduce((sum, slot) => sum + table.rows(slot), 0);
  if (rows > 0 && !slots.some(slot => table.values(slot).some(value => !Number.isNaN(value)))) {
    throw new UnusableData(`no row of the history can be used: ${layout.measures.map(measure => JSON.stringify(measure.name)).join(', ')} `
      + `${layout.measures.length === 1 ? 'is' : 'are'} empty in all of ${rows} rows`);
  }
  return { table, slots, rows, rowsRejected: reader.rows + reader.rejected - rows, reason: reader.reason, bytes };
}

function tooManySeries(table: IntervalTable, layout: Layout): UnusableData {
  const [widest] = layout.dimensions
    .map((name, index) => ({ name, values: new Set(table.series.combinations.map(combination => combination[index])).size }))
    .sort((a, b) => b.values - a.values);
  return new UnusableData(`the history has more than ${MAXIMUM_TIME_SERIES} time series (measures times combinations of dimension values)`
    + (widest ? `: dimension ${JSON.stringify(widest.name)} alone has ${widest.values} values or more, leave it out or group it in the query` : ''));
}

/** The stretch of at most so many seconds that holds most rows, the newest of several: a row dated 9999 is left out, not the history. */
function densest(table: IntervalTable, seconds: number): number[] {
  const { slots } = table;
  let best = { rows: -1, from: 0, to: 0 };
  let [from, rows] = [0, 0];
  for (let to = 0; to < slots.length; to++) {
    rows += table.rows(slots[to]);
    while (slots[to] - slots[from] >= seconds) rows -= table.rows(slots[from++]);
    if (rows >= best.rows) best = { rows, from, to: to + 1 };
  }
  return slots.slice(best.from, best.to);
}
