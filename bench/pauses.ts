// SPDX-License-Identifier: Apache-2.0

/**
 * How many groups an event of a series is told in, and how many groups are false, by the pause that does not end a group: made KPIs at 5 minutes, each series
 * by itself.
 *
 * Run: `tsx bench/pauses.ts`
 */
import { kpiSeries } from './kpi/generator';
import { manyKpiSeries } from './kpi/many';
import { visibleKpiSeries } from './kpi/visible';
import { ENGINE } from './quality/detectors';
import { meets, runsOf } from './quality/events';
import type { LabelledSeries } from './quality/labelled-series';
import { markdown } from './table';

const PAUSES = [1, 3, 6, 12];

function row(name: string, set: readonly LabelledSeries[], alerts: readonly Uint8Array[], pause: number): string[] {
  let [found, atEvents, falseGroups, together] = [0, 0, 0, 0];
  set.forEach((series, index) => {
    const events = series.events.filter(({ last }) => last >= series.scoredFrom);
    const groups = runsOf(series.scoredFrom, series.values.length, interval => alerts[index]![interval] === 1, pause + 1);
    for (const group of groups) {
      const near = events.filter(event => meets(group, [event])).length;
      if (near === 0) falseGroups++;
      else atEvents++;
      if (near > 1) together++;
    }
    found += events.filter(event => groups.some(group => meets(group, [event]))).length;
  });
  return [name, String(pause), String(found), (atEvents / found).toFixed(2), String(falseGroups), String(together)];
}

const SETS = { 'made KPIs': kpiSeries(), 'made KPIs, visible': visibleKpiSeries(), 'made KPIs, many kinds': manyKpiSeries() };
const rows = Object.entries(SETS).flatMap(([name, set]) => {
  const alerts = ENGINE.detect(set).map(({ alert }) => alert);
  return PAUSES.map(pause => row(name, set, alerts, pause));
});
console.log(markdown({
  title: 'Groups of an event',
  note: 'By the intervals without anomaly that do not end a group.',
  columns: ['set', 'pause', 'events found', 'groups a found event', 'false groups', 'groups of two events'],
  rows,
}));
