// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from './run-script';
import type { Accounts, LedgerInterval } from '../../local/demo/accounting';

/** What stream-with-faults.ts prints. */
interface Outcome {
  readonly accounts: Accounts;
  readonly failedRuns: readonly { readonly time: string; readonly failure: string }[];
  readonly detector: string;
  readonly alerts: number;
  readonly alertsWithoutGroup: number;
  readonly marketplaces: readonly string[];
  readonly expectedMarketplaces: readonly string[];
  readonly evaluation: { readonly recall: number; readonly precision: number; readonly events: number };
  readonly repeated: readonly { readonly status: string; readonly unloads: number }[];
  readonly again: { readonly ledger: number; readonly viewsUnloaded: number };
  readonly cancels: number;
  readonly lostInvocations: readonly unknown[];
  readonly refusedRequests: readonly string[];
  readonly metricNames: readonly string[];
  readonly afterDestroy: { readonly resources: number; readonly attachedRoles: number };
}

const directory = mkdtempSync(join(tmpdir(), 'redshift-lookout-stream-'));
let outcome: Outcome;
let byStart: Map<string, LedgerInterval>;

const hour = (hours: number) => new Date(Date.UTC(2026, 0, 5, hours)).toISOString().replace('.000Z', 'Z');
/** The time at which the run for an interval is due: its end and five minutes. */
const runFor = (hours: number) => new Date(Date.UTC(2026, 0, 5, hours + 1, 5)).toISOString();
const failureOf = (hours: number) => outcome.failedRuns.find(({ time }) => time === runFor(hours))?.failure;

beforeAll(async () => {
  const { code, stdout, stderr } = await runScript('test/end-to-end/stream-with-faults.ts', [directory]);
  if (code !== 0) {
    throw new Error(`the stream ended with ${code}:\n${stderr}`);
  }
  outcome = JSON.parse(stdout) as Outcome;
  byStart = new Map(outcome.accounts.ledger.map(item => [item.start, item]));
}, 240_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('three days of hourly intervals after a history, with faults', () => {
  test('the ledger holds every interval of the period, each once', () => {
    expect(outcome.accounts.ledger.map(({ start }) => start)).toEqual(Array.from({ length: 72 }, (_, index) => hour(index)));
  });

  test('nothing is doubled, and only the interval that was given up is missing', () => {
    expect(outcome.accounts.doubled).toEqual([]);
    expect(outcome.accounts.lost).toEqual([hour(40)]);
  });

  test.each([
    [5, /^StatementFailed: .*ERROR: Disk full/],
    [9, /^StatementFailed: .*SlowDown/], // it left one of its two files: `doubled` would show it
    [50, /^StatementFailed: .*ABORTED/],
  ])('the UNLOAD of hour %i fails once: its run says why, the next run tries it again', (hours, why) => {
    expect(failureOf(hours)).toMatch(why);
    expect(byStart.get(hour(hours))).toMatchObject({ state: 'FINISHED', attempts: 2, rows: 21 });
  });

  test('a refused statement is retried within the run', () => {
    expect(failureOf(14)).toBeUndefined();
    expect(byStart.get(hour(14))).toMatchObject({ state: 'FINISHED', attempts: 1 });
  });

  test('a statement that hangs is cancelled at the time limit, and its interval tried again', () => {
    expect(failureOf(20)).toMatch(/^StatementTimeLimitExceeded: .*3600 seconds/);
    expect(outcome.cancels).toBe(1);
    expect(byStart.get(hour(20))).toMatchObject({ state: 'FINISHED', attempts: 2 });
  });

  test('a slow statement is waited for', () => {
    expect(failureOf(26)).toBeUndefined();
    expect(byStart.get(hour(26))).toMatchObject({ state: 'FINISHED', attempts: 1 });
  });

  test('an interval without rows is finished with 0 rows', () => {
    expect(byStart.get(hour(30))).toMatchObject({ state: 'FINISHED', rows: 0 });
  });

  test('an interval that fails three times is listed as failed with the reason, and the crawl goes on', () => {
    expect(byStart.get(hour(40))).toMatchObject({ state: 'FAILED', attempts: 3, error: expect.stringContaining('numeric field overflow') });
    expect(byStart.get(hour(71))).toMatchObject({ state: 'FINISHED' });
  });

  test('the same scheduled time again, twice at once, unloads nothing', () => {
    expect(outcome.repeated).toEqual([{ status: 'SUCCEEDED', unloads: 0 }, { status: 'SUCCEEDED', unloads: 0 }]);
    expect(outcome.again).toEqual({ ledger: 72, viewsUnloaded: outcome.accounts.viewsUnloaded });
  });

  test('the detector is active, and every alert has its anomaly group in the API', () => {
    expect(outcome.detector).toBe('ACTIVE');
    expect(outcome.alerts).toBeGreaterThan(0);
    expect(outcome.alertsWithoutGroup).toBe(0);
  });

  test('dimension values with quotes, line breaks, HTML and more than 40 characters arrive as they were', () => {
    expect(outcome.marketplaces.length).toBeGreaterThan(1);
    expect(outcome.expectedMarketplaces).toEqual(expect.arrayContaining([...outcome.marketplaces]));
  });

  test('the labelled events are found in spite of all that', () => {
    expect(outcome.evaluation.events).toBeGreaterThan(5);
    expect(outcome.evaluation.recall).toBeGreaterThanOrEqual(0.9);
    expect(outcome.evaluation.precision).toBeGreaterThanOrEqual(0.9);
  });

  test('no invocation was lost, and nothing outside the embedded cloud was asked for', () => {
    expect(outcome.lostInvocations).toEqual([]);
    expect(outcome.refusedRequests).toEqual([]);
  });

  test('the metrics that the construct offers are emitted', () => {
    expect(outcome.metricNames).toEqual(expect.arrayContaining([
      'IntervalsCrawled', 'IntervalsFailed', 'RowsUnloaded', 'CrawlLag', 'AnomalyGroups', 'AlertsDelivered', 'AlertsUndelivered', 'RowsRejected',
    ]));
  });

  test('deleting the stack deletes the detector and detaches the role', () => {
    expect(outcome.afterDestroy).toEqual({ resources: 0, attachedRoles: 0 });
  });
});
