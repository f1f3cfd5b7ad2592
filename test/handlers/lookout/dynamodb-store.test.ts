// SPDX-License-Identifier: Apache-2.0

import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { alert, detector, group } from './records';
import { DynamoDbServer } from './stores';
import { DynamoDbStore } from '../../../handlers/lookout/dynamodb-store';

describe('DynamoDbStore that was broken off', () => {
  let server: DynamoDbServer;
  beforeAll(async () => { server = await DynamoDbServer.start(); });
  afterAll(() => server.stop());

  /** The client fails at the nth request of a kind. */
  function failingAt(command: string, count: number): DynamoDBClientLike {
    let seen = 0;
    return {
      send: async (request: { constructor: { name: string } }) => {
        if (request.constructor.name === command && ++seen === count) {
          throw new Error('broken off');
        }
        return server.client.send(request as never);
      },
    };
  }
  interface DynamoDBClientLike { send(request: object): Promise<unknown> }
  const storeOn = (client: DynamoDBClientLike, table: string): DynamoDbStore => new DynamoDbStore(client as never, table);

  test.each([1, 2, 3])('while it replaced a group (write %i): the group is in the list once', async count => {
    const table = await server.createTable();
    const store = new DynamoDbStore(server.client, table);
    await store.putGroup(group('x', 'g', { end: 7200 }));
    const command = count === 3 ? 'DeleteItemCommand' : 'PutItemCommand';
    const broken = storeOn(failingAt(command, count === 3 ? 1 : count), table);
    await expect(broken.putGroup(group('x', 'g', { end: 10800 }))).rejects.toThrow('broken off');

    const expected = (await store.getGroup(detector('x').arn, 'g'))!;
    expect(expected.end).toBe(count === 3 ? 10800 : 7200);
    expect((await store.listGroupSummaries(detector('x').arn, { limit: 10 })).items).toEqual([{ id: 'g', measure: 'views', start: 3600, end: expected.end, score: 50 }]);
    expect((await store.listGroups(detector('x').arn, { limit: 10 })).items).toEqual([expected]);
    await store.putGroup(group('x', 'g', { end: 14400 }));
    expect((await store.listGroups(detector('x').arn, { limit: 10 })).items).toEqual([group('x', 'g', { end: 14400 })]);
  });

  test.each([1, 2, 3])('while it deleted a detector (batch %i): the detector is there until the rest is gone', async count => {
    const table = await server.createTable();
    const store = new DynamoDbStore(server.client, table);
    await store.createDetector(detector('x'));
    await store.createAlert(alert('a', 'x'));
    for (let index = 0; index < 60; index++) {
      await store.putExecution({ detectorArn: detector('x').arn, start: index * 3600, status: 'COMPLETED' });
    }
    await expect(storeOn(failingAt('BatchWriteItemCommand', count), table).deleteDetector(detector('x').arn)).rejects.toThrow('broken off');
    expect(await store.getDetector(detector('x').arn)).toEqual(detector('x'));

    await store.deleteDetector(detector('x').arn);
    const { Items } = await server.client.send(new ScanCommand({ TableName: table }));
    expect(Items).toEqual([]);
  });

  test('while it replaced a group: what was left behind goes with the detector', async () => {
    const table = await server.createTable();
    const store = new DynamoDbStore(server.client, table);
    await store.createDetector(detector('x'));
    await store.putGroup(group('x', 'g', { end: 7200 }));
    await expect(storeOn(failingAt('DeleteItemCommand', 1), table).putGroup(group('x', 'g', { end: 10800 }))).rejects.toThrow('broken off');
    await store.deleteDetector(detector('x').arn);
    const { Count } = await server.client.send(new QueryCommand({
      TableName: table, KeyConditionExpression: '#p = :p', ExpressionAttributeNames: { '#p': 'partition' }, ExpressionAttributeValues: marshall({ ':p': detector('x').arn }),
    }));
    expect(Count).toBe(0);
  });
});
