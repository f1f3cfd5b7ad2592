// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { type AttributeValue, DeleteItemCommand, type DeleteItemCommandInput, type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { LEDGER_KEYS } from '../../src/private/contract';

/** Partition and sort key of an item. */
export interface LedgerKey {
  readonly kind: 'interval' | 'history' | 'historyChunk' | 'control' | 'untold';
  /** Start of the interval or chunk, execution of the history run, or name of the control item or of the untold failure. */
  readonly start: string;
}

/** What an item looked like when it was read; `undefined` content: there was none. */
export interface Seen<T> {
  readonly key: LedgerKey;
  readonly content: T | undefined;
  /** New with every write, never used twice, so that an item that was removed and written again is not taken for the old one. */
  readonly version: string | undefined;
}

/** Times that a write is tried over because another execution wrote in between. */
const TRIES = 20;

/**
 * The table in which the crawl remembers what it did. Every write is a compare and set on the item as it was read: whoever comes second
 * reads again and decides anew. There are no writes across items; the order in which items are written makes each step safe to repeat.
 */
export class Ledger {
  public constructor(private readonly client: DynamoDBClient, private readonly tableName: string) {}

  /** Reads an item, consistently. */
  public async read<T extends object>(key: LedgerKey): Promise<Seen<T>> {
    const { Item } = await this.client.send(new GetItemCommand({ TableName: this.tableName, Key: this.key(key), ConsistentRead: true }));
    return Item ? asSeen(Item) : { key, content: undefined, version: undefined };
  }

  /** Reads the first item of a kind by its sort key, consistently. Undefined when there is none. */
  public async first<T extends object>(kind: LedgerKey['kind']): Promise<Seen<T> | undefined> {
    const { Items: [first] = [] } = await this.client.send(new QueryCommand({
      TableName: this.tableName,
      KeyConditionExpression: '#kind = :kind',
      ExpressionAttributeNames: { '#kind': LEDGER_KEYS.partition },
      ExpressionAttributeValues: { ':kind': { S: kind } },
      Limit: 1,
      ConsistentRead: true,
    }));
    return first && asSeen(first);
  }

  /** Writes an item if it is still as it was seen. Undefined when it is not. Attributes that are `undefined` are left out. */
  public async replace<T extends object>(seen: Seen<T>, content: T): Promise<Seen<T> | undefined> {
    const version = randomUUID();
    const replaced = await this.unlessChanged(this.client.send(new PutItemCommand({
      TableName: this.tableName,
      Item: { ...marshall({ ...content, version }, { removeUndefinedValues: true }), ...this.key(seen.key) },
      ...this.condition(seen),
    })));
    return replaced ? { key: seen.key, content, version } : undefined;
  }

  /** Removes an item if it is still as it was seen. False when it is not. */
  public async remove<T extends object>(seen: Seen<T>): Promise<boolean> {
    return this.unlessChanged(this.client.send(new DeleteItemCommand({
      TableName: this.tableName, Key: this.key(seen.key), ...this.condition(seen),
    })));
  }

  /**
   * Changes an item: `decide` gets it as it is and returns what it shall be, or `undefined` to leave it. Called again whenever another
   * execution was faster. Returns what `decide` returned last. What `decide` waits for has happened after the item was read: whoever makes
   * sure there that the lease is held does not write over what a later holder of the lease wrote.
   */
  public async change<T extends object>(
    key: LedgerKey, decide: (found: T | undefined) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> {
    for (let tried = 0; tried < TRIES; tried++) {
      const seen = await this.read<T>(key);
      const content = await decide(seen.content);
      if (content === undefined || await this.replace(seen, content)) return content;
    }
    throw new Error(`ledger item ${key.kind}/${key.start} in table ${this.tableName} was changed by others ${TRIES} times while it was written: `
      + 'look for a loop of executions in the Crawl state machine');
  }

  private key(key: LedgerKey) {
    return { [LEDGER_KEYS.partition]: { S: key.kind }, [LEDGER_KEYS.sort]: { S: key.start } };
  }

  private condition(seen: Seen<object>): Pick<DeleteItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> {
    return seen.version === undefined
      ? { ConditionExpression: 'attribute_not_exists(#kind)', ExpressionAttributeNames: { '#kind': LEDGER_KEYS.partition } }
      : {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': { S: seen.version } },
      };
  }

  private async unlessChanged(sent: Promise<unknown>): Promise<boolean> {
    try {
      await sent;
      return true;
    } catch (error) {
      if ((error as Error).name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}

function asSeen<T extends object>(item: Record<string, AttributeValue>): Seen<T> {
  const { [LEDGER_KEYS.partition]: kind, [LEDGER_KEYS.sort]: start, version, ...content } = unmarshall(item);
  return { key: { kind, start }, content: content as T, version };
}
