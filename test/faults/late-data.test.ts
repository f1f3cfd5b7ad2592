// SPDX-License-Identifier: Apache-2.0

/** Late data under faults: the cases of `LATE_DATA_CASES`, on a stream of its own with a settle time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LATE_DATA_CASES } from './cases';
import { expectFailuresTold } from './failed-runs';
import type { CaseOutcome } from './fault-case';
import { runScript } from '../end-to-end/run-script';

const directory = mkdtempSync(join(tmpdir(), 'redshift-lookout-late-data-'));
let outcomes: Map<string, CaseOutcome>;

beforeAll(async () => {
  const { code, stdout, stderr } = await runScript('test/faults/run-cases.ts', [directory], { SETTLE_HOURS: '1' });
  if (code !== 0) throw new Error(`the fault matrix of late data ended with ${code}:\n${stderr}`);
  const printed = JSON.parse(stdout) as { outcomes: CaseOutcome[]; refusedRequests: string[] };
  outcomes = new Map(printed.outcomes.map(outcome => [outcome.name, outcome]));
  expect(printed.refusedRequests).toEqual([]);
}, 400_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(LATE_DATA_CASES)('$name', ({ name, expected, hours = 3 }) => {
  const outcome = () => outcomes.get(name)!;

  test('the planned fault struck, and the crawl has caught up', () => {
    expect(outcome().broken).toBeUndefined();
    expect(outcome().idleRules).toEqual([]);
    expect(outcome().behind).toBe(0);
    expect(outcome().hours.map(({ state, attempts }) => [state, attempts])).toEqual(Array.from({ length: hours }, () => ['FINISHED', 1]));
  });

  test('rows in the warehouse = rows in the ledger = rows in the bucket = rows detected', () => {
    for (const hour of outcome().hours) {
      if (hour.hour === 0 && expected.rereadGivenUp) {
        expect(hour).toMatchObject({ rows: 3, rowsInBucket: 3 });
        expect(hour.viewsDetected).toBeLessThan(hour.viewsInWarehouse);
        continue;
      }
      expect(hour).toMatchObject({ rows: hour.rowsInWarehouse, rowsInBucket: hour.rowsInWarehouse, viewsDetected: hour.viewsInWarehouse });
      expect(hour.error).toBeUndefined();
    }
  });

  test('the anomaly groups are those of the complete rows, and each hour was read again at most once', () => {
    const [first, ...others] = outcome().hours;
    expect(first.groups).toBe(expected.groups ?? 0);
    expect(others.map(({ groups }) => groups)).toEqual(others.map(() => 0));
    if (expected.rereadGivenUp) expect(first.reread).toMatchObject({ state: 'FAILED', givenUp: true, error: expect.stringMatching(expected.rereadGivenUp) });
    else expect(first.reread).toMatchObject({ state: 'FINISHED', rowsBefore: expect.any(Number) });
    expect([expected.rereadAttempts ?? 1].flat()).toContain(first.reread!.attempts);
    for (const { reread } of others) if (reread) expect(reread).toMatchObject({ state: 'FINISHED', attempts: 1 });
  });

  test('a run that fails says why, in the execution, in the ledger and on the event bus', () => expectFailuresTold(outcome(), expected));

  test('every attempt at the second reading that failed was told of', () => {
    const { hours: [{ reread }], told, untold } = outcome();
    const failed = Array.from({ length: reread!.attempts - (reread!.state === 'FINISHED' ? 1 : 0) }, (_, index) => index + 1);
    const again = told.filter(each => each.hour === 0 && each.again);
    expect(again.map(({ attempt }) => attempt)).toEqual(expect.arrayContaining(failed));
    expect(again.some(({ givenUp }) => givenUp)).toBe(reread!.state === 'FAILED');
    expect(untold).toEqual([]);
  });
});
