// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Holidays from 'date-holidays';

const ASSETS = join(__dirname, '../../assets');
const YEARS = [2019, 2026];

const node = (...args: string[]) => spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e9 });

test('the published file has the holidays of the package: every country, day and name', () => {
  const code = `
    const { default: Holidays } = await import(${JSON.stringify(join(ASSETS, 'detect/holidays.mjs'))});
    const countries = Object.keys(new Holidays().getCountries());
    const days = country => ${JSON.stringify(YEARS)}.map(year => new Holidays(country).getHolidays(year, 'en').map(({ date, type, name }) => [date, type, name]));
    console.log(JSON.stringify(countries.map(country => [country, days(country)])));`;
  const { stdout, stderr } = node('--input-type=module', '-e', code);
  expect(stderr).toBe('');
  const countries = Object.keys(new Holidays().getCountries());
  expect(countries.length).toBeGreaterThan(200);
  const days = (country: string) => YEARS.map(year => new Holidays(country).getHolidays(year, 'en').map(({ date, type, name }) => [date, type, name]));
  expect(JSON.parse(stdout)).toEqual(countries.map(country => [country, days(country)]));
});

test('functions load it only when they need it', () => {
  const detect = readFileSync(join(ASSETS, 'detect/index.mjs'), 'utf8');
  expect(detect).toContain('import("./holidays.mjs")');
  expect(detect).not.toMatch(/from"\.\/holidays\.mjs"/);
  expect(detect).not.toContain('Epiphany');
});

describe('the published command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holidays-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('finds it when a configuration has holidays', () => {
    const days = Array.from({ length: 400 }, (_, day) => `${new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10)},${100 + day % 7}`);
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/orders.csv'), ['day,orders', ...days].join('\n'));
    const config = { timestampColumn: { name: 'day', format: 'yyyy-MM-dd' }, metrics: [{ name: 'orders', aggregation: 'SUM' }], frequency: 'P1D' };
    const run = (holidays: string) => {
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, holidays }));
      return node(join(ASSETS, 'cli/index.mjs'), 'backtest', '--data', join(folder, 'data'), '--config', join(folder, 'config.json'), '--out', join(folder, 'out'));
    };
    expect(run('DE-BY')).toMatchObject({ status: 0 });
    expect(run('DE-QQ').stderr).toContain('holidays is "DE-QQ": no holidays are known of this part of DE');
  });
});
