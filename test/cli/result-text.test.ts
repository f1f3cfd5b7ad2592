// SPDX-License-Identifier: Apache-2.0

import { resultText } from '../../cli/backtest/result-text';
import type { BacktestSummary } from '../../cli/backtest/summary';
import type { GroupRecord } from '../../handlers/lookout/store';

const START = Date.parse('2026-02-25T00:00:00Z') / 1000;
const COUNTS = {
  files: 1,
  filesNotRead: 0,
  bytes: 1,
  rows: 1,
  rowsRejected: 0,
  rowsLeftOut: 0,
  timeSeries: 1,
  intervalsLearned: 1,
  intervalsDetected: 1,
  intervalsWithoutValues: 0,
  intervalsWithoutGroups: 0,
  anomalies: 1,
  totals: 0,
  anomaliesOfTotals: 0,
  anomalyGroups: 1,
  scoreRows: 1,
  totalRows: 0,
  explanationRows: 1,
};
const SUMMARY = {
  counts: COUNTS, config: { timezone: 'UTC', frequency: 'PT1H' }, severityThreshold: 70, detectedFrom: '', detectedTo: '', findings: [], milliseconds: { sinceStart: 1 },
} as unknown as BacktestSummary;

type Causes = readonly (readonly [name: string, value: string])[];
function group(causes: Causes | undefined, hours = 0, dimensions: Causes = []): GroupRecord {
  const series = { dimensions: [], observed: 10_884_982.67, expected: 3_795_702.71, lower: 0, upper: 0, severity: 100, at: START };
  return {
    start: START,
    end: START + hours * 3600,
    measure: 'gross_merchandise_value_usd',
    score: 99.6,
    seriesCount: 1,
    series: [series],
    contributions: dimensions.map(([dimension, value]) => ({ dimension, values: [{ value, contribution: 87.4 }, { value: 'other', contribution: 12.6 }] })),
    ...causes && { rootCauses: [{ dimensions: causes.map(([name, value]) => ({ name, value })), share: 97.15, consistency: 100 }] },
  } as unknown as GroupRecord;
}

const tableOf = (groups: GroupRecord[], width?: number): string[] => {
  const lines = resultText(SUMMARY, groups, { finished: () => 'out/report.html' }, width).split('\n');
  return lines.slice(0, lines.indexOf(''));
};
const CAUSES: Causes = [['marketplace', 'marketplace-united-states-of-america'], ['payment_step', 'checkout/payment/paypal'], ['fulfilment', 'fulfilment by us, next-day delivery']];
const TEXT = 'marketplace=marketplace-united-states-of-america and payment_step=checkout/payment/paypal and fulfilment=fulfilment by us, next-day delivery 97%';

test('names are not cut: where they have no room beside the figures they stand below', () => {
  const lines = tableOf([group(CAUSES, 4), group([])], 100);
  expect(lines).toEqual([
    'time (UTC)                 metric                       severity       observed      expected',
    '    what explains it, of the deviation',
    '-------------------------  ---------------------------  --------  -------------  ------------',
    '2026-02-25 00:00 to 04:00  gross_merchandise_value_usd       100  10,884,982.67  3,795,702.71',
    `    ${TEXT}`,
    '2026-02-25 00:00           gross_merchandise_value_usd       100  10,884,982.67  3,795,702.71',
    '    all of the metric 97%',
  ]);
});

test('where there is room, a group is one line', () => {
  const [title, , line] = tableOf([group(CAUSES, 30)], 300);
  expect(title).toMatch(/ expected  what explains it, of the deviation$/);
  expect(line).toMatch(/^2026-02-25 00:00 to 02-26 06:00  gross_.* 3,795,702\.71  marketplace=/);
  expect(line.endsWith(TEXT)).toBe(true);
  expect(tableOf([group([['platform', 'web']])])[2]).toMatch(/ 3,795,702\.71  platform=web 97%$/);
});

test('what is no name is cut, its share is not; without a cause the largest contributions are shown', () => {
  expect(tableOf([group([['url', 'x'.repeat(500)]])])[4]).toBe(`    url=${'x'.repeat(63)}\u2026 97%`);
  expect(tableOf([group(undefined, 0, [['url', 'a\nb'], ['shop', 'c']])])[2]).toMatch(/  url=a\uFFFDb 87%, shop=c 87%$/);
  expect(tableOf([group(undefined)], 80)).toHaveLength(4);
});

test.each([[7.4, '  shop=c 87%'], [50, '  shop=3 50%']])('a root cause that holds %d %% of the deviation', (share, text) => {
  const { rootCauses, ...rest } = group([['shop', '3']], 0, [['shop', 'c']]);
  const line = tableOf([{ ...rest, rootCauses: rootCauses!.map(cause => ({ ...cause, share })) }])[2];
  expect(line.endsWith(text)).toBe(true);
});

test.each([[1, '1 anomaly group of severity 70 or more, in 1 time series (1 anomalous value)'], [2, '2 anomaly groups of severity 70 or more, in 1 time series (2 anomalous values)']])(
  '%i found', (count, text) => {
    const summary = { ...SUMMARY, counts: { ...COUNTS, anomalyGroups: count, anomalies: count } };
    expect(resultText(summary, [], { finished: () => '' })).toContain(`found      ${text}\n`);
  });

test('where all groups and stretches are that are not shown: the report has no room for more than some hundred either', () => {
  const groups = Array.from({ length: 12 }, () => group([]));
  expect(tableOf(groups)).toContain('… the 10 most severe of 12; all are in groups.json');
  const findings = [1, 2, 3, 4].map(intervals => ({ intervals, text: `${intervals} without rows` })) as unknown as BacktestSummary['findings'];
  expect(resultText({ ...SUMMARY, findings }, [], { finished: () => '' })).toContain('; … 4 in all, in summary.json\n');
});

test('figures of one of several time series are marked where another thing explains the group', () => {
  const several = { ...group([['platform', 'web']]), seriesCount: 12 };
  const ofAll = { ...group([]), seriesCount: 12 };
  const lines = tableOf([several, ofAll], 300);
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(/ 10,884,982\.67\*  3,795,702\.71\*  platform=web 97%$/),
    // its total is one of the group's
    expect.stringMatching(/ 10,884,982\.67 {3}3,795,702\.71 {3}all of the metric 97%$/),
    '* of one time series, the most severe of those that are off together',
  ]);
  expect(tableOf([ofAll], 300).join('\n')).not.toContain('*');
});
