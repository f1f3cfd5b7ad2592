// SPDX-License-Identifier: Apache-2.0

/**
 * A short run of `npm run test:fuzz` on the shipped bundle, on each store, with requests that are new each time: each answer is a success or an
 * error that the service model has for the operation, with its status and members (answer-check.ts).
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { FuzzReport } from './fuzz';
import { STORES } from './service-parts';

const ROOT = join(__dirname, '..', '..');
const COUNT = { memory: 5000, dynamodb: 1500 };

async function run(parameters: string[]): Promise<FuzzReport> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--import', 'tsx', join(__dirname, 'fuzz.ts'), ...parameters], { cwd: ROOT, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as FuzzReport);
      } catch {
        reject(new Error(`the run gave no report: ${String(error)}\n${stderr.slice(-2000)}`));
      }
    });
  });
}

test.each(STORES)('every request is answered as the service model has it, store %s', async store => {
  const report = await run(['--store', store, '--count', String(COUNT[store])]);
  const { seed, faults, succeeded } = report;
  expect({ seed, faults }).toEqual({ seed, faults: [] });
  expect(report.count).toBe(COUNT[store]);
  // nonsense alone would test little: most operations have also done their work
  expect(succeeded.length).toBeGreaterThanOrEqual(store === 'memory' ? 24 : 15);
  if (store === 'memory') {
    expect(report.p50).toBeLessThan(15);
    expect(report.p50OfSuccesses).toBeLessThan(15);
  }
}, 600_000);
