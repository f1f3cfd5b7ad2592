// SPDX-License-Identifier: Apache-2.0

import { runScript } from '../end-to-end/run-script';

const bench = (...words: string[]) => runScript('bench/index.ts', words);

/** What `npm run bench` prints is looked at for its shape only: a benchmark decides no test. */
describe('npm run bench', () => {
  test('on little data the parts that need seconds run to their end and print their tables', async () => {
    const { code, stdout, stderr } = await bench('--quick', '--without-trcf');
    expect([code, stderr]).toEqual([0, '']);
    const [before, speed, state, causes, ...more] = stdout.split('\n### ');
    expect([before, more]).toEqual(['', []]);
    expect(speed).toMatch(/^Speed and memory\n\n1000 hourly series, 100 points each/);
    expect(speed).toMatch(/\n\| learn all points +\| +[\d.]+ s \| +x [\d.e+-]+ \| +- \|\n/);
    expect(state).toMatch(/^csv-to-state\n\n```text\n1000 hourly series x 200 intervals/);
    expect(state).toMatch(/\nhistory in all +[\d.]+ s +\d+ MB\n/);
    expect(state).toMatch(/\nfifth interval in all +\d+ ms +\d+ MB\n```/);
    expect(causes).toMatch(/^root-cause\n\n```text\n3 cases of each type/);
    expect(causes.match(/^[SL] {5}(this library|Adtributor )( +[\d.]+){5}$/gm)).toHaveLength(4);
  }, 120_000);

  test.each([
    ['a part that there is not', ['speeds'], '"speeds" is no part and no option; parts: speed, nab, '],
    ['a part of which there is no small form', ['--quick', 'daily'], '--quick cannot be had for daily, only for speed, csv-to-state, root-cause'],
    ['to keep figures of little data', ['--quick', '--write'], 'figures of --quick mean nothing'],
  ])('it refuses %s', async (_, words, why) => {
    const { code, stderr } = await bench(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  }, 60_000);
});
