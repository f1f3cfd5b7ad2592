// SPDX-License-Identifier: Apache-2.0

import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbStore } from '../../../handlers/lookout/dynamodb-store';
import { MemoryStore } from '../../../handlers/lookout/memory-store';
import type { Store } from '../../../handlers/lookout/store';
import { SERVICE_KEYS } from '../../../src/private/contract';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const dynalite = require('dynalite') as (options: object) => import('node:http').Server;

/** A DynamoDB server in this process, from which tests take empty tables. */
export class DynamoDbServer {
  public static async start(): Promise<DynamoDbServer> {
    const server = dynalite({ createTableMs: 0 });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new DynamoDbServer(server, (server.address() as import('node:net').AddressInfo).port);
  }

  public readonly client: DynamoDBClient;
  private tables = 0;

  private constructor(private readonly server: import('node:http').Server, port: number) {
    this.client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`, region: 'eu-central-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });
  }

  public async createTable(): Promise<string> {
    const name = `service-${++this.tables}`;
    await this.client.send(new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: Object.values(SERVICE_KEYS).map(key => ({ AttributeName: key, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: SERVICE_KEYS.partition, KeyType: 'HASH' },
        { AttributeName: SERVICE_KEYS.sort, KeyType: 'RANGE' },
      ],
    }));
    // dynalite makes a table available a moment after it has answered
    for (let tries = 0; tries < 100; tries++) {
      try {
        await new DynamoDbStore(this.client, name).getDetector('arn:x');
        break;
      } catch {
        await new Promise(resolve => setTimeout(resolve, 5));
      }
    }
    return name;
  }

  /** URL of the server. */
  public async endpoint(): Promise<string> {
    const { protocol, hostname, port } = await this.client.config.endpoint!();
    return `${protocol}//${hostname}:${port}`;
  }

  public async stop(): Promise<void> {
    this.client.destroy();
    this.server.closeAllConnections();
    await new Promise<void>(resolve => this.server.close(() => resolve()));
  }
}

/** Runs the same tests on either store. `makeStore` gives an empty one. */
export function onEachStore(tests: (makeStore: () => Promise<Store>) => void): void {
  describe('MemoryStore', () => {
    tests(async () => new MemoryStore());
  });

  describe('DynamoDbStore', () => {
    let server: DynamoDbServer;
    beforeAll(async () => { server = await DynamoDbServer.start(); });
    afterAll(() => server.stop());
    tests(async () => new DynamoDbStore(server.client, await server.createTable()));
  });
}
