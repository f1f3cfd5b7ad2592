// SPDX-License-Identifier: Apache-2.0

/** Where clocks are put back, one interval is an hour longer, and an event that goes on through it is one. */
import { detectSlot } from '../../../../handlers/detect/detect-slot';
import type { Layout } from '../../../../handlers/detect/layout';
import { DetectorModel } from '../../../../handlers/detect/model/detector-model';
import { IntervalTable } from '../../../../handlers/input/interval-table';
import type { DetectorRecord } from '../../../../handlers/lookout/store';
import { TimestampFormat } from '../../../../handlers/shared/time-format';
import { WallClock } from '../../../../handlers/shared/wall-clock';
import type { Frequency } from '../../../../src/private/contract';
import { normal, randomOf } from '../../engine/samples';

const ZONE = 'Europe/Berlin';
const FORMAT = 'yyyy-MM-dd HH:mm:ss';
const SHOPS = ['a', 'b', 'c'];
/** On the wall clock; at 3 o'clock of the second one clocks are put back, of the first one put forward from 2 o'clock. */
const FORWARD = Date.parse('2025-03-30T00:00:00Z') / 1000;
const BACK = Date.parse('2025-10-26T00:00:00Z') / 1000;
const HOUR = 3600;

const detector = { arn: 'arn:aws:lookoutmetrics:eu-central-1:123456789012:AnomalyDetector:shops', createdAt: 0, name: 'shops' } as DetectorRecord;

function layoutOf(frequency: Frequency, aggregation: 'AVG' | 'SUM'): Layout {
  return {
    frequency,
    clock: new WallClock(ZONE, frequency),
    timestampColumn: 'at',
    timestamps: new TimestampFormat(FORMAT, ZONE),
    measures: [{ name: 'orders', aggregation }],
    dimensions: ['shop'],
    csv: { gzip: false, charset: 'UTF-8', delimiter: ',', quote: '"' },
    roleArn: 'arn:aws:iam::123456789012:role/data',
    offsetSeconds: 0,
  };
}

/** Ids of the groups of a night in which a shop is off at some times, after some weeks; by the hours since midnight on the wall clock. */
function groupsOf(frequency: Frequency, aggregation: 'AVG' | 'SUM', day: number, isOff: (hour: number) => boolean): Set<string> {
  const layout = layoutOf(frequency, aggregation);
  const { clock } = layout;
  const model = DetectorModel.empty(detector, layout);
  const random = randomOf(4);
  const ids = new Set<string>();
  for (let slot = clock.slotOf(day - 30 * 24 * HOUR); slot < day + 8 * HOUR; slot = clock.next(slot)) {
    const table = new IntervalTable(layout.measures, layout.dimensions);
    for (const shop of SHOPS) {
      const value = shop === 'a' && isOff((slot - day) / HOUR) ? 30 : 100 + normal(random);
      table.add(slot, table.series.findOrAdd([shop]), Float64Array.of(value));
    }
    if (slot < day) model.learn(slot, table);
    else detectSlot(detector.arn, model, table, slot, clock);
    for (const { record } of model.ongoing) ids.add(record.id);
  }
  return ids;
}

describe.each(['PT5M', 'PT10M', 'PT1H'] as const)('at intervals of %s', frequency => {
  describe.each(['AVG', 'SUM'] as const)('of %s', aggregation => {
    test('an event goes on through the night in which clocks are put back, and in which they are put forward', () => {
      const isOff = (hour: number): boolean => hour >= 0 && hour < 7;
      expect(groupsOf(frequency, aggregation, BACK, isOff).size).toBe(1);
      expect(groupsOf(frequency, aggregation, FORWARD, isOff).size).toBe(1);
    });

    test('one that is over is not the next one, also there', () => {
      const isOff = (hour: number): boolean => (hour >= 0 && hour < 1) || (hour >= 5 && hour < 7);
      expect(groupsOf(frequency, aggregation, BACK, isOff).size).toBe(2);
      expect(groupsOf(frequency, aggregation, FORWARD, isOff).size).toBe(2);
    });
  });
});
