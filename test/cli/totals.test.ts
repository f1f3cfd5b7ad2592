// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine, type Run } from './command';
import { CONFIG, time } from './shop-rows';

const HOURS = 400;
const DETECTED = 120;
/** Three hours in which every shop loses as much as its noise may make in any hour, and one gains. */
const FALL = { from: 340, to: 343 };
/** A name that could do harm on a page, and none, as of a NULL. */
const PLATFORMS = ['<b>web</b>', ''];
const SHOPS = Array.from({ length: 12 }, (_, shop) => `s${shop}`);
const DETECT_FROM = ['--detect-from', time(HOURS - DETECTED)];

/** Rows of two platforms with twelve shops each; or of few shops, whose sum is no total. */
function rows(shops: readonly string[]): string {
  let seed = 1;
  const noise = (): number => {
    // sum of uniform numbers: close to normal
    let sum = -6;
    for (let draw = 0; draw < 12; draw++) {
      seed = (seed * 48_271) % 2_147_483_647;
      sum += seed / 2_147_483_647;
    }
    return sum;
  };
  const lines = ['at,platform,shop,views,latency'];
  for (let hour = 0; hour < HOURS; hour++) {
    const isFall = hour >= FALL.from && hour < FALL.to;
    for (const platform of PLATFORMS) {
      for (const shop of shops) {
        const change = !isFall ? 1 : platform === '' && shop === 's3' ? 4 : 0.6;
        lines.push(`${time(hour)},${platform},${shop},${Math.round(200 * change * (1 + 0.2 * noise()))},50`);
      }
    }
  }
  return lines.join('\n');
}

const command = new CommandLine();
let run: Run;
beforeAll(() => {
  command.write('config.json', { ...CONFIG, dimensions: ['platform', 'shop'] });
  command.write('data/rows.csv', rows(SHOPS));
  command.write('few/rows.csv', rows(SHOPS.slice(0, 3)));
  run = command.backtest(...DETECT_FROM);
});
afterAll(() => command.remove());

const backtestFew = (...args: string[]): Run => command.run('backtest', '--data', 'few', '--config', 'config.json', '--out', 'out', ...DETECT_FROM, ...args);

interface Group {
  readonly RootCauseList: readonly { readonly DimensionList: readonly object[] }[];
  readonly TimeSeriesList: readonly { readonly DimensionList: readonly object[]; readonly MetricValue: number }[];
}

test('totals.csv has the sum of a metric and of each dimension value in every interval, and none of an average', () => {
  expect(run).toMatchObject({ code: 0 });
  expect(command.read('out/totals.csv').split('\n')[0]).toBe(`${command.read('out/scores.csv').split('\n')[0]},total`);
  const totals = command.rows('out/totals.csv');
  const named = totals.map(({ metric, platform, shop, total }) => [metric, platform, shop, total].join());
  // those of the metric and of the platform without a name have the same cells, but for the last
  expect([...new Set(named)]).toEqual(['views,,,all of the metric', 'views,<b>web</b>,,platform', 'views,,,platform']);
  expect(totals).toHaveLength(3 * DETECTED);
  const series = command.rows('out/scores.csv').filter(({ timestamp, metric }) => timestamp === time(FALL.from) && metric === 'views');
  const sumOf = (platforms: readonly string[]): number => series.filter(({ platform }) => platforms.includes(platform))
    .reduce((sum, { value }) => sum + Number(value), 0);
  const atFall = totals.filter(({ timestamp }) => timestamp === time(FALL.from));
  expect(atFall.map(({ value }) => Number(value))).toEqual([sumOf(PLATFORMS), sumOf(['<b>web</b>']), sumOf([''])]);
  expect(atFall[0]).toMatchObject({ anomaly: '1' });
  expect(command.json('out/summary.json')).toMatchObject({
    counts: { totals: 3, totalRows: 3 * DETECTED, anomaliesOfTotals: totals.filter(({ anomaly }) => anomaly === '1').length },
  });
});

test('what each shop loses is told of their total, with its figures and not those of the shop that gained', () => {
  const group = command.json<{ AnomalyGroupList: Group[] }>('out/groups.json').AnomalyGroupList
    .find(({ RootCauseList: [cause] }) => cause.DimensionList.length === 0)!;
  const total = group.TimeSeriesList.find(({ DimensionList }) => DimensionList.length === 0)!;
  // the shop is further off
  expect(group.TimeSeriesList[0].DimensionList).toHaveLength(2);
  const value = total.MetricValue.toLocaleString('en-US');
  expect(run.stdout).toMatch(new RegExp(`^2026-01-15 04:00.* ${value} .*  all of the metric \\d+%$`, 'm'));
  expect(run.stdout).toMatch(/ in 48 time series \(\d+ anomalous values?\) and 3 totals of them \(\d+ anomalous values?\)$/m);
  const report = command.read('out/report.html');
  const article = report.split('<article>').find(text => text.includes('total of the metric'))!;
  // thousands, as no series has
  expect(article).toMatch(/aria-label="views of total of the metric, 2026-[^"]* between \d,\d{3}[^"]* and \d,\d{3}/);
  expect(article).toMatch(new RegExp(`<tbody><tr><td>total of the metric</td><td class="time">2026-01-15 \\d\\d:00</td><td class="number">${value}</td>`));
  expect(report).toContain('Highest severity of all time series and totals in each interval');
  expect(report).not.toContain('<b>web');
});

test('explanations.csv says which rows are of a total', () => {
  const explained = command.rows('out/explanations.csv');
  expect(explained.filter(({ total, platform, timestamp, anomaly }) => total !== '' && platform === '' && timestamp === time(FALL.from) && anomaly === '1'))
    .toEqual([expect.objectContaining({ metric: 'views', total: 'all of the metric', explanation: expect.stringMatching(/^anomaly: \d.* below the expected /) })]);
  expect(explained.filter(({ total }) => total === '').every(({ shop }) => shop !== '')).toBe(true);
});

test('--explain explains a total as totals.csv names it', () => {
  expect(command.backtest(...DETECT_FROM, '--explain', 'views,<b>web</b>,')).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning') });
  expect(command.rows('out/explanations.csv').map(({ platform, total }) => `${platform} ${total}`)).toEqual(Array(DETECTED).fill('<b>web</b> platform'));
  expect(command.backtest(...DETECT_FROM, '--explain', 'views,,').code).toBe(0);
  expect(command.rows('out/explanations.csv').map(({ total }) => total)).toEqual(Array(DETECTED).fill(['all of the metric', 'platform']).flat());
});

test('--explain says what is no total', () => {
  expect(command.backtest('--explain', 'latency,,')).toMatchObject({ code: 2, stderr: expect.stringContaining('"latency" is an average, of which there are no totals') });
  expect(command.backtest('--explain', 'views,tv,')).toMatchObject({
    code: 2, stderr: expect.stringContaining("there is no such time series; write metric,platform,shop, such as 'views,<b>web</b>,s0' or "),
  });
  expect(command.backtest('--explain', 'views')).toMatchObject({ stderr: expect.stringMatching(/, or a total, such as 'views,,' or 'views,<b>web<\/b>,'\n$/) });
  expect(backtestFew('--explain', 'views,,')).toMatchObject({
    code: 0, stderr: expect.stringMatching(/\nwarning: --explain "views,," explains nothing: the detector has no such total\. It has none: a total is of 10 combinations/),
  });
});

test('there is no totals.csv without totals, and none of an earlier run or of one that was killed', () => {
  expect(command.backtest(...DETECT_FROM).code).toBe(0);
  expect(existsSync(join(command.folder, 'out/totals.csv'))).toBe(true);
  command.write('out/totals.csv.unfinished', 'of a run that was killed');
  const few = backtestFew();
  expect(few).toMatchObject({ code: 0, stdout: expect.stringMatching(/ in 12 time series \(\d+ anomalous values?\)$/m) });
  expect(readdirSync(join(command.folder, 'out')).sort()).toEqual(['explanations.csv', 'groups.json', 'report.html', 'scores.csv', 'summary.json']);
  expect(command.read('out/report.html')).not.toContain('total');
});

test('a full disk leaves no totals behind', () => {
  command.remove('out');
  mkdirSync(join(command.folder, 'out'));
  symlinkSync('/dev/full', join(command.folder, 'out/totals.csv.unfinished'));
  expect(command.backtest(...DETECT_FROM)).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOSPC') });
  expect(readdirSync(join(command.folder, 'out'))).toEqual([]);
});

test('of three dimensions pairs of values have totals too, which --explain explains', () => {
  const [platforms, countries, products] = [['web', 'app'], ['de', 'fr'], Array.from({ length: 10 }, (_, product) => `p${product}`)];
  const lines = ['at,platform,country,product,views,latency'];
  for (let hour = 0; hour < 100; hour++) {
    for (const platform of platforms) for (const country of countries) for (const product of products) lines.push(`${time(hour)},${platform},${country},${product},2,50`);
  }
  command.write('three/rows.csv', lines.join('\n'));
  command.write('three.json', { ...CONFIG, dimensions: ['platform', 'country', 'product'] });
  const backtest = (...args: string[]): Run => command.run('backtest', '--data', 'three', '--config', 'three.json', '--out', 'out', ...args);
  expect(backtest('--explain', 'views,web,de,')).toMatchObject({ code: 0, stderr: expect.not.stringContaining('--explain') });
  const [first] = command.rows('out/explanations.csv');
  expect(first).toMatchObject({ platform: 'web', country: 'de', product: '', value: '20', total: 'platform and country' });
  const named = new Set(command.rows('out/totals.csv').map(({ platform, country, product, total, value }) => [platform, country, product, total, value].join()));
  expect([...named].sort()).toEqual([
    ',,,all of the metric,80', ',de,,country,40', ',fr,,country,40', 'app,,,platform,40', 'app,de,,platform and country,20', 'app,fr,,platform and country,20',
    'web,,,platform,40', 'web,de,,platform and country,20', 'web,fr,,platform and country,20',
  ]);
  expect(backtest('--explain', 'views,web,de,p99').code).toBe(2);
});
