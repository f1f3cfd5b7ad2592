// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type PrintAlert, printingEventBuses, printingFunctions, printingTopics } from './alert-printer';
import { BackgroundWork } from './background-work';
import { type Bundles, loadBundles, type Store } from './bundles';
import { LiveSchedule } from './live-schedule';
import type { LookoutOptions } from './options';
import { PlainBuckets } from './plain-buckets';
import { type DetectEvent, ENVIRONMENT, type SampleEvent, SERVICE_KEYS, type WatchEvent } from '../../src/private/contract';
import { Tables } from '../dynamodb/tables';
import { startFunctionUrl } from '../gateway/function-url';
import { startGateway } from '../gateway/gateway';
import { Roles } from '../gateway/roles';
import { ServiceError } from '../gateway/service';
import { serveBuckets } from '../s3/server';

/** A detection service on this machine. */
export interface LocalService {
  /** Address of the API: for AWS_ENDPOINT_URL_LOOKOUTMETRICS. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** What happens in a service beside its answers. */
export interface LocalServiceEvents {
  readonly alert: PrintAlert;
  readonly failure: (what: string, error: unknown) => void;
}

const NAMES = { stateBucket: 'lookout-models', table: 'lookout', detectFunction: 'lookout-detect', serviceFunction: 'lookout-service' };

/** Longest time of the detect function, as deployed. */
const DETECT_MILLISECONDS = 15 * 60_000;

/**
 * Starts the shipped service and detect functions behind a loopback address. They run in this process, which must start one service only:
 * the AWS clients in the bundles find their endpoints in its environment.
 * @throws Error when the data folder is not there, the bundles are not built, or the port is taken
 */
export async function startLocalService(options: Omit<LookoutOptions, 'help'>, events: LocalServiceEvents): Promise<LocalService> {
  const data = resolve(options.data);
  if (!statSync(data, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`--data must be a folder with a subfolder for each bucket, got ${JSON.stringify(data)}`);
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { endpoint: await start({ ...options, data }, events, closers), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(options: Omit<LookoutOptions, 'help'>, events: LocalServiceEvents, closers: (() => unknown)[]): Promise<string> {
  const { data, region, account } = options;
  const working = mkdtempSync(join(tmpdir(), 'lookout-'));
  closers.push(() => rmSync(working, { recursive: true, force: true }));
  const s3 = await serveBuckets(new PlainBuckets(data, working, NAMES.stateBucket));
  closers.push(() => s3.close());
  const work = new BackgroundWork(events.failure);
  const functions = { detect: (_event: DetectEvent | SampleEvent | WatchEvent): Promise<object> => Promise.reject(new Error('the service is being started')) };
  const gateway = await startGateway({
    sns: printingTopics(events.alert),
    events: printingEventBuses(events.alert),
    sts: new Roles(account, true).service(),
    lambda: printingFunctions({
      start: (name, payload) => {
        if (name !== NAMES.detectFunction) return false;
        const event = payload as DetectEvent;
        work.start(`${event.action} of ${event.detectorArn}`, () => functions.detect(event));
        return true;
      },
      call: async (name, payload) => {
        if (name !== NAMES.detectFunction) throw new ServiceError('ResourceNotFoundException', 404, `function ${name} is not one of the service`);
        return functions.detect(payload as SampleEvent);
      },
    }, events.alert),
  });
  closers.push(() => gateway.close());
  const endpoint = (service: string): string => gateway.endpointOf(service);
  Object.assign(process.env, {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: gateway.unknownEndpoint,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_SNS: endpoint('sns'),
    AWS_ENDPOINT_URL_STS: endpoint('sts'),
    AWS_ENDPOINT_URL_LAMBDA: endpoint('lambda'),
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint('events'),
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_DEV: 'true', // the log goes to this process's console
    POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? 'WARN',
    [ENVIRONMENT.stateBucket]: NAMES.stateBucket,
    [ENVIRONMENT.serviceTable]: NAMES.table,
    [ENVIRONMENT.detectFunction]: NAMES.detectFunction,
  });
  delete process.env.AWS_SESSION_TOKEN;
  delete process.env.AWS_PROFILE;
  if (options.store === 'dynamodb') await startTable(region, closers);
  const bundles = await loadBundles();
  const store = options.store === 'memory' ? bundles.memoryStore() : undefined;
  functions.detect = detectFunction(bundles, store);
  const url = await startFunctionUrl(serviceFunction(bundles, store, { region, account }), options.port);
  closers.push(() => url.close());
  const schedule = new LiveSchedule(event => functions.detect(event), events.failure);
  closers.push(() => schedule.close());
  return url.endpoint;
}

/** A table in a DynamoDB server of this process, which the functions find by the environment. */
async function startTable(region: string, closers: (() => unknown)[]): Promise<void> {
  const tables = await Tables.start(region);
  closers.push(() => tables.close());
  process.env.AWS_ENDPOINT_URL_DYNAMODB = tables.endpoint;
  await tables.create({
    TableName: NAMES.table,
    KeySchema: [{ AttributeName: SERVICE_KEYS.partition, KeyType: 'HASH' }, { AttributeName: SERVICE_KEYS.sort, KeyType: 'RANGE' }],
    AttributeDefinitions: Object.values(SERVICE_KEYS).map(AttributeName => ({ AttributeName, AttributeType: 'S' })),
    BillingMode: 'PAY_PER_REQUEST',
  });
}

function detectFunction({ detect }: Bundles, store: Store | undefined): (event: DetectEvent | SampleEvent | WatchEvent) => Promise<object> {
  const handler = store ? detect.createHandler(() => detect.servicesOfEnvironment(store)) : detect.handler;
  return event => {
    const end = Date.now() + DETECT_MILLISECONDS;
    return handler(event, { getRemainingTimeInMillis: () => Math.max(0, end - Date.now()) });
  };
}

function serviceFunction(
  { service }: Bundles, store: Store | undefined, { region, account }: Pick<LookoutOptions, 'region' | 'account'>,
): (event: object) => Promise<{ readonly payload: unknown }> {
  const handler = store ? service.createHandler(() => store) : service.handler;
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const invokedFunctionArn = `arn:${partition}:lambda:${region}:${account}:function:${NAMES.serviceFunction}`;
  return async event => ({ payload: await handler(event, { invokedFunctionArn, awsRequestId: randomUUID() }) });
}
