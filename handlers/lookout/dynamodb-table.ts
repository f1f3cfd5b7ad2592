// SPDX-License-Identifier: Apache-2.0

import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchGetItemCommand, BatchWriteItemCommand, ConditionalCheckFailedException, DeleteItemCommand, GetItemCommand, PutItemCommand,
  QueryCommand, UpdateItemCommand, type AttributeValue, type DynamoDBClient, type KeysAndAttributes, type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { SERVICE_KEYS } from '../../src/private/contract';

/** An item without its keys. */
export type Attributes = Record<string, unknown>;

/** An item as it is read. */
export interface Item {
  readonly sort: string;
  readonly attributes: Attributes;
}

/** Which items of a partition are read, and in which order. */
export interface ItemQuery {
  /** Beginning of the sort key; not empty. */
  readonly prefix: string;
  /** Infinity: all of them. */
  readonly limit: number;
  /** Sort key after which to begin. */
  readonly after?: string;
  readonly backwards?: boolean;
  /** Only items in which the attribute has this value. */
  readonly where?: { readonly attribute: string; readonly value: string };
}

const BATCH_GET_KEYS = 100;
const BATCH_WRITE_REQUESTS = 25;
const { partition: PARTITION, sort: SORT } = SERVICE_KEYS;
const KEY_NAMES = { '#partition': PARTITION, '#sort': SORT };

/** A DynamoDB table with a partition and a sort key (texts), in words of items. Reads are strongly consistent. */
export class DynamoDbTable {
  public constructor(private readonly client: DynamoDBClient, private readonly tableName: string) {}

  public async get(partition: string, sort: string): Promise<Attributes | undefined> {
    const { Item: found } = await this.client.send(new GetItemCommand({
      TableName: this.tableName, Key: key(partition, sort), ConsistentRead: true,
    }));
    return found && unmarshall(found);
  }

  /** Creates or replaces an item, but for one in which the attribute has the value. */
  public async put(
    partition: string, sort: string, attributes: Attributes, except?: { readonly attribute: string; readonly value: string },
  ): Promise<void> {
    const condition = except && {
      ConditionExpression: 'attribute_not_exists(#except) OR #except <> :except',
      ExpressionAttributeNames: { '#except': except.attribute },
      ExpressionAttributeValues: marshall({ ':except': except.value }),
    };
    await unlessConditionFails(this.client.send(new PutItemCommand({
      TableName: this.tableName, Item: encode(partition, sort, attributes), ...condition,
    })));
  }

  /** Replaces an item in which the attribute has the value; false when there is none. */
  public async replace(
    partition: string, sort: string, attributes: Attributes, only: { readonly attribute: string; readonly value: string },
  ): Promise<boolean> {
    const replaced = await unlessConditionFails(this.client.send(new PutItemCommand({
      TableName: this.tableName,
      Item: encode(partition, sort, attributes),
      ConditionExpression: '#only = :only',
      ExpressionAttributeNames: { '#only': only.attribute },
      ExpressionAttributeValues: marshall({ ':only': only.value }),
    })));
    return replaced !== undefined;
  }

  /** Creates an item; false when there is one already. */
  public async create(partition: string, sort: string, attributes: Attributes): Promise<boolean> {
    const created = await unlessConditionFails(this.client.send(new PutItemCommand({
      TableName: this.tableName,
      Item: encode(partition, sort, attributes),
      ConditionExpression: 'attribute_not_exists(#partition)',
      ExpressionAttributeNames: { '#partition': PARTITION },
    })));
    return created !== undefined;
  }

  /**
   * Sets and removes attributes of an existing item. Returns the item after the change; undefined when there is no such item, or
   * `only.attribute` has none of the values; where no values are given, it must be absent.
   */
  public async update(
    partition: string, sort: string, set: Attributes, remove: readonly string[] = [],
    only?: { readonly attribute: string; readonly values: readonly string[] },
  ): Promise<Attributes | undefined> {
    const changes = Object.entries(set).filter(([, value]) => value !== undefined);
    const names: Record<string, string> = { '#partition': PARTITION };
    const values: Attributes = {};
    changes.forEach(([name, value], index) => { names[`#set${index}`] = name; values[`:set${index}`] = value; });
    remove.forEach((name, index) => { names[`#remove${index}`] = name; });
    let condition = 'attribute_exists(#partition)';
    if (only) {
      names['#only'] = only.attribute;
      only.values.forEach((value, index) => { values[`:only${index}`] = value; });
      condition += only.values.length === 0 ? ' AND attribute_not_exists(#only)'
        : ` AND #only IN (${only.values.map((_, index) => `:only${index}`).join(', ')})`;
    }
    const expressions = [
      changes.length > 0 ? `SET ${changes.map((_, index) => `#set${index} = :set${index}`).join(', ')}` : '',
      remove.length > 0 ? `REMOVE ${remove.map((_, index) => `#remove${index}`).join(', ')}` : '',
    ].filter(Boolean);
    const output = await unlessConditionFails(this.client.send(new UpdateItemCommand({
      TableName: this.tableName,
      Key: key(partition, sort),
      ...expressions.length > 0 && { UpdateExpression: expressions.join(' ') },
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ...Object.keys(values).length > 0 && { ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }) },
      ReturnValues: 'ALL_NEW',
    })));
    return output?.Attributes && unmarshall(output.Attributes);
  }

  /** Adds a text to an item's set that has it, or has fewer than `most`; false when it is full, or there is none. */
  public async addToSet(partition: string, sort: string, set: string, element: string, most: number): Promise<boolean> {
    const added = await unlessConditionFails(this.client.send(new UpdateItemCommand({
      TableName: this.tableName,
      Key: key(partition, sort),
      UpdateExpression: 'ADD #set :one',
      ConditionExpression: 'attribute_exists(#set) AND (size(#set) < :most OR contains(#set, :element))',
      ExpressionAttributeNames: { '#set': set },
      ExpressionAttributeValues: marshall({ ':one': new Set([element]), ':element': element, ':most': most }),
    })));
    return added !== undefined;
  }

  /** Makes an item's set; false when there is one already. */
  public async createSet(partition: string, sort: string, set: string, elements: readonly string[]): Promise<boolean> {
    const created = await unlessConditionFails(this.client.send(new UpdateItemCommand({
      TableName: this.tableName,
      Key: key(partition, sort),
      UpdateExpression: 'SET #set = :elements',
      ConditionExpression: 'attribute_not_exists(#set)',
      ExpressionAttributeNames: { '#set': set },
      ExpressionAttributeValues: marshall({ ':elements': new Set(elements) }),
    })));
    return created !== undefined;
  }

  /** Takes texts out of an item's set, those that are in it. An empty set is no longer there. */
  public async removeFromSet(partition: string, sort: string, set: string, elements: readonly string[]): Promise<void> {
    await unlessConditionFails(this.client.send(new UpdateItemCommand({
      TableName: this.tableName,
      Key: key(partition, sort),
      UpdateExpression: 'DELETE #set :elements',
      ConditionExpression: 'attribute_exists(#set)', // else an item would be made
      ExpressionAttributeNames: { '#set': set },
      ExpressionAttributeValues: marshall({ ':elements': new Set(elements) }),
    })));
  }

  public async delete(partition: string, sort: string): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.tableName, Key: key(partition, sort) }));
  }

  /** At most `limit` items in the order of their sort keys, and whether there are more. */
  public async query(partition: string, query: ItemQuery): Promise<{ readonly items: Item[]; readonly more: boolean }> {
    const items: Item[] = [];
    let start = query.after === undefined ? undefined : key(partition, query.after);
    do {
      const output = await this.client.send(new QueryCommand({
        TableName: this.tableName,
        KeyConditionExpression: '#partition = :partition AND begins_with(#sort, :prefix)',
        ...query.where && { FilterExpression: '#where = :where' },
        ExpressionAttributeNames: { ...KEY_NAMES, ...query.where && { '#where': query.where.attribute } },
        ExpressionAttributeValues: marshall(
          { ':partition': partition, ':prefix': query.prefix, ':where': query.where?.value }, { removeUndefinedValues: true },
        ),
        ScanIndexForward: !query.backwards,
        ConsistentRead: true,
        // one more than wanted tells whether there are more; a filter is applied after the limit
        ...!query.where && Number.isFinite(query.limit) && { Limit: query.limit + 1 - items.length },
        ...start && { ExclusiveStartKey: start },
      }));
      for (const found of output.Items ?? []) {
        const attributes = unmarshall(found);
        items.push({ sort: String(attributes[SORT]), attributes });
      }
      start = output.LastEvaluatedKey;
    } while (start && items.length <= query.limit);
    return { items: items.slice(0, query.limit), more: items.length > query.limit };
  }

  /** The items that exist, by their keys. `only` names the attributes wanted; all when absent. */
  public async getMany(keys: readonly (readonly [partition: string, sort: string])[], only?: readonly string[]): Promise<Attributes[]> {
    const found: Attributes[] = [];
    for (let index = 0; index < keys.length; index += BATCH_GET_KEYS) {
      const names = only?.map((name, position) => [`#only${position}`, name] as const) ?? [];
      let request: KeysAndAttributes | undefined = {
        Keys: keys.slice(index, index + BATCH_GET_KEYS).map(([partition, sort]) => key(partition, sort)),
        ConsistentRead: true,
        ...only && {
          ProjectionExpression: ['#partition', '#sort', ...names.map(([placeholder]) => placeholder)].join(', '),
          ExpressionAttributeNames: { ...KEY_NAMES, ...Object.fromEntries(names) },
        },
      };
      for (let attempt = 0; request?.Keys?.length; attempt++) {
        await backOff(attempt);
        const output: { Responses?: Record<string, Record<string, AttributeValue>[]>; UnprocessedKeys?: Record<string, KeysAndAttributes> } =
          await this.client.send(new BatchGetItemCommand({ RequestItems: { [this.tableName]: request } }));
        found.push(...(output.Responses?.[this.tableName] ?? []).map(item => unmarshall(item)));
        request = output.UnprocessedKeys?.[this.tableName];
      }
    }
    return found;
  }

  /** Deletes items by their keys. */
  public async deleteMany(keys: readonly (readonly [partition: string, sort: string])[]): Promise<void> {
    for (let index = 0; index < keys.length; index += BATCH_WRITE_REQUESTS) {
      let requests: WriteRequest[] = keys.slice(index, index + BATCH_WRITE_REQUESTS)
        .map(([partition, sort]) => ({ DeleteRequest: { Key: key(partition, sort) } }));
      for (let attempt = 0; requests.length > 0; attempt++) {
        await backOff(attempt);
        const output = await this.client.send(new BatchWriteItemCommand({ RequestItems: { [this.tableName]: requests } }));
        requests = output.UnprocessedItems?.[this.tableName] ?? [];
      }
    }
  }

  /** Deletes every item of a partition. Can be broken off and done again. */
  public async deletePartition(partition: string): Promise<void> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const output: { Items?: Record<string, AttributeValue>[]; LastEvaluatedKey?: Record<string, AttributeValue> } =
        await this.client.send(new QueryCommand({
          TableName: this.tableName,
          KeyConditionExpression: '#partition = :partition',
          ProjectionExpression: '#partition, #sort',
          ExpressionAttributeNames: KEY_NAMES,
          ExpressionAttributeValues: marshall({ ':partition': partition }),
          ConsistentRead: true,
          ...start && { ExclusiveStartKey: start },
        }));
      await this.deleteMany((output.Items ?? []).map(item => [partition, String(unmarshall(item)[SORT])] as const));
      start = output.LastEvaluatedKey;
    } while (start);
  }
}

function key(partition: string, sort: string): Record<string, AttributeValue> {
  return marshall({ [PARTITION]: partition, [SORT]: sort });
}

function encode(partition: string, sort: string, attributes: Attributes): Record<string, AttributeValue> {
  return marshall({ ...attributes, [PARTITION]: partition, [SORT]: sort }, { removeUndefinedValues: true });
}

/** Undefined when the write's condition did not hold. */
async function unlessConditionFails<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return undefined;
    }
    throw error;
  }
}

/** Waits before a batch's rest is sent again, as DynamoDB asks for: 50 ms, doubled each time, at most 3 s. */
async function backOff(attempt: number): Promise<void> {
  if (attempt > 0) {
    await delay(Math.min(3000, 25 * 2 ** attempt));
  }
}
