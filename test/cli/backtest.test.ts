// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CommandLine } from './command';
import { CONFIG, HEADER, time } from './shop-rows';

const HOSTILE = 'a "quoted", <script>alert(1)</script>\nline';
const HOURS = 24 * 28;
/** An hour in which the hostile shop sells nothing, one without any rows, and the one from which a third shop has rows. */
const OUTAGE = HOURS - 30;
const EMPTY = HOURS - 20;
const LATE = HOURS - 10;

const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Two rows of each shop in an hour: views are added up, latencies averaged. */
function rowsOf(hour: number): string[] {
  if (hour === EMPTY) return [];
  const level = 1000 * (1 + 0.5 * Math.sin(hour / 24 * 2 * Math.PI)) * (1 + 0.02 * Math.sin(hour * 12.9898));
  return ['plain', HOSTILE, ...hour >= LATE ? ['late'] : []].flatMap(shop => {
    const views = hour === OUTAGE && shop === HOSTILE ? 0 : Math.round(level);
    return [`${time(hour)},${cell(shop)},${views},10`, `${time(hour).replace(/00:00$/, '30:00')},${cell(shop)},${views},20`];
  });
}

function file(hours: number[]): string {
  return [HEADER, ...hours.flatMap(rowsOf), ''].join('\n');
}

const command = new CommandLine();
afterAll(() => command.remove());

describe('a folder of parts', () => {
  const from = HOURS - 24 * 7;
  const hours = Array.from({ length: HOURS }, (_, hour) => hour);
  let run: ReturnType<CommandLine['run']>;
  beforeAll(() => {
    // newest part first, hours backwards, an empty part, and rows that cannot be used
    command.write('data/a.csv.gz', gzipSync(file(hours.filter(hour => hour >= HOURS / 2).reverse())));
    command.write('data/2026/0000_part_00', file(hours.filter(hour => hour < HOURS / 2)));
    command.write('data/empty.csv', '');
    command.write('data/bad.csv', `${HEADER}\nyesterday,plain,1,1\n${time(1)},plain,many,1\n`);
    command.write('data/_SUCCESS', 'no rows');
    command.write('config.json', CONFIG);
    run = command.backtest('--detect-from', time(from));
  });

  test('is scored: a row for each interval and time series, with the columns in order', () => {
    expect(run).toMatchObject({ code: 0 });
    const [header] = command.read('out/scores.csv').split('\n');
    expect(header).toBe('timestamp,metric,shop,value,expected,lower,upper,score,severity,anomaly');
    const rows = command.rows('out/scores.csv');
    expect(rows).toHaveLength(24 * 7 * 6);
    expect(new Set(rows.map(({ timestamp, metric, shop }) => `${timestamp} ${metric} ${shop}`)).size).toBe(rows.length);
    expect(rows.every(row => Number(row.score) >= 0 && row.score !== '' && Number(row.severity) >= 0 && Number(row.severity) <= 100)).toBe(true);
    expect(new Set(rows.map(row => row.shop))).toEqual(new Set(['plain', HOSTILE, 'late']));
    expect(rows[0].timestamp).toBe(time(from));
    expect(rows.at(-1)!.timestamp).toBe(time(HOURS - 1));
    const outage = rows.filter(row => row.anomaly === '1');
    expect(outage).toEqual([expect.objectContaining({ timestamp: time(OUTAGE), metric: 'views', shop: HOSTILE, value: '0' })]);
    expect(Number(outage[0].lower)).toBeGreaterThan(0);
  });

  test('has its rows aggregated', () => {
    const [row] = command.rows('out/scores.csv').filter(({ timestamp, metric }) => timestamp === time(from) && metric === 'views');
    expect(Number(row.value)).toBe(2 * Number(rowsOf(from)[0].split(',').at(-2)));
    const latencies = command.rows('out/scores.csv').filter(({ metric, value }) => metric === 'latency' && value !== '');
    expect(new Set(latencies.map(({ value }) => value))).toEqual(new Set(['15']));
  });

  test('has empty values and score 0 in an interval without rows, and of a series before its first interval', () => {
    const rows = command.rows('out/scores.csv');
    const empty = rows.filter(({ timestamp }) => timestamp === time(EMPTY));
    expect(empty).toHaveLength(6);
    const early = rows.filter(({ timestamp, shop }) => shop === 'late' && timestamp! < time(LATE));
    expect(early).toHaveLength(2 * (LATE - from));
    for (const row of [...empty, ...early]) expect(row).toMatchObject({ value: '', expected: '', lower: '', upper: '', score: '0', severity: '0', anomaly: '0' });
    expect(rows.find(({ shop, value }) => shop === 'late' && value !== '')!.timestamp).toBe(time(LATE));
  });

  test('has groups as the API gives them', () => {
    const groups = command.json<{
      AnomalyGroupSummaryList: { AnomalyGroupId: string }[];
      AnomalyGroupStatistics: { TotalCount: number };
      AnomalyGroupList: { AnomalyGroupId: string }[];
    }>('out/groups.json');
    const at = `${time(OUTAGE).slice(0, 16).replace(' ', 'T')}Z[UTC]`;
    const summary = { StartTime: at, EndTime: at, PrimaryMetricName: 'views', AnomalyGroupScore: expect.any(Number) };
    expect(groups.AnomalyGroupSummaryList).toEqual([{ ...summary, AnomalyGroupId: expect.any(String) }]);
    expect(groups.AnomalyGroupStatistics.TotalCount).toBe(1);
    expect(groups.AnomalyGroupList).toEqual([expect.objectContaining({
      ...summary,
      AnomalyGroupId: groups.AnomalyGroupSummaryList[0].AnomalyGroupId,
      MetricLevelImpactList: [expect.objectContaining({
        MetricName: 'views',
        ContributionMatrix: {
          DimensionContributionList: [expect.objectContaining({
            DimensionName: 'shop', DimensionValueContributionList: expect.arrayContaining([expect.objectContaining({ DimensionValue: HOSTILE })]),
          })],
        },
      })],
      TimeSeriesList: [expect.objectContaining({ DimensionList: [{ DimensionName: 'shop', DimensionValue: HOSTILE }], MetricValue: 0, Timestamp: at })],
    })]);
  });

  test('has a summary with the rows that could not be used, by file and line', () => {
    const summary = command.json<{ counts: object; dataQuality: { rejected: object[] }; state: { reloads: number }; milliseconds: object }>('out/summary.json');
    expect(summary.counts).toMatchObject({
      files: 4,
      rowsRejected: 2,
      timeSeries: 6,
      intervalsLearned: from,
      intervalsDetected: 24 * 7,
      intervalsWithoutValues: 1,
      anomalies: 1,
      anomalyGroups: 1,
    });
    expect(summary.dataQuality.rejected).toEqual(expect.arrayContaining([
      expect.objectContaining({ reason: 'timestamp', rows: 1, examples: [expect.objectContaining({ file: join('data', 'bad.csv'), line: 2 })] }),
      expect.objectContaining({ reason: 'number', column: 'views', rows: 1, examples: [expect.objectContaining({ file: join('data', 'bad.csv'), line: 3 })] }),
    ]));
    expect(summary.state.reloads).toBeGreaterThanOrEqual(2);
    for (const step of ['read', 'learn', 'detect', 'write']) expect(summary.milliseconds).toHaveProperty(step, expect.any(Number));
    expect(run.stderr).toContain('warning: 2 of ');
  });

  test('has a report that loads nothing and in which values stay text', () => {
    const html = command.read('out/report.html');
    expect(html).not.toContain('<script');
    expect(html).toContain('&#60;script&#62;alert(1)');
    expect(html).not.toMatch(/(src|href)=/);
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
    expect(html.match(/<svg/g)).toHaveLength(2);
  });

  test('is told about in a few lines', () => {
    expect(run.stdout).toContain('found      1 anomaly group of ');
    expect(run.stdout.split('\n').length).toBeLessThan(20);
    expect(run.stdout).not.toContain('\nline');
    expect(run.stderr).not.toContain('\r');
  });

  test('explains what was an anomaly or came near, or every interval of a series', () => {
    expect(command.rows('out/explanations.csv').find(({ anomaly }) => anomaly === '1')).toMatchObject({
      timestamp: time(OUTAGE), shop: HOSTILE, explanation: expect.stringMatching(/^anomaly: .* below the expected/),
    });
    expect(command.backtest('--explain', `views,${cell(HOSTILE)}`, '--detect-from', time(from)).code).toBe(0);
    const explained = command.rows('out/explanations.csv');
    expect(explained).toHaveLength(24 * 7);
    expect(explained.find(({ timestamp }) => timestamp === time(EMPTY))!.explanation).toBe('no value in this interval');
    expect(command.backtest('--explain', 'views,nowhere')).toMatchObject({ code: 2, stderr: expect.stringContaining('no such time series') });
  });

  test('leaves no unfinished file, and no result of an earlier run when it fails', () => {
    expect(command.backtest().code).toBe(0);
    expect(readdirSync(join(command.folder, 'out')).sort()).toEqual(['explanations.csv', 'groups.json', 'report.html', 'scores.csv', 'summary.json']);
    expect(command.backtest('--detect-from', '2030-01-01 00:00:00').code).toBe(2);
    expect(readdirSync(join(command.folder, 'out'))).toEqual([]);
  });

  test('learns 70 % of the intervals with rows when it is not told otherwise', () => {
    expect(command.backtest().code).toBe(0);
    expect(command.json<{ detectedFrom: string }>('out/summary.json').detectedFrom).toBe(time(Math.floor(0.7 * (HOURS - 1))));
  });
});

describe('bad input ends with exit code 2 and says', () => {
  beforeAll(() => {
    command.write('one.csv', `${HEADER}\n${time(0)},plain,1,1\n`);
    command.write('header.csv', `${HEADER}\n`);
    command.write('unreadable.csv', `${HEADER}\nyesterday,plain,1,1\n`);
    command.write('config.json', CONFIG);
    command.write('blank.csv', `${HEADER}\n${time(0)},plain,,\n${time(1)},plain,NULL,\n`);
    command.write('broken.json', '{"metrics":');
    command.write('inside/data.csv', 'at\n');
    const packed = gzipSync(file([1, 2, 3]));
    command.write('utf-16.csv', Buffer.from(`\uFEFF${file([1, 2, 3])}`, 'utf16le'));
    command.write('unmarked.csv', Buffer.from(file([1, 2, 3]), 'utf16le'));
    command.write('utf-16.json', Buffer.from(`\uFEFF${JSON.stringify(CONFIG)}`, 'utf16le'));
    command.write('unmarked.json', Buffer.from(JSON.stringify(CONFIG), 'utf16le').swap16());
    command.write('control.json', '\u001b[2J');
    command.write('semicolons.csv', file([1, 2, 3]).replaceAll(',', ';'));
    command.write('tabs.csv', file([1, 2, 3]).replaceAll(',', '\t'));
    command.write('rows.csv', file([1, 2, 3]).slice(HEADER.length + 1));
    command.write('sheet.csv', Buffer.from('504b0304140006000800ffff7c7c', 'hex'));
    command.write('epoch.csv', `${HEADER}\n1767225600,plain,1,1\n`);
    command.write('lines.csv', '{"at": "2026-01-01 00:00:00", "views": 1}\n');
    command.write('unloaded/0000_part_00', file([1, 2, 3]));
    command.write('unloaded/manifest', '{\n  "entries": [\n    {"url":"s3://bucket/unloaded/0000_part_00"}\n  ]\n}\n');
    command.write('half.gz', packed.subarray(0, packed.length / 2));
  });
  const config = ['--config', 'config.json'];
  test.each([
    ['no command', [], 'no command given'],
    ['an unknown command', ['dance'], 'unknown command "dance"'],
    ['an unknown option', ['backtest', '--data', 'one.csv', '--speed', '9'], '--speed'],
    ['a missing option', ['backtest', '--data', 'one.csv', ...config], '--out is missing'],
    ['no such data', ['backtest', '--data', 'nowhere', ...config, '--out', 'x'], '--data "nowhere" cannot be read'],
    ['no such configuration', ['backtest', '--data', 'one.csv', '--config', 'none.json', '--out', 'x'], 'none.json'],
    ['no JSON', ['backtest', '--data', 'one.csv', '--config', 'broken.json', '--out', 'x'], 'broken.json is not JSON'],
    ['no rows', ['backtest', '--data', 'header.csv', ...config, '--out', 'x'], 'header.csv has no rows'],
    ['no usable rows', ['backtest', '--data', 'unreadable.csv', ...config, '--out', 'x'], 'column "at" holds "yesterday"'],
    ['no values', ['backtest', '--data', 'blank.csv', ...config, '--out', 'x'], 'no row of blank.csv can be used: "views", "latency" are empty in all of 2 rows'],
    ['a missing column', ['backtest', '--data', 'inside/data.csv', ...config, '--out', 'x'], 'has no column'],
    ['columns separated by semicolons', ['backtest', '--data', 'semicolons.csv', ...config, '--out', 'x'],
      'semicolons.csv has only one column, "at;shop;views;latency": its columns are separated by semicolons; save it separated by commas'],
    ['columns separated by tabs', ['backtest', '--data', 'tabs.csv', ...config, '--out', 'x'], 'its columns are separated by tabs; save it separated by commas'],
    ['rows without a header', ['backtest', '--data', 'rows.csv', ...config, '--out', 'x'], `rows.csv has no header, but begins with a row, "${time(1)}", "plain", `],
    ['JSON lines', ['backtest', '--data', 'lines.csv', ...config, '--out', 'x'], 'lines.csv is JSON and no CSV file: save it as CSV, or leave it out of the folder'],
    ['the manifest of an UNLOAD', ['backtest', '--data', 'unloaded', ...config, '--out', 'x'], `${join('unloaded', 'manifest')} is JSON and no CSV file`],
    ['a file that is no text', ['backtest', '--data', 'sheet.csv', ...config, '--out', 'x'], 'sheet.csv is no CSV file: it holds bytes that text does not have; unpack it, or save it as CSV'],
    ['seconds since 1970', ['backtest', '--data', 'epoch.csv', ...config, '--out', 'x'],
      'which does not match the format "yyyy-MM-dd HH:mm:ss"; no format reads seconds or milliseconds since 1970: write them as times, such as 2026-01-31 00:00:00'],
    ['a configuration in UTF-16', ['backtest', '--data', 'one.csv', '--config', 'utf-16.json', '--out', 'x'], 'error: --config "utf-16.json" is UTF-16: save it as UTF-8'],
    ['a configuration in UTF-16 without its mark', ['backtest', '--data', 'one.csv', '--config', 'unmarked.json', '--out', 'x'], 'error: --config "unmarked.json" is UTF-16: save it as UTF-8'],
    ['control characters in place of JSON', ['backtest', '--data', 'one.csv', '--config', 'control.json', '--out', 'x'], 'control.json is not JSON: Unexpected token \'\uFFFD\''],
    ['UTF-16 without its mark', ['backtest', '--data', 'unmarked.csv', ...config, '--out', 'x'], 'unmarked.csv is UTF-16: save it as UTF-8'],
    ['UTF-16', ['backtest', '--data', 'utf-16.csv', ...config, '--out', 'x'], 'utf-16.csv is UTF-16: save it as UTF-8'],
    ['no time', ['backtest', '--data', 'one.csv', ...config, '--out', 'x', '--detect-from', 'noon'], '--detect-from must be a time such as'],
    ['a time outside', ['backtest', '--data', 'one.csv', ...config, '--out', 'x', '--detect-from', '2020-01-01'], 'outside the data'],
    ['a folder that is a file', ['backtest', '--data', 'one.csv', ...config, '--out', 'one.csv'], 'error: --out "one.csv" is a file: give a folder, which may be new'],
    ['a folder in a file', ['backtest', '--data', 'one.csv', ...config, '--out', 'one.csv/out'], '--out "one.csv/out" cannot be written to'],
    ['results among the data', ['backtest', '--data', 'inside/data.csv', ...config, '--out', 'inside'], 'is the folder of the data'],
    ['results in a folder among the data', ['backtest', '--data', 'inside', ...config, '--out', 'inside/out'], 'is within the folder of the data'],
    ['half a file of gzip', ['backtest', '--data', 'half.gz', ...config, '--out', 'x'], 'half.gz cannot be read as GZIP: unexpected end of file'],
  ])('%s', (_, args, message) => {
    const run = command.run(...args);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining(message), stdout: '' });
    expect(run.stderr).toMatch(/^error: /m);
    expect(run.stderr).not.toContain('    at ');
  });
});

test('help and version are answers', () => {
  expect(command.run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: cdk-redshift-lookout COMMAND') });
  expect(command.run('backtest', '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--detect-from TIME') });
  expect(command.run('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
