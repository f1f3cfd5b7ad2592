// SPDX-License-Identifier: Apache-2.0

import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { before, readHistory, SETTINGS, startLedger, type TestLedger } from './ledger-table';
import type { AttemptPlan, ConnectorSettings, CrawlPlan, Failure, PlannedInterval } from '../../../src/private/contract';

/** Read again two hours after the first reading was due. */
const SETTLING: ConnectorSettings = { ...SETTINGS, settleSeconds: 7200 };

let ledger: TestLedger;
let handle: Awaited<ReturnType<TestLedger['fresh']>>;
let logged: jest.SpyInstance;
beforeAll(async () => { ledger = await startLedger(); });
afterAll(async () => ledger.stop());
beforeEach(async () => {
  ledger.now = Date.parse('2026-11-23T10:05:00Z');
  handle = await ledger.fresh();
  logged = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  await readHistory(handle, '2026-11-23T10:05:00Z', 'bootstrap-1', SETTLING); // the crawl begins at 10:00
  for (const name of await files('live/')) await ledger.files.send(new DeleteObjectCommand({ Bucket: 'data', Key: name }));
});

const hour = (start: number) => ({ start: `2026-11-23T${start}:00:00Z`, end: `2026-11-23T${start + 1}:00:00Z` });
const first = (start: number): PlannedInterval => ({ ...hour(start), reading: 'FIRST_OF_TWO' });
const again = (start: number): PlannedInterval => ({ ...hour(start), reading: 'AGAIN' });
const plan = async (time: string, execution = 'crawl-1', settings = SETTLING) =>
  await handle({ action: 'plan', settings, scheduledTime: `2026-11-23T${time}:00Z`, execution }) as CrawlPlan;
const begin = async (interval: PlannedInterval, execution = 'crawl-1') => await handle({ action: 'begin', settings: SETTLING, interval, execution }) as AttemptPlan;
const put = async (beginning: string, rows = 0) => {
  const Body = String(rows);
  await ledger.files.send(new PutObjectCommand({ Bucket: 'data', Key: `${beginning.replace('s3://data/', '')}000`, Body, ContentLength: Body.length }));
};
/** What the files hold that a reader of an interval's folder finds. */
const rowsIn = async (folder: string) => Promise.all((await files(folder)).map(async Key => (
  (await ledger.files.send(new GetObjectCommand({ Bucket: 'data', Key }))).Body!.transformToString())));
const finished = async (interval: PlannedInterval, rows: number, execution = 'crawl-1', run = handle) => run({
  action: 'finished', settings: SETTLING, interval, execution, statement: { Id: `${interval.reading} ${execution}`, Status: 'FINISHED', ResultRows: rows, Duration: 1e9 },
});
const failed = async (interval: PlannedInterval, execution = 'crawl-1', more = {}) => await handle({
  action: 'failed', settings: SETTLING, interval, execution, error: { Error: 'StatementFailed', Cause: 'out of disk' }, ...more,
}) as Failure;
/** Reads an interval, leaving its file. */
async function read(interval: PlannedInterval, rows: number, execution = 'crawl-1'): Promise<AttemptPlan> {
  const unload = await begin(interval, execution);
  await handle({ action: 'submitted', interval, execution, statementId: `${interval.reading} ${execution}` });
  await put(unload.folder, rows);
  await finished(interval, rows, execution);
  return unload;
}
async function files(prefix: string): Promise<string[]> {
  const { Contents = [] } = await ledger.files.send(new ListObjectsV2Command({ Bucket: 'data', Prefix: prefix }));
  return Contents.map(({ Key }) => Key!);
}
const item = async (start: number) => (await ledger.items('interval'))[hour(start).start];
const metrics = () => logged.mock.calls.map(([line]) => JSON.parse(line));
/** Intervals 10 to 12 are read, 10 when it was settled already. */
async function readThree(): Promise<void> {
  await plan('13:05');
  await read(hour(10), 20);
  for (const start of [11, 12]) await read(first(start), 20);
}

test('an interval is read again when its settle time is over, after the first readings that are missing', async () => {
  expect((await plan('13:04')).intervals).toEqual([first(10), first(11)]);
  expect((await plan('13:05')).intervals).toEqual([{ ...hour(10) }, first(11), first(12)]); // 10 would be due at once: it is settled
});

test('its figures replace those of the first reading, and the ledger says what they were', async () => {
  await plan('12:05');
  for (const start of [10, 11]) await read(first(start), 20);
  expect((await plan('12:05')).intervals).toEqual([]);
  ledger.now = Date.parse('2026-11-23T13:06:00Z');
  expect((await plan('13:05', 'crawl-2')).intervals).toEqual([first(12)]);
  await read(first(12), 20, 'crawl-2');
  expect((await plan('13:05', 'crawl-2')).intervals).toEqual([again(10)]);
  const unload = await read(again(10), 25, 'crawl-2');
  expect(unload.sql).toContain(`TO '${unload.folder}'`);
  expect(unload.sql).not.toContain('CLEANPATH');
  expect(unload.folder).toMatch(/^s3:\/\/data\/again\/20261123\/1100\/[0-9a-f]{12}-$/);
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
  expect((await ledger.items('control')).settled).toMatchObject({ next: hour(11).start });
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
  expect((await ledger.items('control')).settled).toMatchObject({ next: hour(18).start });
});

test('a second reading that fails leaves the first, holds up no other, and is given up after the last attempt', async () => {
  await readThree();
  for (let attempt = 1; attempt <= 3; attempt++) {
    await plan('14:05', `crawl-${attempt}`);
    if (attempt === 1) await read(first(13), 20, 'crawl-1');
    expect((await plan('14:05', `crawl-${attempt}`)).intervals[0]).toEqual(again(11));
    const { folder, previousStatementId } = await begin(again(11), `crawl-${attempt}`);
    expect(previousStatementId).toBe(attempt === 1 ? '' : `statement ${attempt - 1}`);
    await handle({ action: 'submitted', interval: again(11), execution: `crawl-${attempt}`, statementId: `statement ${attempt}` });
    await put(folder);
    const answer = { detail: { attempt, givenUp: attempt === 3, again: true, statementId: `statement ${attempt}` } };
    expect((await failed(again(11), `crawl-${attempt}`)).untold).toMatchObject(answer);
    expect((await failed(again(11), `crawl-${attempt}`)).untold).toMatchObject(answer);
  }
  expect(await item(11)).toMatchObject({ state: 'FINISHED', rows: 20, reread: { state: 'FAILED', givenUp: true, attempts: 3, error: 'StatementFailed: out of disk' } });
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
    ledger.now += 10 * 3600_000; // the lease of the one before lapses
    expect((await plan('14:05', `dying-${attempt}`)).intervals).toEqual([again(11)]);
    expect(await begin(again(11), `dying-${attempt}`)).toMatchObject({ repeated: attempt > 1, exhausted: '' });
  }
  ledger.now += 10 * 3600_000;
  expect((await plan('14:05', 'crawl-2')).intervals).toEqual([again(11)]);
  const message = 'execution dying-3 fell silent during attempt 3 of 3: it was stopped, or could not tell why it failed';
  const untold = Object.entries(await ledger.items('untold'));
  expect(untold.map(([key, { detail }]) => [key, detail.attempt])).toEqual([1, 2, 3].map(attempt => [`${hour(11).start} dying-${attempt} again`, attempt]));
  expect(untold[2][1].detail).toMatchObject({ givenUp: false, again: true, error: { name: 'ExecutionSilent', message } });
  expect(await begin(again(11), 'crawl-2')).toMatchObject({ repeated: true, exhausted: `ExecutionSilent: ${message}` });
  await failed(again(11), 'crawl-2');
  expect(await item(11)).toMatchObject({ rows: 20, reread: { givenUp: true } });
});

test('a second reading that a late function began after the plan is told of when it is overtaken', async () => {
  await readThree();
  await plan('14:05');
  await read(first(13), 20);
  await plan('14:05');
  const late = ledger.handler(before(ledger.client, 'PutItemCommand', hour(11).start, async () => {
    ledger.now += 10 * 3600_000; // the lease lapses while the function is silent
    expect((await plan('14:05', 'crawl-2')).intervals).toEqual([again(11)]);
  }));
  await late({ action: 'begin', settings: SETTLING, interval: again(11), execution: 'crawl-1' });
  await begin(again(11), 'crawl-2');
  expect(Object.values(await ledger.items('untold')).map(({ detail }) => detail)).toEqual([
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
  const detection = {
    interval: hour(11), rows: 25, bytes: 512, rowsRejected: 0, timeSeries: 3, anomalyGroupIds: [], alertsDelivered: 0, alertsUndelivered: 0, detectorStatus: 'ACTIVE', files: taken,
  };
  await handle({ action: 'finished', settings: SETTLING, interval: again(11), execution: 'crawl-5', statement: { Id: '', Status: 'FINISHED' }, detection });
  expect(await item(11)).toMatchObject({ rows: 25, reread: { state: 'FINISHED', files: taken, placed: true } });
  expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
  expect(await files('again/')).toEqual([]);
});

test('whoever reads the folder of an interval meanwhile finds the rows of one reading, and never those of both or none', async () => {
  for (const rows of [25, undefined]) {
    handle = await ledger.fresh();
    await readHistory(handle, '2026-11-23T10:05:00Z', 'bootstrap-1', SETTLING);
    await readThree();
    await plan('14:05');
    await read(first(13), 20);
    await plan('14:05');
    const seen: string[][] = [];
    const send = ledger.files.send.bind(ledger.files);
    const { folder } = await begin(again(11));
    await handle({ action: 'submitted', interval: again(11), execution: 'crawl-1', statementId: 'AGAIN crawl-1' });
    if (rows !== undefined) await put(folder, rows);
    const spied = jest.spyOn(ledger.files, 'send').mockImplementation(async (command: any) => {
      const answer = await send(command);
      const { Contents = [] } = await send(new ListObjectsV2Command({ Bucket: 'data', Prefix: 'live/20261123/1200/' }));
      seen.push(await Promise.all(Contents.map(async ({ Key }) => (await send(new GetObjectCommand({ Bucket: 'data', Key }))).Body!.transformToString())));
      return answer;
    });
    await finished(again(11), rows ?? 0);
    spied.mockRestore();
    const states = seen.map(found => found.join('+')).filter((found, index, all) => found !== all[index - 1]);
    expect(states).toEqual(['20', String(rows ?? '')]);
  }
});

test('an execution that comes too late to put files in their place leaves them as they are', async () => {
  await readThree();
  await plan('14:05');
  await read(first(13), 20);
  await plan('14:05');
  const { folder } = await begin(again(11));
  await handle({ action: 'submitted', interval: again(11), execution: 'crawl-1', statementId: 'AGAIN crawl-1' });
  await put(folder, 25);
  const send = ledger.files.send.bind(ledger.files);
  const spied = jest.spyOn(ledger.files, 'send').mockImplementationOnce(async (command: any) => {
    spied.mockRestore();
    ledger.now += 10 * 3600_000; // another execution takes over, and does the rest
    await plan('14:05', 'crawl-2');
    return send(command);
  });
  await expect(finished(again(11), 25)).rejects.toMatchObject({ name: 'LeaseLost' });
  expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
  expect(await item(11)).toMatchObject({ reread: { placed: true } });
});

test.each(['GetItemCommand', 'PutItemCommand'] as const)('a run that breaks at any %s of the end is repeated: the bucket holds the newest files only', async command => {
  for (const start of [hour(11).start, 'settled', 'lease']) {
    handle = await ledger.fresh();
    await readHistory(handle, '2026-11-23T10:05:00Z', 'bootstrap-1', SETTLING);
    await readThree();
    await plan('14:05');
    await read(first(13), 20);
    await plan('14:05');
    const unload = await begin(again(11));
    await handle({ action: 'submitted', interval: again(11), execution: 'crawl-1', statementId: 'AGAIN crawl-1' });
    await put(unload.folder, 25);
    const broken = ledger.handler(before(ledger.client, command, start, async () => { throw new Error('broken'); }));
    await expect(finished(again(11), 25, 'crawl-1', broken)).rejects.toThrow('broken');
    // the execution dies: another one takes over
    ledger.now += 10 * 3600_000;
    const { intervals } = await plan('14:05', 'crawl-2');
    if (intervals.length > 0) await read(again(11), 25, 'crawl-2');
    expect((await plan('14:05', 'crawl-2')).intervals).toEqual([]);
    expect(await rowsIn('live/20261123/1200/')).toEqual(['25']);
    expect(await files('again/')).toEqual([]);
    expect(await item(11)).toMatchObject({ rows: 25, reread: { state: 'FINISHED', rowsBefore: 20 } });
  }
});

test('a history that is read again holds what came late, so it is not read again', async () => {
  await readThree();
  await readHistory(handle, '2026-11-23T15:05:00Z', 'bootstrap-2', SETTLING);
  expect((await ledger.items('control')).settled).toMatchObject({ next: hour(15).start });
  expect((await plan('17:05')).intervals).toEqual([first(15), first(16)]);
});

describe('a second reading that is under way when the history is read again', () => {
  let folder: string;
  beforeEach(async () => {
    await readThree();
    await plan('14:05');
    await read(first(13), 20);
    await plan('14:05');
    ({ folder } = await begin(again(11)));
    await handle({ action: 'submitted', interval: again(11), execution: 'crawl-1', statementId: 'AGAIN crawl-1' });
    await put(folder, 25);
  });

  /** The execution has ended; the history is read, by two runs; the crawl goes on. */
  const goOn = async () => {
    ledger.now += 10 * 3600_000;
    for (const run of [2, 3]) await readHistory(handle, '2026-11-23T15:05:00Z', `bootstrap-${run}`, SETTLING);
    expect((await ledger.items('control')).settled).toEqual({ next: hour(15).start, grid: expect.any(String), before: hour(11).start });
    await plan('16:05', 'crawl-2');
    await read(first(15), 20, 'crawl-2');
    expect((await plan('16:05', 'crawl-2')).intervals).toEqual([]);
    expect((await ledger.items('control')).settled).toEqual({ next: hour(15).start, grid: expect.any(String) });
    expect(await files('again/')).toEqual([]);
  };

  test('and was finished, without its files being in their place: they are put there', async () => {
    const send = ledger.files.send.bind(ledger.files);
    const spied = jest.spyOn(ledger.files, 'send').mockImplementation(async (command: any) => {
      if (command instanceof CopyObjectCommand) throw new Error('AccessDenied');
      return send(command);
    });
    await expect(finished(again(11), 25)).rejects.toThrow('AccessDenied');
    spied.mockRestore();
    await failed(again(11));
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
    expect(Object.keys(await ledger.items('untold'))).toEqual([`${hour(11).start} crawl-1 again`]);
  });

  test('and had its bucket replaced: that is left alone', async () => {
    ledger.now += 10 * 3600_000;
    const other = { ...SETTLING, bucketName: 'elsewhere' };
    await readHistory(handle, '2026-11-23T15:05:00Z', 'bootstrap-2', SETTLING);
    expect((await plan('15:05', 'crawl-2', other)).intervals).toEqual([]);
    expect((await ledger.items('control')).settled).not.toHaveProperty('before');
    expect(await rowsIn('live/20261123/1200/')).toEqual(['20']);
    expect(await files('again/')).toHaveLength(1);
  });
});

test('without settle time nothing is read again, and once there is one again only what comes then', async () => {
  await readThree();
  expect(await ledger.items('control')).toHaveProperty('lease');
  await plan('13:05');
  expect(await ledger.items('control')).toHaveProperty('settled');
  expect((await plan('14:05', 'crawl-2', SETTINGS)).intervals).toEqual([hour(13)]);
  await read(hour(13), 20, 'crawl-2');
  expect((await plan('14:05', 'crawl-2', SETTINGS)).intervals).toEqual([]);
  expect(await ledger.items('control')).not.toHaveProperty('settled');
  await plan('15:05', 'crawl-3');
  await read(first(14), 20, 'crawl-3');
  expect((await plan('15:05', 'crawl-3')).intervals).toEqual([]);
  expect((await ledger.items('control')).settled).toMatchObject({ next: hour(14).start });
});
