// SPDX-License-Identifier: Apache-2.0

import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { Activity } from './activity';
import type { StackArtifact } from './assembly/assembly';
import type { PseudoParameters } from './assembly/intrinsics';
import { SimulatedClock } from './clock';
import { CustomResources } from './deployment/custom-resources';
import { ResponseServer } from './deployment/response-server';
import { Tables } from './dynamodb/tables';
import { EventBuses } from './gateway/event-buses';
import { FunctionUrls } from './gateway/function-urls';
import { startGateway, type Gateway } from './gateway/gateway';
import { lambdaService } from './gateway/lambda-service';
import { Topics } from './gateway/notifications';
import { Roles } from './gateway/roles';
import { schedulerService } from './gateway/scheduler-service';
import { statesService } from './gateway/states-service';
import type { InvocationInterference } from './lambda/function-pool';
import { Functions } from './lambda/functions';
import type { CloudServices } from './resources/resource';
import { startS3Server } from './s3/server';
import { Scheduler } from './schedule/scheduler';
import { StateMachines } from './states/state-machines';

/** Endpoints of a warehouse: the Redshift Data API and the Redshift API. */
export interface WarehouseEndpoints {
  readonly dataApiEndpoint: string;
  readonly redshiftEndpoint: string;
  /** Called when the cloud is closed. */
  close?(): Promise<void>;
}

/** What a warehouse is started with. */
export interface WarehouseSurroundings {
  readonly s3Endpoint: string;
  readonly now: () => Date;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
}

/** A service whose requests can be led through a proxy. */
export type RoutedService = 's3' | 'dynamodb' | 'redshift-data';

/** Settings of an embedded cloud. */
export interface EmbeddedCloudOptions {
  /** Folder of the synthesised app (cdk.out). */
  readonly assembly: string;
  /** Folder for objects, logs and files; created when it is not there. Empty before the first start. */
  readonly directory: string;
  /** Where the simulated clock begins. */
  readonly now: Date;
  /** The warehouse, or what starts one once S3 and the clock are there. @default - statements fail */
  readonly warehouse?: WarehouseEndpoints | ((surroundings: WarehouseSurroundings) => Promise<WarehouseEndpoints>);
  /** Region of stacks that name none. @default us-east-1 */
  readonly region?: string;
  /** Account of stacks that name none. @default 123456789012 */
  readonly account?: string;
  /**
   * Longest time in milliseconds of real time that a Wait state or the pause before a retry holds the simulated clock while statements or
   * invocations run. Smaller: time limits are reached sooner. @default 2000
   */
  readonly longestRealWait?: number;
  /**
   * Given the endpoint of a service that functions, state machines and the warehouse call, returns the one that they are told: that of a
   * proxy which loses or refuses requests. @default - the endpoint itself
   */
  readonly route?: (service: RoutedService, endpoint: string) => Promise<string>;
  /**
   * What Lambda's clock shows when a function is invoked, in milliseconds since 1970, given the simulated time.
   * @default - functions see the machine's own clock
   */
  readonly functionClock?: (simulated: Date) => number;
  /** Comes between invocations and their outcomes. @default - nothing does */
  readonly interfere?: InvocationInterference;
  /** Error code with which an event bus refuses an event of a detail type; undefined: it takes it. @default - events are taken */
  readonly refuseEvent?: (detailType: string) => string | undefined;
  /** Told of every resource before it is made. */
  readonly onResource?: (where: string) => void;
}

/** Functions are run by a TypeScript file that Node reads without a compiler. */
const LEAST_NODE = 24;

/** The servers and services of an embedded cloud. */
export interface CloudParts {
  readonly clock: SimulatedClock;
  readonly services: Omit<CloudServices, 'assembly'>;
  readonly gateway: Gateway;
  /** Environment variables of functions. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends everything, the last first. */
  close(): Promise<void>;
}

/** Ends one part. */
type Closer = () => Promise<void> | void;

/** Credentials that every request here carries; only function URLs check them. */
const CREDENTIALS = { accessKeyId: 'AKIAEMBEDDEDCLOUD000', secretAccessKey: 'embedded' };

/** Starts all servers; `first` is the first stack, whose region and account are the cloud's. What was started before an error is ended. */
export async function startParts(options: EmbeddedCloudOptions, first: StackArtifact): Promise<CloudParts> {
  if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
    throw new Error(`the embedded cloud needs Node ${LEAST_NODE} or newer, this is ${process.version}: put node_modules/.bin first in PATH, as npm's scripts do`);
  }
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...await startAll(options, first, closers), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startAll(options: EmbeddedCloudOptions, first: StackArtifact, closers: Closer[]): Promise<Omit<CloudParts, 'close'>> {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  const clock = new SimulatedClock(options.now);
  const { region, account, partition } = pseudoParameters(options, first);
  const activity = new Activity();
  const s3 = await startS3Server(join(directory, 's3'));
  closers.push(() => s3.close());
  const tables = await Tables.start(region);
  closers.push(() => tables.close());
  const route = options.route ?? ((_, endpoint) => Promise.resolve(endpoint));
  const s3Endpoint = await route('s3', s3.endpoint);
  const dynamodbEndpoint = await route('dynamodb', tables.endpoint);
  const responses = await ResponseServer.start(directory);
  closers.push(() => responses.close());
  const warehouse = typeof options.warehouse === 'function'
    ? await options.warehouse({ s3Endpoint, now: () => clock.now(), region, account, partition }) : options.warehouse;
  closers.push(() => warehouse?.close?.());

  const dataApiEndpoint = warehouse && await route('redshift-data', warehouse.dataApiEndpoint);

  const environment: Record<string, string> = {};
  const { functionClock, interfere } = options;
  const host = {
    node: process.execPath, responses: responses.address, clock: functionClock && (() => functionClock(clock.now())), interfere,
  };
  const functions = new Functions({ environment, host, logs: join(directory, 'logs'), activity, clock });
  closers.push(() => functions.close());
  const functionUrls = new FunctionUrls(functions, { ...CREDENTIALS, region, account });
  closers.push(() => functionUrls.close());
  const dataApiClient = (endpoint: string) => new RedshiftDataClient({ endpoint, region, credentials: CREDENTIALS, maxAttempts: 1 });
  const redshiftData = warehouse && dataApiClient(dataApiEndpoint!);
  const ownRedshiftData = warehouse && dataApiClient(warehouse.dataApiEndpoint);
  closers.push(() => redshiftData?.destroy(), () => ownRedshiftData?.destroy());
  const eventBuses = new EventBuses(clock, options.refuseEvent);
  const machines = new StateMachines({
    clock, longestRealWait: options.longestRealWait ?? 2000, targets: { functions, eventBuses, redshiftData, ownRedshiftData, activity, partition },
  });
  const topics = new Topics(clock);
  const roles = new Roles(account);
  const scheduler = new Scheduler(clock, machines, functions);
  const gateway = await startGateway({
    lambda: lambdaService(functions),
    states: statesService(machines),
    sns: topics.service(),
    events: eventBuses.service(),
    sts: roles.service(),
    scheduler: schedulerService(scheduler),
  });
  closers.push(() => gateway.close());
  Object.assign(environment, {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: 'embedded',
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_EXTRA_CA_CERTS: responses.certificateFile,
    NODE_PATH: sdkFolder(),
    AWS_ENDPOINT_URL: gateway.unknownEndpoint,
    ...endpointVariables({
      S3: s3Endpoint,
      DYNAMODB: dynamodbEndpoint,
      LAMBDA: gateway.endpointOf('lambda'),
      SFN: gateway.endpointOf('states'),
      SNS: gateway.endpointOf('sns'),
      EVENTBRIDGE: gateway.endpointOf('events'),
      STS: gateway.endpointOf('sts'),
      SCHEDULER: gateway.endpointOf('scheduler'),
      ...(warehouse && { REDSHIFT: warehouse.redshiftEndpoint, REDSHIFT_SERVERLESS: warehouse.redshiftEndpoint, REDSHIFT_DATA: dataApiEndpoint! }),
    }),
  });
  const services = {
    directory,
    s3,
    tables,
    roles,
    topics,
    eventBuses,
    functions,
    functionUrls,
    machines,
    scheduler,
    customResources: new CustomResources(responses, functions, machines, activity),
  };
  return { clock, services, gateway, environment };
}

/** Environment variables by which the AWS SDKs find a service: AWS_ENDPOINT_URL_<service id>. */
function endpointVariables(services: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(services).map(([id, endpoint]) => [`AWS_ENDPOINT_URL_${id}`, endpoint]));
}

/** Values of the pseudo parameters of a stack: its own environment, or the options'. */
export function pseudoParameters(options: EmbeddedCloudOptions, { name, environment }: StackArtifact): PseudoParameters {
  const region = environment.region ?? options.region ?? 'us-east-1';
  const account = environment.account ?? options.account ?? '123456789012';
  const china = region.startsWith('cn-');
  const partition = china ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return {
    region,
    account,
    partition,
    urlSuffix: china ? 'amazonaws.com.cn' : 'amazonaws.com',
    stackName: name,
    stackId: `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/embedded`,
  };
}

/** The node_modules folder from which functions take the SDK that Lambda's runtime brings. */
function sdkFolder(): string {
  const client = createRequire(__filename).resolve('@aws-sdk/client-lambda/package.json');
  return dirname(dirname(dirname(client)));
}
