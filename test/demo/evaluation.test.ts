// SPDX-License-Identifier: Apache-2.0

import type { FoundAnomaly, LabelledEvent } from '../../local/demo/anomaly';
import { evaluate } from '../../local/demo/evaluation';
import { parseOptions } from '../../local/demo/options';
import { anomalyTable, describeContributions } from '../../local/demo/table';

const hour = (h: number) => new Date(Date.UTC(2026, 0, 5, h));

function event(measure: string, platform: string, from: number, to: number): LabelledEvent {
  return { measure, dimensions: { platform, marketplace: 'de' }, start: hour(from), end: hour(to) };
}

function anomaly(measure: string, platforms: string[], first: number, last: number): FoundAnomaly {
  return {
    id: `${measure}-${first}`,
    measure,
    start: hour(first),
    end: hour(last),
    severity: 90,
    series: platforms.map(platform => ({ dimensions: { platform, marketplace: 'de' }, observed: 1234.5, expected: 300 })),
    contributions: [
      { dimension: 'platform', value: platforms[0], share: 73.4 }, { dimension: 'platform', value: 'other', share: 26.6 },
      { dimension: 'marketplace', value: 'de', share: 100 },
    ],
  };
}

describe('evaluation by events', () => {
  test('an event is found when an anomaly of its measure and series shares an interval with it', () => {
    const result = evaluate([anomaly('views', ['web'], 11, 11)], [event('views', 'web', 10, 13)]);
    expect(result).toMatchObject({ events: 1, eventsFound: 1, recall: 1, precision: 1 });
  });

  test.each([
    ['another measure', anomaly('revenue', ['web'], 11, 11)],
    ['another series', anomaly('views', ['app'], 11, 11)],
    ['the interval before', anomaly('views', ['web'], 9, 9)],
    ['the interval at the exclusive end', anomaly('views', ['web'], 13, 13)],
  ])('%s does not count: the event is missed and the anomaly false', (_, found) => {
    const result = evaluate([found], [event('views', 'web', 10, 13)]);
    expect(result).toMatchObject({ recall: 0, precision: 0 });
    expect(result.missed).toHaveLength(1);
    expect(result.falseAnomalies).toEqual([found]);
  });

  test('one group may find several events, and several groups one event', () => {
    const result = evaluate(
      [anomaly('views', ['web', 'app'], 10, 12), anomaly('views', ['web'], 14, 14)],
      [event('views', 'web', 10, 15), event('views', 'app', 12, 13)],
    );
    expect(result).toMatchObject({ eventsFound: 2, anomaliesTrue: 2, recall: 1, precision: 1 });
  });
});

describe('anomaly table', () => {
  test('shows time, severity, what contributed, observed and expected', () => {
    const [, , row] = anomalyTable([anomaly('views', ['web'], 10, 12)]);
    expect(row).toContain('2026-01-05 10:00  to 01-05 12:00  views');
    expect(row).toContain('platform=web 73%, marketplace=de 100%');
    expect(row).toMatch(/1,234\.5\s+300$/);
  });

  test('a dimension value with control characters stays on its line', () => {
    const text = describeContributions(anomaly('views', ['a\nb\u001b[31m'], 10, 10));
    expect(text).toBe('platform=a\uFFFDb\uFFFD[31m 73%, marketplace=de 100%');
  });
});

describe('options', () => {
  test('defaults: 14 days of hours', () => {
    expect(parseOptions([])).toMatchObject({ days: 14, frequency: 'PT1H', publishedQueries: false, output: 'demo-output' });
  });

  test.each([
    [['--days', '0'], '--days must be a whole number from 1 to 366, got "0"'],
    [['--days', 'two'], '--days must be a whole number from 1 to 366, got "two"'],
    [['--seed', '-1'], 'seed'],
    [['--frequency', 'PT2H'], '--frequency must be one of PT5M, PT10M, PT1H, P1D, got "PT2H"'],
    [['--frequency', '__proto__'], 'got "__proto__"'],
    [['--assembly', ''], '--assembly must name a folder'],
    [['--dayz', '3'], '--dayz'],
  ])('%j is refused', (commandLine, message) => {
    expect(() => parseOptions(commandLine)).toThrow(message);
  });
});
