// SPDX-License-Identifier: Apache-2.0

import { groupsOf } from '../../../handlers/detect/groups/group-records';
import type { Layout } from '../../../handlers/detect/layout';
import { DetectorModel } from '../../../handlers/detect/model/detector-model';
import type { OngoingGroup } from '../../../handlers/detect/model/model-header';
import { IntervalTable } from '../../../handlers/input/interval-table';
import type { DetectorRecord } from '../../../handlers/lookout/store';
import { TimestampFormat } from '../../../handlers/shared/time-format';
import { WallClock } from '../../../handlers/shared/wall-clock';

const HOUR = 3600;
const HOURS = 672;
const FIRST = Date.parse('2026-01-05T00:00:00Z') / 1000;
const HOSTS = 30;
const KINDS = 10;
const SERIES = HOSTS * KINDS;

const detector = { arn: 'arn:aws:lookoutmetrics:eu-central-1:123456789012:AnomalyDetector:errors', name: 'errors', createdAt: 0 } as DetectorRecord;

function layoutOf(aggregation: 'SUM' | 'AVG'): Layout {
  return {
    frequency: 'PT1H',
    clock: new WallClock('UTC', 'PT1H'),
    timestampColumn: 'timestamp',
    timestamps: new TimestampFormat('yyyy-MM-dd HH:mm:ss', 'UTC'),
    measures: [{ name: 'errors', aggregation }],
    dimensions: ['host', 'kind'],
    csv: { gzip: false, charset: 'UTF-8', delimiter: ',', quote: '"' },
    roleArn: 'arn:aws:iam::123456789012:role/data',
    offsetSeconds: 0,
  };
}

/** An interval of a detector's 300 series. */
function tableOf({ measures, dimensions }: Layout, hour: number, errorsOf: (series: number) => number): IntervalTable {
  const table = new IntervalTable(measures, dimensions);
  for (let series = 0; series < SERIES; series++) {
    const combination = table.series.findOrAdd([`host-${series % HOSTS}`, `kind-${Math.floor(series / HOSTS)}`]);
    table.add(FIRST + hour * HOUR, combination, Float64Array.of(errorsOf(series)));
  }
  return table;
}

/** Groups of an hour after four weeks in which so many of the series had one error each. */
function told(aggregation: 'SUM' | 'AVG', moved: number, errorsOf: (series: number) => number): OngoingGroup[] {
  const layout = layoutOf(aggregation);
  let model = DetectorModel.empty(detector, layout);
  for (let hour = 0; hour < HOURS; hour++) {
    const series = (HOURS - hour) / 6;
    model.learn(FIRST + hour * HOUR, tableOf(layout, hour, each => series <= moved && each === SERIES - series ? 1 : 0));
  }
  model = DetectorModel.decode(model.encode());
  const start = FIRST + HOURS * HOUR;
  return groupsOf(detector.arn, model, model.observe(start, tableOf(layout, HOURS, errorsOf)), layout.clock);
}

const oneError = (series: number): number => series === 7 ? 1 : 0;

test('one first error among 300 series whose errors come and go is no group, neither of itself nor of a total', () => {
  expect(told('SUM', 30, oneError)).toEqual([]);
});

test('many of them at once are one', () => {
  const [group] = told('SUM', 30, series => series < 20 ? 1 : 0);
  expect(group).toMatchObject({ record: { measure: 'errors' } });
});

test('the first error of all is a group, and so is an average that is no count', () => {
  for (const groups of [told('SUM', 0, oneError), told('AVG', 30, oneError)]) {
    expect(groups).toMatchObject([{ members: [7], record: { series: [{ dimensions: [{ value: 'host-7' }, { value: 'kind-0' }], observed: 1 }] } }]);
    expect(groups[0]!.record.score).toBeGreaterThan(95);
  }
});
