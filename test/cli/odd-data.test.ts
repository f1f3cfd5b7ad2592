// SPDX-License-Identifier: Apache-2.0

import { CommandLine } from './command';
import { CONFIG, HEADER, time } from './shop-rows';

const command = new CommandLine();
afterAll(() => command.remove());

describe('what is odd about data that can be read is a warning', () => {
  const hours = Array.from({ length: 200 }, (_, hour) => hour);
  const backtest = (rows: readonly string[] | Buffer, config: object = CONFIG, header = HEADER) => {
    command.write('odd.csv', Buffer.isBuffer(rows) ? rows : [header, ...rows, ''].join('\n'));
    command.write('odd.json', config);
    const run = command.run('backtest', '--data', 'odd.csv', '--config', 'odd.json', '--out', 'odd');
    expect(run.code).toBe(0);
    return { run, summary: command.json<{ warnings: string[]; dataQuality: object }>('odd/summary.json') };
  };

  test('nothing is, in plain hours', () => {
    expect(backtest(hours.map(hour => `${time(hour)},Köln,5,5`)).summary).toMatchObject({ warnings: [], dataQuality: { columnsInOtherCase: [], valuesNotUtf8: [], valuesWithStrayQuote: [] } });
  });

  test('a column in another case, which the deployment refuses', () => {
    const { run, summary } = backtest(hours.map(hour => `${time(hour)},plain,5,5`), { ...CONFIG, metrics: [{ name: 'Views', aggregation: 'SUM' }] });
    expect(summary.warnings).toEqual(['column "Views" is "views" in odd.csv: the deployment, which tries the query, refuses that; write "views"']);
    expect(summary.dataQuality).toMatchObject({ columnsInOtherCase: [{ column: 'Views', found: 'views', file: 'odd.csv' }] });
    expect(run.stderr).toContain(`warning: ${summary.warnings[0]}\n`);
  });

  test('intervals of which a deployed detector would not have used any row', () => {
    // a row in four of one hour, and ten rows of another, which are tolerated
    const rows = hours.flatMap(hour => Array.from({ length: 60 }, (_, row) => (
      `${time(hour)},plain,${(hour === 150 && row % 4 === 0) || (hour === 160 && row < 10) ? 'x' : 5},5`)));
    const { run, summary } = backtest(rows);
    expect(summary.warnings).toEqual([
      expect.stringMatching(/^25 of 12000 rows could not be used: /),
      `an interval lacks more than one row in twenty, as numbers cannot be read, such as that of ${time(150)}: a deployed detector refuses such intervals, `
      + 'and anomalies found here may be for want of those rows',
    ]);
    expect(summary.dataQuality).toMatchObject({ intervalsRefused: { intervals: 1, example: time(150) } });
    expect(run.stdout).toContain('25 not used');
  });

  test('a metric without any value, as of a column that is there and never filled', () => {
    const { run, summary } = backtest(hours.map(hour => `${time(hour)},plain,5,`));
    expect(summary).toMatchObject({ warnings: ['column "latency" is empty in all rows: nothing is detected in it'], dataQuality: { columnsWithoutValues: ['latency'] } });
    expect(run.stderr).toContain(`warning: ${summary.warnings[0]}\n`);
  });

  test('rows at times that clocks skipped, as those of UTC said to be of Berlin', () => {
    const at = (minutes: number): string => new Date(Date.UTC(2026, 2, 25) + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    const rows = hours.flatMap(hour => [0, 30].map(minute => `${at(60 * hour + minute)},plain,5,5`));
    const { summary } = backtest(rows, { ...CONFIG, timezone: 'Europe/Berlin' });
    expect(summary.warnings).toEqual([
      'rows are dated at 2 times that clocks of Europe/Berlin skipped, as they were put forward, such as 2026-03-29 02:00:00: they count in the interval before; '
      + 'is timezone another one, such as UTC?',
    ]);
    expect(summary.dataQuality).toMatchObject({ timesSkipped: { times: 2, example: '2026-03-29 02:00:00' } });
    expect(backtest(rows).summary).toMatchObject({ warnings: [], dataQuality: { timesSkipped: { times: 0 } } });
    // a day without midnight has its rows
    const days = Array.from({ length: 60 }, (_, day) => `${new Date(Date.UTC(2018, 9, 1 + day)).toISOString().slice(0, 10)} 00:00:00,plain,5,5`);
    expect(backtest(days, { ...CONFIG, frequency: 'P1D', timezone: 'America/Sao_Paulo' }).summary.warnings).toEqual([]);
  });

  test('a dimension that is named as a column of scores.csv, or of the explanations', () => {
    const { summary } = backtest(hours.map(hour => `${time(hour)},plain,5,5`), { ...CONFIG, dimensions: ['metric'] }, 'at,metric,views,latency');
    expect(summary.warnings).toEqual(['scores.csv has two columns "metric", as a dimension has that name: read it by the places of its columns']);
    expect(command.read('odd/scores.csv')).toMatch(/^timestamp,metric,metric,value,.*\n[^,]+,views,plain,5,/);
    const { summary: { warnings } } = backtest(hours.map(hour => `${time(hour)},plain,5,5`), { ...CONFIG, dimensions: ['total'] }, 'at,total,views,latency');
    expect(warnings).toEqual(['explanations.csv has two columns "total", as a dimension has that name: read it by the places of its columns']);
  });

  test('days that are read as months', () => {
    const at = (hour: number): string => time(hour).replace(/^(\d+)-(\d+)-(\d+)/, '$2/$3/$1');
    const { summary } = backtest(hours.map(hour => `${at(hour)},plain,5,5`), { ...CONFIG, timestampColumn: { name: 'at', format: 'dd/MM/yyyy HH:mm:ss' } });
    expect(summary.warnings).toEqual([
      '2136 of 2196 intervals detected have no values: is "dd/MM/yyyy HH:mm:ss" the format of the time stamps, and are day and month not the other way round?',
    ]);
  });

  test('values that are not UTF-8', () => {
    const { summary } = backtest(Buffer.from([HEADER, ...hours.flatMap(hour => ['Köln', 'Ulm'].map(shop => `${time(hour)},${shop},5,5`))].join('\n'), 'latin1'));
    expect(summary.warnings).toEqual([expect.stringMatching(/^1 of 2 values of column "shop" are not UTF-8, such as "K\uFFFDln": save the data as UTF-8/)]);
    expect(summary.dataQuality).toMatchObject({ valuesNotUtf8: [{ column: 'shop', values: 2, valuesNotUtf8: 1, example: 'K\uFFFDln' }] });
  });

  test('a quote out of place in a dimension, which makes a time series', () => {
    const rows = hours.map(hour => `${time(hour)},"a ""quoted"", one",5,5`);
    expect(backtest(rows).summary).toMatchObject({ warnings: [], dataQuality: { valuesWithStrayQuote: [] } });
    rows[7] = rows[7].replace(/"a .*one"/, 'web"');
    rows[9] = rows[9].replace(/"a .*one"/, '"web"s');
    const { summary } = backtest(rows);
    expect(summary.warnings).toEqual([
      '2 values of column "shop" with a quote that is not written as CSV writes one, such as "web\\"" in line 9 of odd.csv: it is taken for a part of the value; '
      + 'where it is none, that is a time series too many',
    ]);
    expect(summary.dataQuality).toMatchObject({ valuesWithStrayQuote: [{ column: 'shop', valuesWithStrayQuote: 2, example: 'web"', file: 'odd.csv', line: 9 }] });
  });

  test.each([
    ['hours', 'PT5M', hours, 'rows are an hour or a multiple of it apart, so that most intervals of PT5M are empty: is the frequency PT1H?'],
    ['working days', 'PT1H', hours.filter(day => day % 7 < 5).map(day => 24 * day), 'rows are a day or a multiple of it apart, so that most intervals of PT1H are empty: is the frequency P1D?'],
    ['hours here and there', 'PT1H', hours.map(index => 5 * index + index % 3), undefined],
  ])('%s read as %s', (_, frequency, at, warning) => {
    const { summary } = backtest(at.map(hour => `${time(hour)},plain,5,5`), { ...CONFIG, frequency });
    expect(summary.warnings.filter(text => text.includes('frequency'))).toEqual(warning === undefined ? [] : [warning]);
  });
});
