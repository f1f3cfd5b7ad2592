// SPDX-License-Identifier: Apache-2.0

/** The AWS account of ring 2: moto in a process of its own, and beside it what moto has not: functions, and answers of custom resources. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Activity } from '../../local/activity';
import type { WarehouseEndpoints } from '../../local/cloud-parts';
import { ResponseServer, type CustomResourceResponse } from '../../local/deployment/response-server';
import { startGateway } from '../../local/gateway/gateway';
import { lambdaService } from '../../local/gateway/lambda-service';
import type { FunctionRunner, ProcessOptions } from '../../local/lambda/function-process';
import { Functions } from '../../local/lambda/functions';

/** A function as the launcher tells it. */
interface RegisteredFunction {
  readonly name: string;
  readonly arn: string;
  /** Folder of the code. */
  readonly root: string;
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** A custom resource to create or to delete, as the launcher tells it. */
interface CustomResource {
  readonly request: 'Create' | 'Delete';
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: { readonly ServiceToken: string } & Record<string, unknown>;
  /** Of one that is deleted. */
  readonly physicalId: string | null;
}

/** Names of what is in the account, by kind. */
export type Remaining = Readonly<Record<'stacks' | 'buckets' | 'tables' | 'functions' | 'stateMachines' | 'roles' | 'queues' | 'topics' | 'logGroups', readonly string[]>>;

/** How an execution ended, and the states that it entered. */
export interface MotoExecution {
  readonly status: string;
  readonly error: string | null;
  readonly cause: string | null;
  readonly states: readonly string[];
}

/** Longest time that a custom resource may take, in milliseconds. */
const CUSTOM_RESOURCE_LIMIT = 100_000;

/** Settings of the account. */
export interface MotoAccountOptions {
  /** Python of the virtual environment with moto 5.2.1. */
  readonly python: string;
  readonly directory: string;
  /** When all executions start, in milliseconds since 1970. */
  readonly now: number;
  /** Starts the process of a function. @default - one of the embedded cloud's own */
  readonly startFunction?: (options: ProcessOptions) => FunctionRunner;
  /** Starts the warehouse, given the endpoint of moto's S3. */
  readonly warehouse: (s3Endpoint: string) => Promise<WarehouseEndpoints>;
}

/** A running account. */
export class MotoAccount {
  public static async start(options: MotoAccountOptions): Promise<MotoAccount> {
    const responses = await ResponseServer.start(options.directory);
    const account = new MotoAccount(options, responses);
    try {
      await account.startServers();
    } catch (error) {
      await account.close(); // servers that are left would keep the process, and its message, from ending
      throw error;
    }
    return account;
  }

  /** URL of moto: all services but Lambda and the Data API. */
  public endpoint = '';
  /** Requests that custom resources were sent, in their order: `Create Custom::…`. */
  public readonly requests: string[] = [];
  private readonly environment: Record<string, string> = {};
  private readonly functions: Functions;
  private readonly closers: (() => Promise<void> | void)[] = [];
  private readonly waiting = new Map<string, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  private moto?: ChildProcess;

  private constructor(private readonly options: MotoAccountOptions, private readonly responses: ResponseServer) {
    this.functions = new Functions({
      environment: this.environment,
      host: { node: process.execPath, responses: responses.address, start: options.startFunction },
      logs: join(options.directory, 'logs'),
      activity: new Activity(),
    });
    this.closers.push(() => responses.close(), () => this.functions.close());
  }

  /** Physical names of a stack's resources by logical id, and the types of resources that moto has not. */
  public resources(stack: string): Promise<{ readonly resources: Readonly<Record<string, string>>; readonly skipped: readonly string[] }> {
    return this.ask('resources', { stack });
  }

  /** What the change set of a stack that the CDK has made would do, and to what types of resources. */
  public changes(stack: string): Promise<[action: string, type: string][]> {
    return this.ask('changes', { stack });
  }

  /** What is in the account. */
  public remaining(): Promise<Remaining> {
    return this.ask('remaining', {});
  }

  /** Runs a state machine to its end. */
  public execute(stateMachineArn: string, input: object): Promise<MotoExecution> {
    return this.ask('execute', { stateMachineArn, input, name: randomUUID() });
  }

  /** Waits for the executions of a state machine that others started. */
  public executions(stateMachineArn: string): Promise<MotoExecution[]> {
    return this.ask('executions', { stateMachineArn });
  }

  public async close(): Promise<void> {
    this.moto?.stdin!.end();
    this.moto?.kill();
    for (const closer of this.closers.reverse()) await closer();
  }

  private async startServers(): Promise<void> {
    const gateway = await startGateway({ lambda: lambdaService(this.functions) });
    const host = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk as Buffer)).on('end', () => {
        const content = JSON.parse(Buffer.concat(chunks).toString('utf8')) as never;
        void this.serve(request.url!, content)
          .catch((error: Error) => ({ Status: 'FAILED', Reason: error.message }))
          .then(answer => response.end(JSON.stringify(answer ?? null)));
      });
    });
    await new Promise<void>(resolve => host.listen(0, '127.0.0.1', resolve));
    this.closers.push(() => gateway.close(), () => {
      host.closeAllConnections();
      host.close();
    });
    const settings = {
      hostEndpoint: `http://127.0.0.1:${(host.address() as AddressInfo).port}`,
      lambdaEndpoint: gateway.endpointOf('lambda'),
      codeFolder: join(this.options.directory, 'code'),
      now: this.options.now,
    };
    const moto = this.moto = spawn(this.options.python, [join(__dirname, 'launcher.py'), JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'pipe'] });
    let complaints = '';
    moto.stderr!.setEncoding('utf8').on('data', (text: string) => complaints = (complaints + text).slice(-20_000));
    const ended = new Promise<never>((_, reject) => moto.once('exit', code => {
      const error = new Error(`moto ended with ${code}:\n${complaints}`);
      for (const { reject: refuse } of this.waiting.values()) refuse(error);
      reject(error);
    }));
    ended.catch(() => undefined);
    const lines = createInterface({ input: moto.stdout! });
    const started = new Promise<string>(resolve => lines.on('line', line => {
      const answer = JSON.parse(line) as { endpoint?: string; id?: string; result?: never; error?: string };
      if (answer.endpoint !== undefined) return resolve(answer.endpoint);
      const { resolve: give, reject } = this.waiting.get(answer.id!)!;
      this.waiting.delete(answer.id!);
      if (answer.error === undefined) give(answer.result!);
      else reject(new Error(`moto: ${answer.error}\n${complaints}`));
    }));
    this.endpoint = await Promise.race([started, ended]);
    const { dataApiEndpoint, redshiftEndpoint, close } = await this.options.warehouse(this.endpoint);
    this.closers.push(() => close?.());
    await this.ask('configure', { settings: { dataApiEndpoint } });
    Object.assign(this.environment, {
      PATH: process.env.PATH ?? '',
      HOME: this.options.directory,
      TZ: ':UTC',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'ring2',
      AWS_SECRET_ACCESS_KEY: 'ring2',
      AWS_EC2_METADATA_DISABLED: 'true',
      NODE_EXTRA_CA_CERTS: this.responses.certificateFile,
      NODE_PATH: join(__dirname, '..', '..', 'node_modules'),
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ENDPOINT_URL_LAMBDA: settings.lambdaEndpoint,
      AWS_ENDPOINT_URL_REDSHIFT: redshiftEndpoint,
      AWS_ENDPOINT_URL_REDSHIFT_DATA: dataApiEndpoint,
    });
  }

  private ask<Result>(command: string, content: object): Promise<Result> {
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.moto!.stdin!.write(`${JSON.stringify({ id, command, ...content })}\n`);
    });
  }

  /** What moto asks of the host. */
  private async serve(path: string, content: never): Promise<unknown> {
    switch (path) {
      case '/function': return this.register(content);
      case '/function-removed': return this.functions.remove((content as { name: string }).name);
      default: return this.requestCustomResource(content);
    }
  }

  private register(definition: RegisteredFunction): void {
    this.functions.register({ ...definition, logicalId: definition.name });
  }

  private async requestCustomResource(resource: CustomResource): Promise<CustomResourceResponse> {
    this.requests.push(`${resource.request} ${resource.type}`);
    const { url, response } = this.responses.expect();
    const event = {
      RequestType: resource.request,
      ServiceToken: resource.properties.ServiceToken,
      ResponseURL: url,
      StackId: resource.stackId,
      RequestId: randomUUID(),
      ResourceType: resource.type,
      LogicalResourceId: resource.logicalId,
      ...resource.request === 'Delete' && { PhysicalResourceId: resource.physicalId },
      ResourceProperties: resource.properties,
    };
    const outcome = await this.functions.invoke(resource.properties.ServiceToken, JSON.stringify(event));
    if (!outcome) throw new Error(`the ServiceToken ${resource.properties.ServiceToken} is no function`);
    if ('failure' in outcome) throw new Error(`${outcome.failure.errorType}: ${outcome.failure.errorMessage}`);
    let timer: NodeJS.Timeout;
    const limit = new Promise<never>((_, reject) => timer = setTimeout(
      () => reject(new Error(`${resource.logicalId} had no answer after ${CUSTOM_RESOURCE_LIMIT / 1000} seconds`)), CUSTOM_RESOURCE_LIMIT));
    return Promise.race([response, limit]).finally(() => clearTimeout(timer));
  }
}
