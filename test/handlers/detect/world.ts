// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { HISTORY_DAYS, HISTORY_START, hour, liveKey, shopFile } from './shop';
import { createHandler } from '../../../handlers/detect';
import { AssumedRoles } from '../../../handlers/detect/assumed-roles';
import type { LearningOutcome } from '../../../handlers/detect/learning/learn';
import { ModelStore } from '../../../handlers/detect/model/model-store';
import type { Counts, Services } from '../../../handlers/detect/services';
import { MemoryStore } from '../../../handlers/lookout/memory-store';
import type { AlertRecord, DetectorStatus, GroupRecord, Store } from '../../../handlers/lookout/store';
import { SeriesValuesStore } from '../../../handlers/shared/series-values-store';
import { startS3Server } from '../../../local/s3/server';
import type { DeliverEvent, DetectionOutcome, Frequency, MetricSetConfiguration, WatchEvent } from '../../../src/private/contract';

export const DETECTOR = 'arn:aws:lookoutmetrics:eu-central-1:123456789012:AnomalyDetector:shop';
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:pager';
export const DATA_ROLE = 'arn:aws:iam::123456789012:role/data';
export const ALERT_ROLE = 'arn:aws:iam::123456789012:role/alert';
export const DATA_BUCKET = 'data';
export const STATE_BUCKET = 'state';

/** An alert of the detector, to a topic. */
export function alertRecord(change: Partial<AlertRecord> = {}): AlertRecord {
  const { name = 'pager' } = change;
  return {
    arn: `arn:aws:lookoutmetrics:eu-central-1:123456789012:Alert:${name}`,
    name,
    detectorArn: DETECTOR,
    threshold: 50,
    type: 'SNS',
    status: 'ACTIVE',
    action: { SNSConfiguration: { RoleArn: ALERT_ROLE, SnsTopicArn: TOPIC } },
    createdAt: 1,
    modifiedAt: 1,
    ...change,
  };
}

type Definition = Omit<MetricSetConfiguration, 'MetricSetName'>;
type CsvFormat = Definition['MetricSource']['S3SourceConfig']['FileFormatDescriptor']['CsvFormatDescriptor'];

/** What a test's metric set differs in. */
export interface Setup {
  readonly frequency?: Frequency;
  readonly status?: DetectorStatus;
  readonly definition?: Partial<Definition>;
  readonly csv?: Partial<CsvFormat>;
  readonly history?: string[];
  readonly tags?: Record<string, string>;
  /** Leaves what is in the data bucket. */
  readonly keepsData?: boolean;
}

/** A request that STS, SNS or Lambda got. */
export interface Captured {
  readonly path: string;
  /** Parameters of a query protocol request. */
  readonly parameters: Record<string, string>;
  readonly body: string;
  /** Access key that signed it: the assumed role's name, here. */
  readonly accessKey: string;
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks).toString())).on('error', reject);
  });
}

/** S3, STS, SNS and Lambda on loopback ports; everything else is the shipped code. */
export class World {
  public static async start(): Promise<World> {
    const directory = mkdtempSync(join(tmpdir(), 'detect-'));
    const s3 = await startS3Server(directory);
    s3.createBucket(DATA_BUCKET);
    s3.createBucket(STATE_BUCKET);
    const world = new World(directory, s3);
    await world.startServer();
    return world;
  }

  public readonly captured: Captured[] = [];
  /** Roles that were assumed, as the request's parameters. */
  public readonly assumed: Record<string, string>[] = [];
  public readonly counts: Counts[] = [];
  /** Deliveries that were handed over. */
  public readonly later: DeliverEvent[] = [];
  /** Runs for single detectors that were handed over. */
  public readonly watched: WatchEvent[] = [];
  public readonly logged: { readonly level: string; readonly message: string; readonly fields: Record<string, unknown> }[] = [];
  public store: Store = new MemoryStore();
  public client!: S3Client;
  private readonly server = createServer((request, response) => {
    void readBody(request).then(body => {
      const accessKey = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const captured = { path: request.url!, parameters: Object.fromEntries(new URLSearchParams(body)), body, accessKey };
      const { parameters } = captured;
      response.setHeader('content-type', 'text/xml');
      if (parameters.Action === 'AssumeRole') {
        this.assumed.push(parameters);
        if (this.refusesRoles()) {
          response.statusCode = 403;
          response.end('<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not allowed to assume</Message></Error></ErrorResponse>');
          return;
        }
        const name = parameters.RoleArn.split('/').at(-1);
        response.end('<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
          + `<AccessKeyId>${name}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>`
          + '</Credentials></AssumeRoleResult></AssumeRoleResponse>');
        return;
      }
      if (this.refuses(captured)) {
        response.statusCode = 403;
        response.end('<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not allowed to publish</Message></Error></ErrorResponse>');
        return;
      }
      this.captured.push(captured);
      if (parameters.Action === 'Publish') response.end('<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
      else if (request.headers['x-amz-target'] === 'AWSEvents.PutEvents') response.end(this.answersEvents());
      else response.writeHead(202).end();
    });
  });

  private constructor(private readonly directory: string, private readonly s3: Awaited<ReturnType<typeof startS3Server>>) {}

  /** Decides what SNS answers: true fails. */
  public refuses: (request: Captured) => boolean = () => false;
  /** Decides whether STS refuses a role: true refuses. */
  public refusesRoles: () => boolean = () => false;

  /** What EventBridge answers. */
  public answersEvents: () => string = () => '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}';

  /** Messages published to SNS, as their parameters. */
  public get published(): Record<string, string>[] {
    return this.captured.filter(({ parameters }) => parameters.Action === 'Publish').map(({ parameters }) => parameters);
  }

  public async close(): Promise<void> {
    this.client.destroy();
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
    await this.s3.close();
    rmSync(this.directory, { recursive: true });
  }

  /** A new, empty store with one detector, and empty buckets. */
  public async setUp({ frequency = 'PT1H', status = 'ACTIVATING', definition = {}, csv = {}, history, tags, keepsData = false }: Setup = {}): Promise<void> {
    this.store = new MemoryStore();
    this.captured.length = this.assumed.length = this.counts.length = this.logged.length = this.later.length = this.watched.length = 0;
    this.refuses = this.refusesRoles = () => false;
    const at = 1_700_000_000;
    await this.clear(STATE_BUCKET);
    if (!keepsData) await this.clear(DATA_BUCKET);
    await this.store.createDetector({ arn: DETECTOR, name: 'shop', frequency, status: 'INACTIVE', createdAt: at, modifiedAt: at, tags });
    if (status !== 'INACTIVE') await this.store.changeStatus(DETECTOR, ['INACTIVE'], status, at);
    await this.store.createMetricSet({
      arn: 'arn:aws:lookoutmetrics:eu-central-1:123456789012:MetricSet/shop/set',
      detectorArn: DETECTOR,
      name: 'set',
      createdAt: at,
      modifiedAt: at,
      definition: {
        MetricList: [{ MetricName: 'views', AggregationFunction: 'SUM' }, { MetricName: 'revenue', AggregationFunction: 'SUM' }],
        DimensionList: ['platform', 'marketplace'],
        TimestampColumn: { ColumnName: 'timestamp', ColumnFormat: 'yyyy-MM-dd HH:mm:ss' },
        Offset: 300,
        MetricSetFrequency: frequency,
        Timezone: 'UTC',
        MetricSource: {
          S3SourceConfig: {
            RoleArn: DATA_ROLE,
            TemplatedPathList: [`s3://${DATA_BUCKET}/live/{{yyyyMMdd}}/{{HHmm}}/`],
            HistoricalDataPathList: history ?? [`s3://${DATA_BUCKET}/history/`],
            FileFormatDescriptor: {
              CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"', ...csv },
            },
          },
        },
        ...definition,
      },
    });
  }

  /** Keeps all that there is now. Gives what brings it back, which is much quicker than to learn and to detect it again. */
  public async keep(): Promise<() => Promise<void>> {
    const store = structuredClone({ ...this.store });
    const objects = await Promise.all([DATA_BUCKET, STATE_BUCKET].map(async bucket => [bucket, await this.objects(bucket)] as const));
    const lists = [this.captured, this.assumed, this.counts, this.logged, this.later, this.watched]
      .map(list => [list, [...list]] as [unknown[], unknown[]]);
    return async () => {
      await this.setUp();
      this.store = Object.assign(new MemoryStore(), structuredClone(store));
      for (const [bucket, contents] of objects) await Promise.all([...contents].map(([key, content]) => this.put(key, content, bucket)));
      for (const [list, kept] of lists) list.splice(0, Infinity, ...kept);
    };
  }

  /** A handler as in a new Lambda environment, on this world's store or another in its place. */
  public handler(change: Partial<Services> = {}, state: S3Client = this.client): ReturnType<typeof createHandler> {
    const log = (level: string) => (message: unknown, ...extra: unknown[]): void => {
      this.logged.push({ level, message: String(message), fields: Object.assign({}, ...extra) as Record<string, unknown> });
    };
    return createHandler(() => ({
      store: this.store,
      models: new ModelStore(state, STATE_BUCKET),
      values: new SeriesValuesStore(state, STATE_BUCKET),
      roles: new AssumedRoles(),
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      count: (_detector, counts) => { this.counts.push(counts); },
      invokeLater: async event => {
        if (event.action === 'watch') this.watched.push(event);
        else this.later.push(event);
      },
      wait: async () => undefined,
      ...change,
    }));
  }

  /** The series' values as another function reads them. */
  public values(): SeriesValuesStore {
    return new SeriesValuesStore(this.client, STATE_BUCKET);
  }

  public async learn(handler = this.handler(), backTest = false): Promise<LearningOutcome> {
    return await handler({ action: 'learn', detectorArn: DETECTOR, backTest }) as LearningOutcome;
  }

  /** Detects the interval of an hour (or other frequency) that starts at an instant. */
  public async detect(start: string, handler = this.handler(), { seconds = 3600, chosenByQuery = false } = {}): Promise<DetectionOutcome> {
    const end = new Date(Date.parse(start) + seconds * 1000).toISOString().replace('.000', '');
    return await handler({ action: 'detect', detectorArn: DETECTOR, interval: { start, end }, chosenByQuery }) as DetectionOutcome;
  }

  /** A detector that has learned the shop's history. */
  public async learned(setup: Setup = {}, days = HISTORY_DAYS): Promise<ReturnType<typeof createHandler>> {
    await this.setUp(setup);
    await this.put('history/000', shopFile(HISTORY_START, 24 * days));
    const handler = this.handler();
    await this.learn(handler);
    return handler;
  }

  /** Detects an hour after the history, which has a file of the given content. */
  public async detectHour(handler: ReturnType<typeof createHandler>, number: number, content: string): Promise<DetectionOutcome> {
    await this.put(liveKey(hour(number)), content);
    return this.detect(hour(number), handler);
  }

  public async groups(): Promise<GroupRecord[]> {
    return (await this.store.listGroups(DETECTOR, { limit: 100 })).items;
  }

  public async put(key: string, content: string | Buffer, bucket = DATA_BUCKET): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentLength: Buffer.byteLength(content) }));
  }

  public async remove(key: string, bucket = STATE_BUCKET): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  /** Content of all objects of the state bucket, by key. */
  public state(): Promise<Map<string, Buffer>> {
    return this.objects(STATE_BUCKET);
  }

  public async get(key: string, bucket = STATE_BUCKET): Promise<Uint8Array> {
    return (await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body!.transformToByteArray();
  }

  public async createAlert(change: Partial<AlertRecord> = {}): Promise<AlertRecord> {
    const alert = alertRecord(change);
    await this.store.createAlert(alert);
    return alert;
  }

  private async objects(bucket: string): Promise<Map<string, Buffer>> {
    const { Contents: objects = [] } = await this.client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return new Map(await Promise.all(objects.map(async ({ Key: key }) => [key!, Buffer.from(await this.get(key!, bucket))] as const)));
  }

  private async clear(bucket: string): Promise<void> {
    const { Contents: objects = [] } = await this.client.send(new ListObjectsV2Command({ Bucket: bucket }));
    for (const { Key: key } of objects) await this.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  private async startServer(): Promise<void> {
    this.server.keepAliveTimeout = 60_000;
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    Object.assign(process.env, {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'function',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_S3: this.s3.endpoint,
      AWS_ENDPOINT_URL_STS: endpoint,
      AWS_ENDPOINT_URL_SNS: endpoint,
      AWS_ENDPOINT_URL_LAMBDA: endpoint,
      AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint,
      AWS_MAX_ATTEMPTS: '1',
    });
    this.client = new S3Client({});
  }
}
