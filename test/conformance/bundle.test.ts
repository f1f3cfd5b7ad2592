// SPDX-License-Identifier: Apache-2.0

/** The service's bundle is small and quickly there: a function's first answer waits for its import. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const BUNDLE = join(__dirname, '..', '..', 'assets', 'service', 'index.mjs');

test('it has at most 650 KB', () => {
  expect(statSync(BUNDLE).size).toBeLessThanOrEqual(650_000);
});

test('a new process imports it in less than 200 ms', () => {
  const script = `const [begin, cpu] = [performance.now(), process.cpuUsage()];
    await import(${JSON.stringify(pathToFileURL(BUNDLE).href)});
    const { user, system } = process.cpuUsage(cpu);
    console.log(Math.min(performance.now() - begin, (user + system) / 1000));`;
  // Processor time where that is less, and tried again: other work on the machine, which the time on the clock has in it, is no fault of the
  // bundle. Alone on the machine both are about the same.
  let milliseconds = Infinity;
  for (let tries = 0; tries < 20 && milliseconds >= 200; tries++) {
    milliseconds = Math.min(milliseconds, Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })));
  }
  expect(milliseconds).toBeLessThan(200);
});
