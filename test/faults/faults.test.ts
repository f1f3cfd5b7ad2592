// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULT_CASES } from './cases';
import { expectFailuresTold } from './failed-runs';
import type { CaseOutcome } from './fault-case';
import { runScript } from '../end-to-end/run-script';

const directory = mkdtempSync(join(tmpdir(), 'redshift-lookout-faults-'));
let outcomes: Map<string, CaseOutcome>;
let refusedRequests: string[];

beforeAll(async () => {
  const { code, stdout, stderr } = await runScript('test/faults/run-cases.ts', [directory]);
  if (code !== 0) throw new Error(`the fault matrix ended with ${code}:\n${stderr}`);
  const printed = JSON.parse(stdout) as { outcomes: CaseOutcome[]; refusedRequests: string[] };
  outcomes = new Map(printed.outcomes.map(outcome => [outcome.name, outcome]));
  refusedRequests = printed.refusedRequests;
}, 400_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('there are at least 40 cases, each with a name of its own', () => {
  expect(FAULT_CASES.length).toBeGreaterThanOrEqual(40);
  expect(new Set(FAULT_CASES.map(({ name }) => name)).size).toBe(FAULT_CASES.length);
});

describe.each(FAULT_CASES)('$name', ({ name, expected, hours = 3 }) => {
  const outcome = () => outcomes.get(name)!;

  test('the planned fault struck', () => {
    expect(outcome().broken).toBeUndefined();
    expect(outcome().idleRules).toEqual([]);
  });

  test('every hour is in the ledger, finished or given up, and the crawl has caught up', () => {
    expect(outcome().hours.map(({ state }) => state)).toEqual(Array.from({ length: hours }, (_, hour) => hour === 0 && expected.givenUp ? 'FAILED' : 'FINISHED'));
    expect(outcome().behind).toBe(0);
    const { attempts = 1 } = expected;
    expect([attempts].flat()).toContain(outcome().hours[0].attempts);
  });

  test('rows in the warehouse = rows in the bucket = rows detected', () => {
    for (const hour of outcome().hours) {
      const rejected = hour.hour === 0 ? expected.rejected ?? 0 : 0;
      const detected = hour.hour > 0 || !expected.givenUp;
      if (!detected) {
        expect(hour).toMatchObject({ viewsDetected: 0, error: expect.stringMatching(expected.givenUp!) });
        continue;
      }
      expect(hour).toMatchObject({ rows: hour.rowsInWarehouse - rejected, rowsRejected: rejected, rowsInBucket: hour.rowsInWarehouse });
      if (rejected === 0) expect(hour.viewsDetected).toBe(hour.viewsInWarehouse);
      expect(hour.error).toBeUndefined();
    }
  });

  test('a run that fails says why, in the execution, in the ledger and on the event bus', () => expectFailuresTold(outcome(), expected));

  test('every attempt that failed was told of', () => {
    const { hours: [{ attempts, state }], told, untold } = outcome();
    const failed = Array.from({ length: attempts! - (state === 'FINISHED' ? 1 : 0) }, (_, index) => index + 1);
    expect(told.filter(({ hour }) => hour === 0).map(({ attempt }) => attempt)).toEqual(expect.arrayContaining(failed));
    expect(told.some(({ hour, givenUp }) => hour === 0 && givenUp)).toBe(state === 'FAILED');
    expect(untold).toEqual([]);
  });
});

test('nothing outside the embedded cloud was asked for', () => {
  expect(refusedRequests).toEqual([]);
});
