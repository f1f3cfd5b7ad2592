// SPDX-License-Identifier: Apache-2.0

/** The embedded warehouse: Redshift on PGlite, with the Redshift Data API and the part of the Redshift API that the product calls. */
import { randomUUID } from 'node:crypto';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { Cluster, queryError } from './cluster';
import { DataApi } from './data-api';
import { translate } from './dialect';
import { FailurePlan } from './failures';
import { ServerlessNamespace } from './namespace';
import { Database, Postgres } from './postgres';
import { plainRows } from './result-set';
import { ServiceError } from './service-error';
import type { DataApiInput } from './statement-request';
import { StatementRunner } from './statement-runner';
import type { EmptyUnload } from './unload';

/** Settings of an embedded warehouse. */
export interface WarehouseOptions {
  /** Where UNLOAD writes. */
  readonly s3Endpoint: string;
  /** The warehouse's clock: getdate(), sysdate, times of statements. Its time zone is UTC, Redshift's default. */
  readonly now: () => Date;
  readonly clusterIdentifier: string;
  /** Makes the warehouse a workgroup of Redshift Serverless of this name. @default - a provisioned cluster */
  readonly workgroupName?: string;
  readonly database: string;
  /** Secrets that exist. @default - any ARN is accepted */
  readonly secretArns?: readonly string[];
  /** Faults to plan. @default - none */
  readonly failures?: FailurePlan;
  /** Starts the engine that runs the SQL. @default - PGlite, in memory */
  readonly engine?: () => Promise<Database>;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default 123456789012 */
  readonly account?: string;
  /** @default aws */
  readonly partition?: string;
  /** Files of an UNLOAD of no rows; a function is asked at every UNLOAD. @default NO_FILE */
  readonly emptyUnload?: EmptyUnload | (() => EmptyUnload);
  /**
   * How long DescribeStatement waits for a statement to end before it answers that it has not, in milliseconds of real time, when the call
   * itself asks for no wait. For callers whose own waits pass in no time, as under a simulated clock.
   * @default 0
   */
  readonly describeHoldMilliseconds?: number;
}

/** A running warehouse. */
export interface Warehouse {
  /** URL of the Redshift Data API. */
  readonly dataApiEndpoint: string;
  /** URL of the Redshift API (DescribeClusters, ModifyClusterIamRoles) and of the Redshift Serverless API. */
  readonly redshiftEndpoint: string;
  /**
   * Runs one statement at once, in Redshift's SQL with `$1`, `$2`, … for values. Integers, floats and booleans come as such, all else as
   * the text that Redshift shows.
   */
  query<Row = Record<string, unknown>>(sql: string, values?: readonly (string | number | boolean | null)[]): Promise<Row[]>;
  /** Loads CSV without a header into a table (or a table with a list of columns). Gives the number of rows. */
  load(target: string, csv: string): Promise<number>;
  /** Attaches a role to the cluster at once, as if it had been attached long ago. */
  attachRole(arn: string): void;
  /** Whether any statement of the Data API waits for its turn or runs. One that a test lets hang does neither. */
  isWorking(): boolean;
  close(): Promise<void>;
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function asServiceError(error: unknown): ServiceError {
  return error instanceof ServiceError ? error : new ServiceError('InternalServerException', (error as Error).message, 500);
}

async function answerJson(
  api: { answer(operation: string, input: DataApiInput): object | Promise<object> }, operation: string,
  request: IncomingMessage, response: ServerResponse,
): Promise<void> {
  let status = 200;
  let answer: object;
  try {
    answer = await api.answer(operation, JSON.parse(await body(request) || '{}') as DataApiInput);
  } catch (error) {
    const { code, message, status: failed, members } = asServiceError(error);
    status = failed;
    answer = { __type: code, Message: message, ...members };
  }
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() }).end(JSON.stringify(answer));
}

async function answerRedshift(cluster: Cluster, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let status = 200;
  let answer: string;
  try {
    answer = cluster.answer(new URLSearchParams(await body(request)));
  } catch (error) {
    const failure = asServiceError(error);
    status = failure.status;
    answer = queryError(failure);
  }
  response.writeHead(status, { 'content-type': 'text/xml' }).end(answer);
}

/**
 * Starts a warehouse: an empty database in memory and a server on a loopback port. The first start on a machine takes about 4 seconds
 * and saves the database's files in `node_modules/.cache`; later ones take less than one.
 */
export async function startWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  const database = await (options.engine ?? Postgres.start)();
  const cluster = new Cluster({
    clusterIdentifier: options.clusterIdentifier,
    workgroupName: options.workgroupName,
    database: options.database,
    region: options.region ?? 'us-east-1',
    account: options.account ?? '123456789012',
    partition: options.partition ?? 'aws',
  });
  const s3 = new S3Client({
    endpoint: options.s3Endpoint,
    forcePathStyle: true,
    region: cluster.settings.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { emptyUnload = 'NO_FILE' } = options;
  const runner = new StatementRunner({ database, cluster, s3, now: options.now, emptyUnload: () => typeof emptyUnload === 'function' ? emptyUnload() : emptyUnload });
  const api = new DataApi({
    cluster,
    runner,
    failures: options.failures ?? new FailurePlan(),
    now: options.now,
    secretArns: options.secretArns,
    describeHoldMilliseconds: options.describeHoldMilliseconds ?? 0,
  });
  const namespace = options.workgroupName === undefined ? undefined : new ServerlessNamespace(cluster, options.workgroupName);
  const server = createServer((request, response) => {
    const [, service, operation] = /^(RedshiftData|RedshiftServerless)\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? '')) ?? [];
    if (service === 'RedshiftServerless' && namespace) void answerJson(namespace, operation, request, response);
    else void (service === 'RedshiftData' ? answerJson(api, operation, request, response) : answerRedshift(cluster, request, response));
  });
  server.keepAliveTimeout = 60_000; // longer than clients wait between two requests: a connection that is closed at that moment is an error
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    dataApiEndpoint: endpoint,
    redshiftEndpoint: endpoint,
    query: async <Row>(sql: string, values: readonly (string | number | boolean | null)[] = []) => {
      const translated = translate(sql, { now: options.now() }).sql;
      const texts = values.map(value => value === null ? null : String(value));
      return plainRows(await database.exclusive(connection => connection.query(translated, texts))) as Row[];
    },
    load: (target, csv) => database.exclusive(connection => connection.copyFrom(target, Buffer.from(csv, 'utf8'))),
    attachRole: arn => cluster.attachRole(arn),
    isWorking: () => api.isWorking,
    close: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      s3.destroy();
      await database.close();
    },
  };
}
