// SPDX-License-Identifier: Apache-2.0

/** Second readings that are overtaken: by a history that is read again, or because the settle time was taken away. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { hour } from './crawl-steps';
import { readHistory, SETTINGS } from './ledger-table';
import { again, first, SecondReadings, SETTLING } from './second-readings';

const steps = new SecondReadings();
const { plan, begin, failed, item, files, rowsIn, read, unload, readThree, readFour, finishUnplaced } = steps;

test('a history that is read again holds what came late, so it is not read again', async () => {
  await readThree();
  await readHistory(steps.handle, '2026-11-23T15:05:00Z', 'bootstrap-2', SETTLING);
  expect((await steps.ledger.items('control')).settled).toMatchObject({ next: hour(15).start });
  expect((await plan('17:05')).intervals).toEqual([first(15), first(16)]);
});

describe('a second reading that is under way when the history is read again', () => {
  beforeEach(async () => {
    await readFour();
    await unload(again(11), 25);
  });

  /** The execution has ended; the history is read, by two runs; the crawl goes on. */
  const goOn = async () => {
    steps.ledger.now += 10 * 3600_000;
    for (const run of [2, 3]) await readHistory(steps.handle, '2026-11-23T15:05:00Z', `bootstrap-${run}`, SETTLING);
    expect((await steps.ledger.items('control')).settled).toEqual({ next: hour(15).start, grid: expect.any(String), before: hour(11).start });
    await plan('16:05', 'crawl-2');
    await read(first(15), 20, 'crawl-2');
    expect((await plan('16:05', 'crawl-2')).intervals).toEqual([]);
    expect((await steps.ledger.items('control')).settled).toEqual({ next: hour(15).start, grid: expect.any(String) });
    expect(await files('again/')).toEqual([]);
  };

  test('and was finished, without its files being in their place: they are put there', async () => {
    await finishUnplaced(25);
    expect(await rowsIn('live/20261123/1200/')).toEqual(['20']);
    expect(await item(11)).toMatchObject({ rows: 25, reread: { state: 'FINISHED' } });
    await goOn();
    expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
    expect(await item(11)).toMatchObject({ rows: 25, reread: { state: 'FINISHED', placed: true } });
  });

  test('and fell silent: it is told, and the rows of the first stay', async () => {
    await goOn();
    expect(await rowsIn('live/20261123/1200/')).toEqual(['20']);
    expect(await item(11)).toMatchObject({ rows: 20, reread: { state: 'FAILED', error: expect.stringMatching(/^ExecutionSilent: /) } });
    expect(Object.keys(await steps.ledger.items('untold'))).toEqual([`${hour(11).start} crawl-1 again`]);
  });

  test('and had its bucket replaced: that is left alone', async () => {
    steps.ledger.now += 10 * 3600_000;
    const other = { ...SETTLING, bucketName: 'elsewhere' };
    await steps.ledger.files.send(new CreateBucketCommand({ Bucket: 'elsewhere' }));
    await readHistory(steps.handle, '2026-11-23T15:05:00Z', 'bootstrap-2', other);
    expect((await plan('15:05', 'crawl-2', other)).intervals).toEqual([]);
    expect((await steps.ledger.items('control')).settled).not.toHaveProperty('before');
    expect(await rowsIn('live/20261123/1200/')).toEqual(['20']);
    expect(await files('again/')).toHaveLength(1);
  });
});

test('without settle time nothing is read again, and once there is one again only what comes then', async () => {
  await readThree();
  expect(await steps.ledger.items('control')).toHaveProperty('lease');
  await plan('13:05');
  expect(await steps.ledger.items('control')).toHaveProperty('settled');
  expect((await plan('14:05', 'crawl-2', SETTINGS)).intervals).toEqual([hour(13)]);
  await read(hour(13), 20, 'crawl-2');
  expect((await plan('14:05', 'crawl-2', SETTINGS)).intervals).toEqual([]);
  expect(await steps.ledger.items('control')).not.toHaveProperty('settled');
  await plan('15:05', 'crawl-3');
  await read(first(14), 20, 'crawl-3');
  expect((await plan('15:05', 'crawl-3')).intervals).toEqual([]);
  expect((await steps.ledger.items('control')).settled).toMatchObject({ next: hour(14).start });
});

describe('a second reading that is under way when the settle time is taken away', () => {
  beforeEach(async () => {
    await readFour();
    await unload(again(11), 25);
  });
  /** The crawl goes on without a settle time: first with what is missing. */
  const goOn = async () => {
    steps.ledger.now += 10 * 3600_000;
    expect((await plan('15:05', 'crawl-2', SETTINGS)).intervals).toEqual([hour(14)]);
    await read(hour(14), 20, 'crawl-2');
    return (await plan('15:05', 'crawl-2', SETTINGS)).intervals;
  };
  const ends = async () => {
    expect((await plan('16:05', 'crawl-3', SETTINGS)).intervals).toEqual([hour(15)]);
    await read(hour(15), 20, 'crawl-3');
    expect((await plan('16:05', 'crawl-3', SETTINGS)).intervals).toEqual([]);
    expect(await steps.ledger.items('control')).not.toHaveProperty('settled');
    expect(await item(12)).not.toHaveProperty('reread');
    expect(await files('again/')).toEqual([]);
  };

  test('and was finished, without its files being in their place: they are put there', async () => {
    await finishUnplaced(25);
    expect(await goOn()).toEqual([]);
    expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
    expect(await item(11)).toMatchObject({ rows: 25, reread: { state: 'FINISHED', placed: true } });
    await ends();
  });

  test('and fell silent: the detector may have its rows, so it is brought to its end', async () => {
    expect(await goOn()).toEqual([again(11)]);
    await read(again(11), 26, 'crawl-2');
    expect((await plan('15:05', 'crawl-2', SETTINGS)).intervals).toEqual([]);
    expect(await rowsIn('live/20261123/1200/')).toEqual(['26']);
    expect(await item(11)).toMatchObject({ rows: 26, reread: { state: 'FINISHED', placed: true, attempts: 2 } });
    await ends();
  });

  test('and fails as often as it may: the rows of the first stay', async () => {
    await failed(again(11));
    for (let attempt = 2; attempt <= 3; attempt++) {
      const execution = `crawl-${attempt + 10}`;
      if (attempt === 2) {
        await plan('15:05', execution, SETTINGS);
        await read(hour(14), 20, execution);
      }
      expect((await plan('15:05', execution, SETTINGS)).intervals).toEqual([again(11)]);
      await begin(again(11), execution);
      await failed(again(11), execution);
    }
    expect(await item(11)).toMatchObject({ rows: 20, reread: { state: 'FAILED', givenUp: true } });
    expect(await rowsIn('live/20261123/1200/')).toEqual(['20']);
    await ends();
  });

  test('and the history is read again as well: it is ended', async () => {
    await finishUnplaced(25);
    await readHistory(steps.handle, '2026-11-23T15:05:00Z', 'bootstrap-2', SETTINGS);
    expect((await plan('15:05', 'crawl-2', SETTINGS)).intervals).toEqual([]);
    expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
    expect(await steps.ledger.items('control')).not.toHaveProperty('settled');
    expect(await files('again/')).toEqual([]);
  });
});
