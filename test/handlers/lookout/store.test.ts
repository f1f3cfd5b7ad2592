// SPDX-License-Identifier: Apache-2.0

import * as fc from 'fast-check';
import { alert, detector, group, HOSTILE, metricSet } from './records';
import { onEachStore } from './stores';
import {
  StoreConflict, type AlertRecord, type DetectorRecord, type FeedbackRecord, type MetricSetRecord, type Page, type PageRequest, type Store,
} from '../../../handlers/lookout/store';

async function walk<T>(list: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[][]> {
  const pages: T[][] = [];
  let from: string | undefined;
  do {
    const page = await list({ limit, ...from !== undefined && { from } });
    pages.push(page.items);
    from = page.next;
  } while (from !== undefined);
  return pages;
}

onEachStore(makeStore => {
  let store: Store;
  beforeEach(async () => { store = await makeStore(); });

  describe('detectors', () => {
    test('gives back what was created, and refuses a second one of the name', async () => {
      const tags = JSON.parse('{"__proto__":"tag","a b":""}') as Record<string, string>;
      const record = detector('one', { description: HOSTILE, kmsKeyArn: 'arn:aws:kms:x', tags });
      await store.createDetector(record);

      const found = await store.getDetector(record.arn);
      expect(found).toEqual(record);
      expect(Object.entries(found!.tags!)).toEqual([['__proto__', 'tag'], ['a b', '']]);
      await expect(store.createDetector(detector('one'))).rejects.toThrow(StoreConflict);
      expect(await store.getDetector(record.arn)).toEqual(record);
      expect(await store.getDetector(`${record.arn}x`)).toBeUndefined();
    });

    test('only one of many that create the same detector at once succeeds', async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => store.createDetector(detector('same'))));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('a record that was read or written is a copy', async () => {
      const record = { ...detector('copy'), tags: { a: '1' } };
      await store.createDetector(record);
      record.tags.a = '2';
      const found = await store.getDetector(record.arn);
      (found!.tags as Record<string, string>).a = '3';
      expect((await store.getDetector(record.arn))!.tags).toEqual({ a: '1' });
    });

    test('sets only the attributes given', async () => {
      const { arn } = detector('two');
      await store.createDetector(detector('two', { description: 'before', tags: { a: 'b' } }));

      const changed = await store.updateDetector(arn, { description: 'after', modifiedAt: 5, kmsKeyArn: undefined });
      expect(changed).toEqual(detector('two', { description: 'after', modifiedAt: 5, tags: { a: 'b' } }));
      expect(await store.getDetector(arn)).toEqual(changed);
      expect(await store.updateDetector(`${arn}x`, { description: 'x' })).toBeUndefined();
      expect(await store.getDetector(`${arn}x`)).toBeUndefined();
    });

    test('changes the status only from a state asked for, and sets and clears the failure', async () => {
      const { arn } = detector('three');
      await store.createDetector(detector('three'));

      const failed = await store.changeStatus(arn, ['ACTIVE', 'INACTIVE'], 'FAILED', 9, { reason: HOSTILE, type: 'ACTIVATION_FAILURE' });
      expect(failed).toEqual(detector('three', { status: 'FAILED', modifiedAt: 9, failureReason: HOSTILE, failureType: 'ACTIVATION_FAILURE' }));
      await expect(store.changeStatus(arn, ['ACTIVE', 'INACTIVE'], 'LEARNING', 10)).rejects.toMatchObject({ name: 'StoreConflict', found: 'FAILED' });
      expect(await store.getDetector(arn)).toEqual(failed);
      expect(await store.changeStatus(arn, ['FAILED'], 'FAILED', 11, { reason: 'again' }))
        .toEqual(detector('three', { status: 'FAILED', modifiedAt: 11, failureReason: 'again' }));
      expect(await store.changeStatus(arn, ['FAILED'], 'ACTIVATING', 12)).toEqual(detector('three', { status: 'ACTIVATING', modifiedAt: 12 }));

      // of an activation, which only its own learning ends
      const learning = detector('three', { status: 'ACTIVATING', modifiedAt: 13, learningId: 'a' });
      expect(await store.changeStatus(arn, ['ACTIVATING'], 'ACTIVATING', 13, undefined, 'a')).toEqual(learning);
      await expect(store.changeLearning(arn, 'b', 'ACTIVE', 14)).rejects.toMatchObject({ name: 'StoreConflict', found: 'ACTIVATING' });
      expect(await store.changeLearning(arn, 'a', 'BACK_TEST_ACTIVE', 15)).toEqual({ ...learning, status: 'BACK_TEST_ACTIVE', modifiedAt: 15 });
      expect(await store.changeLearning(arn, 'a', 'FAILED', 16, { reason: 'x' })).toEqual(detector('three', { status: 'FAILED', modifiedAt: 16, failureReason: 'x' }));
      await expect(store.changeLearning(arn, 'a', 'ACTIVE', 17)).rejects.toMatchObject({ name: 'StoreConflict', found: 'FAILED' });
      await expect(store.changeLearning(`${arn}x`, 'a', 'ACTIVE', 17)).rejects.toMatchObject({ name: 'StoreConflict', found: undefined });

      const missing = await store.changeStatus(`${arn}x`, ['INACTIVE'], 'ACTIVE', 1).catch((error: unknown) => error);
      expect(missing).toBeInstanceOf(StoreConflict);
      expect((missing as StoreConflict).found).toBeUndefined();
      expect(await store.getDetector(`${arn}x`)).toBeUndefined();
    });

    test('lists in a fixed order, in full pages, without an empty last one', async () => {
      const names = ['d', 'a', 'c', 'b', 'e', 'f'];
      for (const name of names) {
        await store.createDetector(detector(name));
      }
      const namesIn = (pages: DetectorRecord[][]): string[][] => pages.map(page => page.map(({ name }) => name));
      expect(namesIn(await walk(page => store.listDetectors(page), 4))).toEqual([['a', 'b', 'c', 'd'], ['e', 'f']]);
      expect(namesIn(await walk(page => store.listDetectors(page), 3))).toEqual([['a', 'b', 'c'], ['d', 'e', 'f']]);
      expect(namesIn(await walk(page => store.listDetectors(page), 100))).toEqual([['a', 'b', 'c', 'd', 'e', 'f']]);
    });
  });

  describe('metric sets', () => {
    test('a detector has one', async () => {
      const record = metricSet('one', 'set');
      await store.createMetricSet(record);
      expect(await store.getMetricSet(record.arn)).toEqual(record);
      expect(await store.getMetricSet(metricSet('one', 'other').arn)).toBeUndefined();
      expect(await store.getMetricSet('nonsense')).toBeUndefined();
      await expect(store.createMetricSet(metricSet('one', 'other'))).rejects.toMatchObject({ name: 'StoreConflict', found: record.arn });

      const changed = { ...record, definition: { ...record.definition, Offset: 300 } };
      await store.putMetricSet(changed);
      expect(await store.getMetricSet(record.arn)).toEqual(changed);
    });

    test('lists those of one detector and of all', async () => {
      for (const name of ['c', 'a', 'none', 'b', 'd']) {
        await store.createDetector(detector(name));
        if (name !== 'none') {
          await store.createMetricSet(metricSet(name, 'set'));
        }
      }
      const owners = (pages: MetricSetRecord[][]): string[] => pages.map(page => page.map(({ detectorArn }) => detectorArn.split(':').at(-1)).join(''));
      expect(owners(await walk(page => store.listMetricSets(detector('b').arn, page), 10))).toEqual(['b']);
      expect(owners(await walk(page => store.listMetricSets(detector('none').arn, page), 10))).toEqual(['']);
      expect(owners(await walk(page => store.listMetricSets(undefined, page), 3))).toEqual(['abc', 'd']);
      expect(owners(await walk(page => store.listMetricSets(undefined, page), 2))).toEqual(['ab', 'cd']);
    });
  });

  describe('alerts', () => {
    test('are created once, replaced, deleted, and listed by detector', async () => {
      for (const [name, owner] of [['p', 'x'], ['q', 'y'], ['r', 'x'], ['s', 'x']]) {
        await store.createAlert(alert(name, owner));
      }
      await expect(store.createAlert(alert('q', 'x'))).rejects.toThrow(StoreConflict);
      expect(await store.getAlert(alert('q', 'y').arn)).toEqual(alert('q', 'y'));

      await store.putAlert({ ...alert('q', 'y'), description: HOSTILE });
      expect((await store.getAlert(alert('q', 'y').arn))!.description).toBe(HOSTILE);

      const names = (pages: AlertRecord[][]): string[] => pages.map(page => page.map(({ name }) => name).join(''));
      expect(names(await walk(page => store.listAlerts(detector('x').arn, page), 2))).toEqual(['pr', 's']);
      expect(names(await walk(page => store.listAlerts(undefined, page), 3))).toEqual(['pqr', 's']);

      await store.deleteAlert(alert('r', 'x').arn);
      await store.deleteAlert(alert('r', 'x').arn);
      expect(await store.getAlert(alert('r', 'x').arn)).toBeUndefined();
      expect(names(await walk(page => store.listAlerts(detector('x').arn, page), 2))).toEqual(['ps']);
    });
  });

  test('executions are listed newest first', async () => {
    const detectorArn = detector('x').arn;
    for (const start of [1700003600, 900, 1700000000]) {
      await store.putExecution({ detectorArn, start, status: 'IN_PROGRESS' });
    }
    await store.putExecution({ detectorArn, start: 900, status: 'COMPLETED', outcome: { rows: 2 ** 60, anomalyGroupIds: [HOSTILE] } });

    expect(await store.getExecution(detectorArn, 900)).toEqual({ detectorArn, start: 900, status: 'COMPLETED', outcome: { rows: 2 ** 60, anomalyGroupIds: [HOSTILE] } });
    expect(await store.getExecution(detectorArn, 901)).toBeUndefined();
    // a late call changes nothing of one that is completed, another completion does
    for (const status of ['IN_PROGRESS', 'FAILED'] as const) await store.putExecution({ detectorArn, start: 900, status });
    expect(await store.getExecution(detectorArn, 900)).toMatchObject({ status: 'COMPLETED', outcome: { rows: 2 ** 60 } });
    for (const status of ['FAILED', 'IN_PROGRESS'] as const) await store.putExecution({ detectorArn, start: 1700000000, status });
    await store.putExecution({ detectorArn, start: 900, status: 'COMPLETED', outcome: { rows: 2 } });
    expect(await store.getExecution(detectorArn, 900)).toMatchObject({ outcome: { rows: 2 } });
    const pages = await walk(page => store.listExecutions(detectorArn, page), 2);
    expect(pages.map(page => page.map(({ start }) => start))).toEqual([[1700003600, 1700000000], [900]]);
    expect((await store.listExecutions(detector('y').arn, { limit: 5 })).items).toEqual([]);
  });

  describe('groups', () => {
    test('gives back every number and text', async () => {
      await store.putGroup(group('x', 'one'));
      expect(await store.getGroup(detector('x').arn, 'one')).toEqual(group('x', 'one'));
      expect(await store.getGroup(detector('y').arn, 'one')).toBeUndefined();
    });

    test('are listed by end, then by score, and once only, however often they are replaced', async () => {
      const { arn } = detector('x');
      await store.putGroup(group('x', 'early', { end: 3600, score: 99 }));
      await store.putGroup(group('x', 'low', { end: 7200, score: 9.99 }));
      await store.putGroup(group('x', 'high', { end: 7200, score: 100 }));
      await store.putGroup(group('x', 'middle', { end: 7200, score: 10.01 }));
      const ids = (pages: { id: string }[][]): string[][] => pages.map(page => page.map(({ id }) => id));
      expect(ids(await walk(page => store.listGroups(arn, page), 3))).toEqual([['high', 'middle', 'low'], ['early']]);

      await store.putGroup(group('x', 'early', { end: 10800, score: 99, seriesCount: 7 }));
      await store.putGroup(group('x', 'early', { end: 10800, score: 99, seriesCount: 8 }));
      expect(ids(await walk(page => store.listGroups(arn, page), 2))).toEqual([['early', 'high'], ['middle', 'low']]);
      expect((await store.listGroups(arn, { limit: 1 })).items).toEqual([group('x', 'early', { end: 10800, score: 99, seriesCount: 8 })]);
      expect((await store.listGroupSummaries(arn, { limit: 1 })).items).toEqual([{ id: 'early', measure: 'views', start: 3600, end: 10800, score: 99 }]);
      expect(ids(await walk(page => store.listGroupSummaries(arn, page), 3))).toEqual([['early', 'high', 'middle'], ['low']]);
    });

    test('a group that is removed is in no list, and may come back', async () => {
      const { arn } = detector('x');
      for (const id of ['one', 'two']) await store.putGroup(group('x', id, { end: 7200 }));
      await store.putGroup(group('y', 'one'));
      await store.deleteGroup(arn, 'one');
      await store.deleteGroup(arn, 'one');
      await store.deleteGroup(arn, 'never there');
      expect(await store.getGroup(arn, 'one')).toBeUndefined();
      expect((await store.listGroups(arn, { limit: 10 })).items.map(({ id }) => id)).toEqual(['two']);
      expect((await store.listGroupSummaries(arn, { limit: 10 })).items.map(({ id }) => id)).toEqual(['two']);
      expect(await store.getGroup(detector('y').arn, 'one')).toBeDefined();
      await store.putGroup(group('x', 'one', { end: 3600 }));
      expect((await store.listGroups(arn, { limit: 10 })).items.map(({ id }) => id)).toEqual(['two', 'one']);
    });

    test('the order holds for any groups', async () => {
      await fc.assert(fc.asyncProperty(
        fc.uniqueArray(fc.record({
          id: fc.integer({ min: 0, max: 30 }).map(String),
          end: fc.integer({ min: 0, max: 3 }).map(n => n * 1e9),
          score: fc.integer({ min: 0, max: 10000 }).map(n => n / 100),
        }), { selector: ({ id }) => id, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.uuid(),
        async (groups, limit, owner) => {
          for (const given of groups) {
            await store.putGroup(group(owner, given.id, given));
          }
          const listed = (await walk(page => store.listGroupSummaries(detector(owner).arn, page), limit)).flat();
          const sorted = [...groups].sort((a, b) => b.end - a.end || b.score - a.score);
          expect(listed.map(({ end, score }) => [end, score])).toEqual(sorted.map(({ end, score }) => [end, score]));
          expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(groups.map(({ id }) => id)));
        },
      ), { numRuns: 15 });
    });

    test('keeps the most severe series of a group that is too large for one item', async () => {
      const [one] = group('x', 'large').series;
      const series = Array.from({ length: 300 }, (_, index) => ({
        ...one, severity: 100 - index / 10, dimensions: Array.from({ length: 10 }, (__, dimension) => ({ name: `d${dimension}`, value: '\u00e9'.repeat(400) })),
      }));
      const contributions = [{ dimension: 'd0', values: Array.from({ length: 2000 }, (_, index) => ({ value: `${index}`.padStart(500, 'v'), contribution: index === 1999 ? 90 : 10 / 1999 })) }];
      await store.putGroup(group('x', 'large', { series, seriesCount: 300, contributions }));

      const found = await store.getGroup(detector('x').arn, 'large');
      expect(found!.seriesCount).toBe(300);
      expect(found!.series.length).toBeLessThanOrEqual(100);
      expect(found!.series[0]).toEqual(series[0]);
      expect(found!.contributions[0].values.map(({ contribution }) => contribution)).toContain(90);
      expect(Buffer.byteLength(JSON.stringify(found))).toBeLessThan(400_000);
    });
  });

  test('feedback replaces earlier feedback on the same series and is listed by group', async () => {
    const given = (groupId: string, timeSeriesId: string, isAnomaly: boolean): FeedbackRecord => ({ detectorArn: detector('x').arn, groupId, timeSeriesId, isAnomaly, at: 1 });
    await store.putFeedback(given('g', 'a', true));
    await store.putFeedback(given('g', 'b', true));
    await store.putFeedback(given('g', 'a', false));
    await store.putFeedback(given('g2', 'c', true));
    expect(await walk(page => store.listFeedback(detector('x').arn, 'g', page), 1)).toEqual([[given('g', 'a', false)], [given('g', 'b', true)]]);
  });

  test('feedback of any group is listed from a second on, oldest first', async () => {
    const detectorArn = detector('x').arn;
    const given = (groupId: string, timeSeriesId: string, at: number): FeedbackRecord => (
      { detectorArn, groupId, timeSeriesId, isAnomaly: at % 2 > 1, at });
    expect(await walk(page => store.listFeedbackSince(detectorArn, 0, page), 2)).toEqual([[]]);
    const records = [given('z', 'a', 100), given('g', 'a', 101.25), given('g', 'b', 101.5), given('a', 'b', 1_700_000_000.125)];
    for (const record of [records[2], records[0], records[3], records[1]]) {
      await store.putFeedback(record);
    }
    await store.putFeedback({ ...given('g', 'a', 500), detectorArn: detector('y').arn });

    expect(await walk(page => store.listFeedbackSince(detectorArn, 0, page), 3)).toEqual([records.slice(0, 3), records.slice(3)]);
    expect(await walk(page => store.listFeedbackSince(detectorArn, 101.75, page), 1)).toEqual(records.slice(1).map(record => [record]));
    expect(await walk(page => store.listFeedbackSince(detectorArn, 1_700_000_001, page), 1)).toEqual([[]]);

    const changed = { ...given('z', 'a', 1_700_000_009), isAnomaly: true };
    await store.putFeedback(changed);
    expect((await walk(page => store.listFeedbackSince(detectorArn, 0, page), 2)).flat().at(-1)).toEqual(changed);
  });

  test('deleting a detector removes everything of it and nothing else', async () => {
    for (const name of ['x', 'xy']) {
      const detectorArn = detector(name).arn;
      await store.createDetector(detector(name));
      await store.createMetricSet(metricSet(name, 'set'));
      for (let index = 0; index < 3; index++) {
        await store.createAlert(alert(`${name}-${index}`, name));
      }
      for (let index = 0; index < 40; index++) {
        await store.putExecution({ detectorArn, start: index * 3600, status: 'COMPLETED' });
      }
      await store.putGroup(group(name, 'g'));
      await store.putFeedback({ detectorArn, groupId: 'g', timeSeriesId: 'a', isAnomaly: true, at: 1 });
    }
    const { arn } = detector('x');
    await store.deleteDetector(arn);
    await store.deleteDetector(arn);

    expect(await store.getDetector(arn)).toBeUndefined();
    expect(await store.getMetricSet(metricSet('x', 'set').arn)).toBeUndefined();
    expect((await store.listAlerts(undefined, { limit: 10 })).items.map(({ name }) => name)).toEqual(['xy-0', 'xy-1', 'xy-2']);
    await store.createDetector(detector('x'));
    expect((await store.listExecutions(arn, { limit: 10 })).items).toEqual([]);
    expect((await store.listGroups(arn, { limit: 10 })).items).toEqual([]);
    expect((await store.listFeedback(arn, 'g', { limit: 10 })).items).toEqual([]);
    expect((await store.listFeedbackSince(arn, 0, { limit: 10 })).items).toEqual([]);

    const other = detector('xy').arn;
    expect((await store.listExecutions(other, { limit: 100 })).items).toHaveLength(40);
    expect(await store.getGroup(other, 'g')).toEqual(group('xy', 'g'));
    expect((await store.listMetricSets(undefined, { limit: 10 })).items.map(({ detectorArn }) => detectorArn)).toEqual([other]);
  });

  test('a detector begins with nothing of one that had its name', async () => {
    const { arn } = detector('again');
    await store.createDetector(detector('again'));
    await store.createDetector(detector('other'));
    await store.createAlert(alert('others', 'other'));
    await store.putGroup(group('other', 'g'));
    await store.deleteDetector(arn);
    // a run that was under way goes on writing
    await store.putGroup(group('again', 'g'));
    await store.putExecution({ detectorArn: arn, start: 3600, status: 'COMPLETED' });
    await store.createAlert(alert('late', 'again'));
    await store.createDetector(detector('again'));
    expect((await store.listGroups(arn, { limit: 10 })).items).toEqual([]);
    expect((await store.listExecutions(arn, { limit: 10 })).items).toEqual([]);
    expect((await store.listAlerts(undefined, { limit: 10 })).items.map(({ name }) => name)).toEqual(['others']);
    expect((await store.listGroups(detector('other').arn, { limit: 10 })).items).toHaveLength(1);
  });

  test.each(['', 'garbage', 'bnVsbA', Buffer.from('["detectors","","x"]').toString('base64'), '\u{1F600}', 'WyJhIl0'])('refuses the token %j', async token => {
    await store.createDetector(detector('x'));
    await expect(store.listAlerts(undefined, { limit: 1, from: token })).rejects.toThrow(TypeError);
  });

  test('refuses a token of another list or owner', async () => {
    for (const start of [0, 3600, 7200]) {
      await store.putExecution({ detectorArn: detector('x').arn, start, status: 'COMPLETED' });
    }
    const { next } = await store.listExecutions(detector('x').arn, { limit: 1 });
    expect(next).toEqual(expect.any(String));
    await expect(store.listExecutions(detector('y').arn, { limit: 1, from: next! })).rejects.toThrow(TypeError);
    await expect(store.listGroups(detector('x').arn, { limit: 1, from: next! })).rejects.toThrow(TypeError);
  });
});
