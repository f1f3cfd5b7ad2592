// SPDX-License-Identifier: Apache-2.0

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedshiftClient } from '@aws-sdk/client-redshift';
import {
  DescribeStatementCommand, DescribeStatementCommandOutput, ExecuteStatementCommand, ExecuteStatementCommandInput, RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { startWarehouse, Warehouse, WarehouseOptions } from '../../local/redshift/warehouse';
import { S3Server, startS3Server } from '../../local/s3/server';

export const BUCKET = 'data';
export const ROLE = 'arn:aws:iam::123456789012:role/unload';
export const CLUSTER = { ClusterIdentifier: 'lookout', Database: 'l4mdemo' };
export const NOW = new Date('2026-11-23T10:05:06.789Z');

const CREDENTIALS = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** A warehouse with an S3 server, and the AWS clients for both. */
export class TestBed {
  static async start(options: Partial<WarehouseOptions> = {}): Promise<TestBed> {
    const directory = await mkdtemp(join(tmpdir(), 'local-redshift-'));
    const s3Server = await startS3Server(directory);
    s3Server.createBucket(BUCKET);
    const warehouse = await startWarehouse({
      s3Endpoint: s3Server.endpoint, now: () => NOW, clusterIdentifier: CLUSTER.ClusterIdentifier, database: CLUSTER.Database, ...options,
    });
    warehouse.attachRole(ROLE);
    return new TestBed(directory, s3Server, warehouse);
  }

  readonly data: RedshiftDataClient;
  readonly redshift: RedshiftClient;
  readonly s3: S3Client;

  private constructor(readonly directory: string, readonly s3Server: S3Server, readonly warehouse: Warehouse) {
    this.data = new RedshiftDataClient({ endpoint: warehouse.dataApiEndpoint, maxAttempts: 1, ...CREDENTIALS });
    this.redshift = new RedshiftClient({ endpoint: warehouse.redshiftEndpoint, maxAttempts: 1, ...CREDENTIALS });
    this.s3 = new S3Client({ endpoint: s3Server.endpoint, forcePathStyle: true, ...CREDENTIALS });
  }

  async stop(): Promise<void> {
    this.data.destroy();
    this.redshift.destroy();
    this.s3.destroy();
    await this.warehouse.close();
    await this.s3Server.close();
    await rm(this.directory, { recursive: true });
  }

  async execute(Sql: string, more: Partial<ExecuteStatementCommandInput> = {}): Promise<string> {
    return (await this.data.send(new ExecuteStatementCommand({ ...CLUSTER, Sql, ...more }))).Id!;
  }

  /** Runs a statement to its end. */
  async run(sql: string, more: Partial<ExecuteStatementCommandInput> = {}): Promise<DescribeStatementCommandOutput> {
    return this.ended(await this.execute(sql, more));
  }

  async ended(Id: string): Promise<DescribeStatementCommandOutput> {
    for (;;) {
      const description = await this.data.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 5 }));
      if (['FINISHED', 'FAILED', 'ABORTED'].includes(description.Status!)) return description;
    }
  }

  async keys(prefix: string): Promise<string[]> {
    const page = await this.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
    return (page.Contents ?? []).map(object => object.Key!);
  }

  async bytes(key: string): Promise<Buffer> {
    const object = await this.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    return Buffer.from(await object.Body!.transformToByteArray());
  }

  async text(key: string): Promise<string> {
    return (await this.bytes(key)).toString('utf8');
  }
}
