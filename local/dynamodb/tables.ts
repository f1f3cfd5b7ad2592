// SPDX-License-Identifier: Apache-2.0

import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

/** DynamoDB: dynalite, in memory. It knows no TransactWriteItems, no time to live and no streams. */
export class Tables {
  /** Starts it on a loopback port. */
  public static async start(region: string): Promise<Tables> {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' } });
    return new Tables(endpoint, client, () => new Promise((resolve, reject) => {
      server.close((error) => error ? reject(error) : resolve());
      server.closeAllConnections();
    }));
  }

  private constructor(public readonly endpoint: string, private readonly client: DynamoDBClient, private readonly stop: () => Promise<void>) {}

  public async create(input: CreateTableCommandInput): Promise<void> {
    await this.client.send(new CreateTableCommand(input));
    for (;;) {
      const { Table } = await this.client.send(new DescribeTableCommand({ TableName: input.TableName }));
      if (Table?.TableStatus === 'ACTIVE') return;
    }
  }

  public async delete(name: string): Promise<void> {
    await this.client.send(new DeleteTableCommand({ TableName: name }));
  }

  public async close(): Promise<void> {
    this.client.destroy();
    await this.stop();
  }
}
