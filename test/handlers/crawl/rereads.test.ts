// SPDX-License-Identifier: Apache-2.0

import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { detection, hour } from './crawl-steps';
import { before } from './ledger-table';
import { again, first, SecondReadings, SETTLING } from './second-readings';

const steps = new SecondReadings();
const { plan, begin, beginAnew, submitted, failed, item, metrics, put, files, rowsIn, finishedWith, read, unload, readThree, readFour } = steps;

test('an interval is read again when its settle time is over, after the first readings that are missing', async () => {
  expect((await plan('13:04')).intervals).toEqual([first(10), first(11)]);
  expect((await plan('13:05')).intervals).toEqual([{ ...hour(10) }, first(11), first(12)]); // 10 would be due at once: it is settled
});

test('its figures replace those of the first reading, and the ledger says what they were', async () => {
  await plan('12:05');
  for (const start of [10, 11]) await read(first(start), 20);
  expect((await plan('12:05')).intervals).toEqual([]);
  steps.ledger.now = Date.parse('2026-11-23T13:06:00Z');
  expect((await plan('13:05', 'crawl-2')).intervals).toEqual([first(12)]);
  await read(first(12), 20, 'crawl-2');
  expect((await plan('13:05', 'crawl-2')).intervals).toEqual([again(10)]);
  const { sql, folder } = await read(again(10), 25, 'crawl-2');
  expect(sql).toContain(`TO '${folder}'`);
  expect(sql).not.toContain('CLEANPATH');
  expect(folder).toMatch(/^s3:\/\/data\/again\/20261123\/1100\/[0-9a-f]{12}-$/);
  expect(await files('live/20261123/1100/')).toEqual(['live/20261123/1100/000']);
  expect(await rowsIn('live/20261123/1100/')).toEqual(['25']);
  expect(await files('again/')).toEqual([]);
  expect(await item(10)).toMatchObject({
    state: 'FINISHED',
    attempts: 1,
    rows: 25,
    execution: 'crawl-1',
    reread: { state: 'FINISHED', attempts: 1, execution: 'crawl-2', rowsBefore: 20, finishedAt: '2026-11-23T13:06:00Z', statementId: 'AGAIN crawl-2' },
  });
  expect(metrics()).toContainEqual(expect.objectContaining({ IntervalsReread: 1, LateRows: 5 }));
  expect((await plan('13:05', 'crawl-2')).intervals).toEqual([]);
  expect((await steps.ledger.items('control')).settled).toMatchObject({ next: hour(11).start });
  await expect(begin(again(10), 'crawl-2')).rejects.toThrow(/lease/);
});

test('each once: not what was given up, not what was read late, and all that is due after a pause', async () => {
  await plan('13:05');
  await read(hour(10), 20);
  for (let attempt = 1; attempt <= 3; attempt++) {
    await plan('13:05', `crawl-${attempt}`);
    await begin(first(11), `crawl-${attempt}`);
    await failed(first(11), `crawl-${attempt}`);
  }
  await plan('13:05', 'crawl-4');
  await read(first(12), 20, 'crawl-4');
  expect((await plan('13:05', 'crawl-4')).intervals).toEqual([]);
  // the schedule was paused
  expect((await plan('20:05', 'crawl-5')).intervals).toEqual([13, 14, 15, 16, 17].map(hour).concat([first(18), first(19)]));
  for (const start of [13, 14, 15, 16, 17]) await read(hour(start), 20, 'crawl-5');
  for (const start of [18, 19]) await read(first(start), 20, 'crawl-5');
  expect((await plan('20:05', 'crawl-5')).intervals).toEqual([again(12)]);
  await read(again(12), 20, 'crawl-5');
  expect((await plan('20:05', 'crawl-5')).intervals).toEqual([]);
  expect((await steps.ledger.items('control')).settled).toMatchObject({ next: hour(18).start });
});

test('a second reading that fails leaves the first, holds up no other, and is given up after the last attempt', async () => {
  await readThree();
  for (let attempt = 1; attempt <= 3; attempt++) {
    await plan('14:05', `crawl-${attempt}`);
    if (attempt === 1) await read(first(13), 20, 'crawl-1');
    expect((await plan('14:05', `crawl-${attempt}`)).intervals[0]).toEqual(again(11));
    const { folder, previousStatementId } = await begin(again(11), `crawl-${attempt}`);
    expect(previousStatementId).toBe(attempt === 1 ? '' : `statement ${attempt - 1}`);
    await submitted(again(11), `crawl-${attempt}`, `statement ${attempt}`);
    await put(folder);
    const answer = { detail: { attempt, givenUp: attempt === 3, again: true, statementId: `statement ${attempt}` } };
    expect((await failed(again(11), `crawl-${attempt}`)).untold).toMatchObject(answer);
    expect((await failed(again(11), `crawl-${attempt}`)).untold).toMatchObject(answer);
  }
  expect(await item(11)).toMatchObject({ state: 'FINISHED', rows: 20, reread: { state: 'FAILED', givenUp: true, attempts: 3, error: 'StatementFailed: ERROR: out of disk' } });
  expect(await files('live/20261123/1200/')).toEqual(['live/20261123/1200/000']);
  expect(metrics()).toContainEqual(expect.objectContaining({ IntervalsFailed: 1 }));
  expect((await plan('15:05', 'crawl-4')).intervals).toEqual([first(14)]);
  await read(first(14), 20, 'crawl-4');
  expect((await plan('15:05', 'crawl-4')).intervals).toEqual([again(12)]);
  expect(await files('again/')).toEqual([]);
});

test('an execution that dies during its last attempt is noticed and told, and the detector is asked before it is given up', async () => {
  await readThree();
  await plan('14:05');
  await read(first(13), 20);
  for (let attempt = 1; attempt <= 3; attempt++) {
    steps.ledger.now += 10 * 3600_000; // the lease of the one before lapses
    expect((await plan('14:05', `dying-${attempt}`)).intervals).toEqual([again(11)]);
    expect(await begin(again(11), `dying-${attempt}`)).toMatchObject({ repeated: attempt > 1, exhausted: '' });
  }
  steps.ledger.now += 10 * 3600_000;
  expect((await plan('14:05', 'crawl-2')).intervals).toEqual([again(11)]);
  const message = 'execution dying-3 fell silent during attempt 3 of 3: it was stopped, or could not tell why it failed';
  const untold = Object.entries(await steps.ledger.items('untold'));
  expect(untold.map(([key, { detail }]) => [key, detail.attempt])).toEqual([1, 2, 3].map(attempt => [`${hour(11).start} dying-${attempt} again`, attempt]));
  expect(untold[2][1].detail).toMatchObject({ givenUp: false, again: true, error: { name: 'ExecutionSilent', message } });
  expect(await begin(again(11), 'crawl-2')).toMatchObject({ repeated: true, exhausted: `ExecutionSilent: ${message}` });
  await failed(again(11), 'crawl-2');
  expect(await item(11)).toMatchObject({ rows: 20, reread: { givenUp: true } });
});

test('a second reading that a late function began after the plan is told of when it is overtaken', async () => {
  await readFour();
  const late = steps.ledger.handler(before(steps.ledger.client, 'PutItemCommand', hour(11).start, async () => {
    steps.ledger.now += 10 * 3600_000; // the lease lapses while the function is silent
    expect((await plan('14:05', 'crawl-2')).intervals).toEqual([again(11)]);
  }));
  await late({ action: 'begin', settings: SETTLING, interval: again(11), execution: 'crawl-1' });
  await begin(again(11), 'crawl-2');
  expect(Object.values(await steps.ledger.items('untold')).map(({ detail }) => detail)).toEqual([
    expect.objectContaining({ attempt: 1, again: true, error: expect.objectContaining({ name: 'ExecutionSilent' }) }),
  ]);
});

test('a second reading that the detector has taken is not given up: its files take their place, of whichever attempt they are', async () => {
  await readThree();
  await plan('14:05');
  await read(first(13), 20);
  let taken = '';
  for (let attempt = 1; attempt <= 4; attempt++) {
    await plan('14:05', `crawl-${attempt}`);
    const { folder, exhausted } = await begin(again(11), `crawl-${attempt}`);
    expect(exhausted === '').toBe(attempt <= 3);
    if (attempt === 1) await put(taken = folder, 25); // and it is detected; what comes after it fails
    if (attempt === 2) await put(folder, 26);
    await failed(again(11), `crawl-${attempt}`, { undecided: true });
  }
  expect(await item(11)).toMatchObject({ rows: 20, reread: { state: 'FAILED', attempts: 4 } });
  await plan('14:05', 'crawl-5');
  await begin(again(11), 'crawl-5');
  await steps.handle({
    action: 'finished',
    settings: SETTLING,
    interval: again(11),
    execution: 'crawl-5',
    statement: { Id: '', Status: 'FINISHED' },
    detection: { interval: hour(11), ...detection(25), files: taken },
  });
  expect(await item(11)).toMatchObject({ rows: 25, reread: { state: 'FINISHED', files: taken, placed: true } });
  expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
  expect(await files('again/')).toEqual([]);
});

test('whoever reads the folder of an interval meanwhile finds the rows of one reading, and never those of both or none', async () => {
  for (const rows of [25, undefined]) {
    await beginAnew();
    await readFour();
    const seen: string[][] = [];
    const send = steps.ledger.files.send.bind(steps.ledger.files);
    await unload(again(11), rows);
    const spied = jest.spyOn(steps.ledger.files, 'send').mockImplementation(async (command: any) => {
      const answer = await send(command);
      const { Contents = [] } = await send(new ListObjectsV2Command({ Bucket: 'data', Prefix: 'live/20261123/1200/' }));
      seen.push(await Promise.all(Contents.map(async ({ Key }) => (await send(new GetObjectCommand({ Bucket: 'data', Key }))).Body!.transformToString())));
      return answer;
    });
    await finishedWith(rows ?? 0, again(11));
    spied.mockRestore();
    const states = seen.map(found => found.join('+')).filter((found, index, all) => found !== all[index - 1]);
    expect(states).toEqual(['20', String(rows ?? '')]);
  }
});

test('an execution that comes too late to put files in their place leaves them as they are', async () => {
  await readFour();
  await unload(again(11), 25);
  const send = steps.ledger.files.send.bind(steps.ledger.files);
  const spied = jest.spyOn(steps.ledger.files, 'send').mockImplementationOnce(async (command: any) => {
    spied.mockRestore();
    steps.ledger.now += 10 * 3600_000; // another execution takes over, and does the rest
    await plan('14:05', 'crawl-2');
    return send(command);
  });
  await expect(finishedWith(25, again(11))).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
  expect(await item(11)).toMatchObject({ reread: { placed: true } });
});

test.each(['GetItemCommand', 'PutItemCommand'] as const)('a run that breaks at any %s of the end is repeated: the bucket holds the newest files only', async command => {
  for (const start of [hour(11).start, 'settled', 'lease']) {
    await beginAnew();
    await readFour();
    await unload(again(11), 25);
    const broken = steps.ledger.handler(before(steps.ledger.client, command, start, async () => { throw new Error('broken'); }));
    await expect(finishedWith(25, again(11), 'crawl-1', broken)).rejects.toThrow('broken');
    // the execution dies: another one takes over
    steps.ledger.now += 10 * 3600_000;
    const { intervals } = await plan('14:05', 'crawl-2');
    if (intervals.length > 0) await read(again(11), 25, 'crawl-2');
    expect((await plan('14:05', 'crawl-2')).intervals).toEqual([]);
    expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
    expect(await files('again/')).toEqual([]);
    expect(await item(11)).toMatchObject({ rows: 25, reread: { state: 'FINISHED', rowsBefore: 20 } });
  }
});
