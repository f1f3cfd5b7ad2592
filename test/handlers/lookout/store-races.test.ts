// SPDX-License-Identifier: Apache-2.0

/** Changes of records while somebody else changes or deletes them, on DynamoDB: in memory nothing comes in between. */
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { alert, detector, metricSet } from './records';
import { DynamoDbServer } from './stores';
import { DynamoDbStore } from '../../../handlers/lookout/dynamodb-store';
import { StoreConflict, StoreFull, type Store } from '../../../handlers/lookout/store';

let server: DynamoDbServer;
let table: string;
let store: Store;
beforeAll(async () => { server = await DynamoDbServer.start(); });
afterAll(() => server.stop());
beforeEach(async () => {
  table = await server.createTable();
  store = new DynamoDbStore(server.client, table);
  await store.createDetector(detector('x'));
  await store.createMetricSet(metricSet('x', 's'));
  await store.createAlert(alert('a', 'x'));
});

/** A store before whose writes something else happens, so many times. */
function rivalled(rival: () => Promise<unknown>, times = 1): Store {
  let left = times;
  return new DynamoDbStore({
    send: async (request: { constructor: { name: string } }) => {
      if (/^(Put|Update)ItemCommand$/.test(request.constructor.name) && left-- > 0) await rival();
      return server.client.send(request as never);
    },
  } as never, table);
}

const tagged = <T extends { readonly tags?: Record<string, string> }>(key: string) => (record: T): T => ({ ...record, tags: { ...record.tags, [key]: '' } });

/** Each kind of record that has tags. */
const KINDS: [string, {
  readonly change: (store: Store, key: string) => Promise<unknown>;
  readonly read: (store: Store) => Promise<{ readonly tags?: Record<string, string> } | undefined>;
  readonly remove: (store: Store) => Promise<unknown>;
}][] = [
  ['detector', {
    change: (on, key) => on.changeDetectorTags(detector('x').arn, tags => ({ ...tags, [key]: '' })),
    read: on => on.getDetector(detector('x').arn),
    remove: on => on.deleteDetector(detector('x').arn),
  }],
  ['metric set', {
    change: (on, key) => on.changeMetricSet(metricSet('x', 's').arn, tagged(key)),
    read: on => on.getMetricSet(metricSet('x', 's').arn),
    remove: on => on.deleteDetector(detector('x').arn),
  }],
  ['alert', {
    change: (on, key) => on.changeAlert(alert('a', 'x').arn, tagged(key)),
    read: on => on.getAlert(alert('a', 'x').arn),
    remove: on => on.deleteAlert(alert('a', 'x').arn),
  }],
];

describe.each(KINDS)('a %s', (_kind, { change, read, remove }) => {
  test('that is changed in between is changed on top of that', async () => {
    let count = 0;
    await change(rivalled(() => change(store, `rival${++count}`), 3), 'mine');
    expect(Object.keys((await read(store))!.tags!).sort()).toEqual(['mine', 'rival1', 'rival2', 'rival3']);
  });

  test('that is deleted in between does not come back', async () => {
    expect(await change(rivalled(() => remove(store)), 'mine')).toBeFalsy();
    expect(await read(store)).toBeUndefined();
  });

  test('that others change all the time is given up', async () => {
    let count = 0;
    await expect(change(rivalled(() => change(store, `rival${++count}`), Infinity), 'mine')).rejects.toThrow(StoreConflict);
    expect((await read(store))!.tags).not.toHaveProperty('mine');
  });
});

test('a change that is refused changes nothing', async () => {
  await expect(store.changeAlert(alert('a', 'x').arn, () => { throw new RangeError('no'); })).rejects.toThrow('no');
  expect(await store.getAlert(alert('a', 'x').arn)).toEqual(alert('a', 'x'));
});

test('another metric set of the detector is not changed', async () => {
  expect(await store.changeMetricSet(metricSet('x', 'other').arn, tagged('mine'))).toBeUndefined();
  expect((await store.getMetricSet(metricSet('x', 's').arn))!.tags).toBeUndefined();
});

describe('places of a quota', () => {
  const names = async (): Promise<string[]> => (await store.listDetectors({ limit: 10 })).items.map(({ name }) => name);

  test('detectors of a version without places count', async () => {
    // x was made without a place
    await expect(store.createDetector(detector('y'), 1)).rejects.toThrow(StoreFull);
    expect(await names()).toEqual(['x']);
    await store.createDetector(detector('y'), 2);
    await expect(store.createDetector(detector('z'), 2)).rejects.toThrow(StoreFull);
    await store.deleteDetector(detector('x').arn);
    await store.createDetector(detector('z'), 2);
    expect(await names()).toEqual(['y', 'z']);
  });

  test('the place of a detector that is there no more can be had', async () => {
    await store.createDetector(detector('y'), 2);
    await server.client.send(new DeleteItemCommand({ TableName: table, Key: { partition: { S: 'DETECTOR' }, sort: { S: detector('y').arn } } }));
    await store.createDetector(detector('z'), 2);
    expect(await names()).toEqual(['x', 'z']);
    await expect(store.createDetector(detector('y'), 2)).rejects.toThrow(StoreFull);
  });

  test('a detector for which no place could be taken does not stay', async () => {
    let writes = 0;
    const broken = new DynamoDbStore({
      send: async (request: { constructor: { name: string } }) => {
        if (request.constructor.name === 'UpdateItemCommand') throw Object.assign(new Error('too many requests'), { name: 'ThrottlingException' });
        if (request.constructor.name === 'PutItemCommand') writes += 1;
        return server.client.send(request as never);
      },
    } as never, table);
    await expect(broken.createDetector(detector('y'), 5)).rejects.toThrow('too many requests');
    expect(writes).toBe(1);
    await store.createDetector(detector('y'), 5);
    expect(await names()).toEqual(['x', 'y']);
  });
});
