// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { CfnResource, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { moduleFunction, removeTemporaryFolders, synthesise, temporaryFolder } from './synthesise';
import { EmbeddedCloud } from '../../local/cloud';
import type { Execution } from '../../local/states/execution';

const START = new Date('2026-11-23T10:00:00Z');

const WORKER = `
import { existsSync } from 'node:fs';
const calls = new Map();
export const handler = async ({ do: action, key, ...rest }) => {
  const count = (calls.get(key) ?? 0) + 1;
  calls.set(key, count);
  if (action === 'fail') { const error = new Error('call ' + count); error.name = rest.name; throw error; }
  if (action === 'fail twice' && count <= 2) { const error = new Error('call ' + count); error.name = 'Busy'; throw error; }
  if (action === 'big') return 'x'.repeat(300_000);
  if (action === 'wait') while (!existsSync(rest.file)) await new Promise((resolve) => setTimeout(resolve, 20));
  return { ...rest, count };
};`;

/** A Data API that answers as it is told: a status for each look, or an error. */
class ScriptedDataApi {
  public static async start(): Promise<ScriptedDataApi> {
    const server = createServer();
    const api = new ScriptedDataApi(server);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk) => { body += chunk; }).on('end', () => {
        const operation = String(request.headers['x-amz-target']).split('.')[1];
        api.requests.push({ operation, input: JSON.parse(body) });
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        if (api.error) response.writeHead(api.error.status).end(JSON.stringify({ __type: api.error.name, Message: 'no' }));
        else if (operation === 'ExecuteStatement') response.end(JSON.stringify({ Id: 'statement', CreatedAt: START.getTime() / 1000 }));
        else response.end(JSON.stringify({ Id: 'statement', Status: api.statuses.length > 1 ? api.statuses.shift() : api.statuses[0] }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  public readonly requests: { operation: string; input: Record<string, unknown> }[] = [];
  public statuses: string[] = [];
  public error: { name: string; status: number } | undefined;
  private constructor(private readonly server: Server) {}

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

type Definition = (workerArn: string) => object;

const task = (worker: string, payload: object, more: object = {}) => ({ Type: 'Task', Resource: worker, Parameters: payload, ...more });
const data = (action: string, parameters: object, more: object = {}) => ({ Type: 'Task', Resource: `arn:aws:states:::aws-sdk:redshiftdata:${action}`, Parameters: parameters, ...more });

const MACHINES: Record<string, Definition> = {
  Context: (worker) => ({
    StartAt: 'Wait',
    States: {
      Wait: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Until' },
      Until: { Type: 'Wait', Timestamp: '2026-11-24T00:00:00Z', Next: 'Each' },
      Each: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 1,
        Next: 'Two',
        ItemSelector: { 'item.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index', 'id.$': '$$.Execution.Id' },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'In map',
          States: {
            'In map': task(worker, {
              'item.$': '$.item',
              'index.$': '$.index',
              'outer.$': '$.id',
              'id.$': '$$.Execution.Id',
              'start.$': '$$.Execution.StartTime',
              'input.$': '$$.Execution.Input.seconds',
              'entered.$': '$$.State.EnteredTime',
              'machine.$': '$$.StateMachine.Name',
              'key': 'map',
            }, { ResultPath: '$', End: true }),
          },
        },
        ResultPath: '$.results',
      },
      Two: {
        Type: 'Parallel',
        ResultPath: '$.both',
        Next: 'Sum',
        Branches: [
          { StartAt: 'Left', States: { Left: { Type: 'Pass', Parameters: { 'start.$': '$$.Execution.StartTime' }, End: true } } },
          { StartAt: 'Right', States: { Right: { Type: 'Pass', Result: false, End: true } } },
        ],
      },
      Sum: {
        Type: 'Pass',
        End: true,
        ResultPath: '$.sum',
        Parameters: { 'value.$': 'States.MathAdd($.seconds, 5)', 'text.$': 'States.Format(\'{} of {} at {}\', $.name, $$.Execution.Name, $$.Execution.StartTime)' },
      },
    },
  }),
  Retry: (worker) => ({
    StartAt: 'Try',
    States: {
      Try: task(worker, { 'do': 'fail twice', 'key.$': '$.key' }, {
        Retry: [{ ErrorEquals: ['Other'] }, { ErrorEquals: ['Busy'], IntervalSeconds: 10, BackoffRate: 3, MaxAttempts: 3, JitterStrategy: 'FULL' }], End: true,
      }),
    },
  }),
  Caught: (worker) => ({
    StartAt: 'Try',
    States: {
      'Try': task(worker, { 'do': 'fail', 'name.$': '$.name', 'key.$': '$.key' }, {
        Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }],
        Catch: [
          { ErrorEquals: ['Busy'], ResultPath: '$.caught', Next: 'Busy' },
          { ErrorEquals: ['States.TaskFailed'], ResultPath: '$.caught', Next: 'Task failed' },
        ],
        End: true,
      }),
      'Busy': { Type: 'Fail', ErrorPath: '$.caught.Error', CausePath: '$.caught.Cause' },
      'Task failed': { Type: 'Pass', End: true },
    },
  }),
  Invoke: (worker) => ({
    StartAt: 'Call',
    States: {
      Call: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { 'FunctionName': worker, 'Payload.$': '$' }, ResultSelector: { 'got.$': '$.Payload', 'status.$': '$.StatusCode' }, End: true },
    },
  }),
  Statement: () => ({
    StartAt: 'Run',
    States: {
      'Run': data('executeStatement', { 'ClusterIdentifier': 'c', 'Database': 'd', 'Sql.$': '$.sql', 'ClientToken.$': 'States.Format(\'{}\', $$.Execution.Name)' }, {
        Retry: [{ ErrorEquals: ['RedshiftData.ActiveStatementsExceededException'], MaxAttempts: 2 }],
        Catch: [{ ErrorEquals: ['RedshiftData.ValidationException', 'RedshiftData.SdkClientException'], Next: 'Refused' }],
        ResultPath: '$.statement',
        Next: 'Wait',
      }),
      'Wait': { Type: 'Wait', Seconds: 60, Next: 'Look' },
      'Look': data('describeStatement', { 'Id.$': '$.statement.Id' }, { ResultPath: '$.statement', Next: 'Ended?' }),
      'Ended?': { Type: 'Choice', Choices: [{ Variable: '$.statement.Status', StringEquals: 'FINISHED', Next: 'Done' }], Default: 'Wait' },
      'Done': { Type: 'Succeed' },
      'Refused': { Type: 'Pass', End: true },
    },
  }),
  Endless: () => ({
    TimeoutSeconds: 3600,
    StartAt: 'Wait',
    States: {
      'Wait': { Type: 'Wait', Seconds: 600, Next: 'Enough?' },
      'Enough?': { Type: 'Choice', Choices: [{ Variable: '$.enough', IsPresent: true, Next: 'Done' }], Default: 'Wait' },
      'Done': { Type: 'Succeed' },
    },
  }),
};

function machine(stack: Stack, id: string, definition: object): CfnResource {
  return new CfnResource(stack, id, { type: 'AWS::StepFunctions::StateMachine', properties: { StateMachineName: id, RoleArn: 'arn:aws:iam::123456789012:role/x', DefinitionString: stack.toJsonString(definition) } });
}

let api: ScriptedDataApi;
let cloud: EmbeddedCloud;

beforeAll(async () => {
  api = await ScriptedDataApi.start();
  const assembly = synthesise((stack) => {
    const worker: lambda.Function = moduleFunction(stack, 'Worker', WORKER);
    for (const [id, definition] of Object.entries(MACHINES)) machine(stack, id, definition(worker.functionArn));
  });
  cloud = await EmbeddedCloud.start({
    assembly,
    directory: temporaryFolder(),
    now: START,
    warehouse: { dataApiEndpoint: api.endpoint, redshiftEndpoint: api.endpoint },
    longestRealWait: 200,
  });
  await cloud.deploy();
});

afterAll(async () => {
  await cloud.close();
  await api.close();
  removeTemporaryFolders();
});

beforeEach(() => {
  api.requests.length = 0;
  api.error = undefined;
});

const run = (id: string, input: object, name?: string): Promise<Execution> => cloud.startExecution(id, input, name);

test('waits move the simulated clock, and the context tells its time, everywhere', async () => {
  const before = Date.now();
  const execution = await run('Context', { seconds: 90, items: ['a', { b: '$$' }, 'c'], name: 'x {} \'y\' (z' }, 'first');
  expect(Date.now() - before).toBeLessThan(10_000);
  const id = 'arn:aws:states:us-east-1:123456789012:execution:Context:first';
  expect(execution).toMatchObject({ arn: id, status: 'SUCCEEDED', startDate: START, stopDate: new Date('2026-11-24T00:00:00Z') });
  const started = '2026-11-23T10:00:00.000Z';
  const output = execution.output as Record<string, any>;
  expect(output.results).toEqual(['a', { b: '$$' }, 'c'].map((item, index) => ({
    item, index, outer: id, id, start: started, input: 90, entered: '2026-11-24T00:00:00.000Z', machine: 'Context', count: index + 1,
  })));
  expect(output.both).toEqual([{ start: started }, false]);
  expect(output.sum).toEqual({ value: 95, text: `x {} 'y' (z of first at ${started}` });
  expect(execution.states).toEqual(expect.arrayContaining(['Wait', 'Until', 'Each', 'In map', 'Two', 'Left', 'Right', 'Sum']));
  expect(execution.states.slice(0, 3)).toEqual(['Wait', 'Until', 'Each']);
  expect(cloud.clock.now()).toEqual(new Date('2026-11-24T00:00:00Z'));
});

test('retries pause on the simulated clock', async () => {
  const before = Date.now();
  const execution = await run('Retry', { key: 'retry' });
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { count: 3 } });
  expect(execution.stopDate!.getTime() - execution.startDate.getTime()).toBe((10 + 30) * 1000);
  expect(Date.now() - before).toBeLessThan(5000);
});

test('errors of functions are retried and caught by their names', async () => {
  const busy = await run('Caught', { name: 'Busy', key: 'busy' });
  expect(busy).toMatchObject({ status: 'FAILED', error: 'Busy' });
  expect(JSON.parse(busy.cause!)).toEqual({ errorType: 'Busy', errorMessage: 'call 2', trace: expect.any(Array) });
  const other = await run('Caught', { name: 'Odd name', key: 'other' });
  expect(other).toMatchObject({ status: 'SUCCEEDED', output: { caught: { Error: 'Odd name' } } });
});

test('lambda:invoke wraps the answer', async () => {
  expect(await run('Invoke', { a: 1, key: 'invoke' })).toMatchObject({ status: 'SUCCEEDED', output: { got: { a: 1, count: 1 }, status: 200 } });
});

test('what is larger than Step Functions takes fails and cannot be caught', async () => {
  const execution = await run('Invoke', { do: 'big' });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded', cause: expect.stringContaining('the limit is 262144') });
});

test('a path that leads nowhere fails the execution with its name', async () => {
  expect(await run('Statement', {})).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('$.sql') });
});

describe('the Redshift Data API', () => {
  test('is called with the parameters of the state; time stands still while the statement runs', async () => {
    api.statuses = ['SUBMITTED', 'STARTED', 'STARTED', 'STARTED', 'FINISHED'];
    const execution = await run('Statement', { sql: 'select $$ü\'"$$' }, 'statement-1');
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { statement: { Id: 'statement', Status: 'FINISHED' } } });
    expect(api.requests[0]).toEqual({ operation: 'ExecuteStatement', input: { ClusterIdentifier: 'c', Database: 'd', Sql: 'select $$ü\'"$$', ClientToken: 'statement-1' } });
    expect(execution.states).toEqual(['Run', 'Wait', 'Look', 'Ended?', 'Done']);
    expect(execution.stopDate!.getTime() - execution.startDate.getTime()).toBe(60_000);
  });

  test('a statement that does not end holds the clock only so long', async () => {
    api.statuses = ['STARTED'];
    setTimeout(() => { api.statuses = ['FINISHED']; }, 900);
    const execution = await run('Statement', { sql: 'select 1' });
    expect(execution.status).toBe('SUCCEEDED');
    const looks = execution.states.filter((state) => state === 'Look').length;
    expect(looks).toBeGreaterThan(2);
    expect(execution.stopDate!.getTime() - execution.startDate.getTime()).toBe(looks * 60_000);
  });

  test.each([
    [{ name: 'ValidationException', status: 400 }, 'SUCCEEDED', 1, 'RedshiftData.ValidationException'],
    [{ name: 'ActiveStatementsExceededException', status: 400 }, 'FAILED', 3, 'RedshiftData.ActiveStatementsExceededException'],
    [{ name: 'ThrottlingException', status: 400 }, 'FAILED', 1, 'RedshiftData.ThrottlingException'],
    [{ name: 'Odd', status: 400 }, 'FAILED', 1, 'RedshiftData.RedshiftDataException'],
  ])('its error %j has the name that Step Functions gives it', async (error, status, calls, name) => {
    api.error = error;
    const execution = await run('Statement', { sql: 'select 1' });
    expect(execution.status).toBe(status);
    expect(status === 'FAILED' ? execution.error : (execution.output as Record<string, unknown>).Error).toBe(name);
    expect(api.requests.filter(({ operation }) => operation === 'ExecuteStatement')).toHaveLength(calls);
  });
});

test('the time limit of a machine counts simulated time', async () => {
  const before = Date.now();
  const execution = await run('Endless', {});
  expect(execution.status).toBe('TIMED_OUT');
  expect(execution.stopDate!.getTime() - execution.startDate.getTime()).toBe(4_200_000);
  expect(Date.now() - before).toBeLessThan(5000);
});

test('executions are started, described, listed and stopped through the API', async () => {
  const { AWS_ENDPOINT_URL_SFN: endpoint, AWS_REGION: region } = cloud.environment;
  const client = new SFNClient({ endpoint, region, credentials: { accessKeyId: 'x', secretAccessKey: 'y' } });
  try {
    const stateMachineArn = cloud.physicalName('Invoke')!;
    const folder = temporaryFolder();
    const inputUntil = (file: string): string => JSON.stringify({ do: 'wait', file: join(folder, file), key: 'api' });
    const input = inputUntil('described');
    const { executionArn, startDate } = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input }));
    expect(startDate).toEqual(cloud.clock.now());
    expect(await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input }))).toMatchObject({ executionArn });
    await expect(client.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }))).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'RUNNING', input });
    writeFileSync(join(folder, 'described'), '');
    await cloud.allExecutionsFinished();
    const done = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(done).toMatchObject({ status: 'SUCCEEDED', name: 'one', stateMachineArn });
    expect(JSON.parse(done.output!)).toMatchObject({ got: { count: 1 } });
    const stopped = await client.send(new StartExecutionCommand({ stateMachineArn, input: inputUntil('stopped') }));
    await client.send(new StopExecutionCommand({ executionArn: stopped.executionArn, error: 'Enough', cause: 'said so' }));
    writeFileSync(join(folder, 'stopped'), '');
    await cloud.allExecutionsFinished();
    expect(await client.send(new DescribeExecutionCommand({ executionArn: stopped.executionArn }))).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'said so' });
    const listed = await client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'ABORTED' }));
    expect(listed.executions!.map((execution) => execution.executionArn)).toEqual([stopped.executionArn]);
    await expect(client.send(new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}x` }))).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    await expect(client.send(new StartExecutionCommand({ stateMachineArn, input: '{' }))).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    await expect(client.send(new StartExecutionCommand({ stateMachineArn, name: 'a b' }))).rejects.toMatchObject({ name: 'InvalidName' });
  } finally {
    client.destroy();
  }
});

describe('a definition that cannot run is refused at deploy, by name', () => {
  const worker = 'arn:aws:lambda:us-east-1:123456789012:function:Worker';
  const one = (state: object) => ({ StartAt: 'Odd state', States: { 'Odd state': { End: true, ...state } } });

  test.each<[string, object, string]>([
    ['an unknown function', one({ Type: 'Task', Resource: worker }), `there is no Lambda function "${worker}"`],
    ['a function of another partition', one({ Type: 'Task', Resource: worker.replace('aws', 'aws-cn') }), 'there is no Lambda function "arn:aws-cn:lambda:'],
    ['an unknown function for lambda:invoke', one({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: worker } }), `there is no Lambda function "${worker}"`],
    ['a misspelt action', one(data('executeStatment', {})), 'the embedded cloud does not know the resource "arn:aws:states:::aws-sdk:redshiftdata:executeStatment"'],
    ['another service', one({ Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage' }), 'the embedded cloud does not know the resource "arn:aws:states:::sqs:sendMessage"'],
    ['another partition', one({ ...data('executeStatement', {}), Resource: 'arn:aws-cn:states:::aws-sdk:redshiftdata:executeStatement' }), 'the embedded cloud does not know the resource "arn:aws-cn:'],
    ['an unknown argument', one(data('executeStatement', { 'SqlText.$': '$.x' })), 'executeStatement of the Redshift Data API has no parameter "SqlText"'],
    ['JSONata', { ...one({ Type: 'Succeed' }), QueryLanguage: 'JSONata' }, 'the embedded cloud does not know the query language "JSONata"'],
    ['variables', one({ Type: 'Pass', Assign: { x: 1 } }), 'the embedded cloud does not know the field Assign'],
    ['a callback', one({ Type: 'Pass', Parameters: { 'token.$': '$$.Task.Token' } }), 'the embedded cloud does not know the context field "$$.Task.Token"'],
    ['a distributed map', one({ Type: 'Map', ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, ...one({ Type: 'Pass' }) } }), 'the embedded cloud does not know distributed maps'],
    ['a state that is not there', { StartAt: 'Odd state', States: { 'Odd state': { Type: 'Pass', Next: 'Nowhere' } } }, 'Nowhere'],
    ['one inside a map', one({ Type: 'Map', ItemProcessor: one({ Type: 'Task', Resource: worker }) }), `there is no Lambda function "${worker}"`],
  ])('%s', async (_, definition, message) => {
    const broken = await EmbeddedCloud.start({ assembly: synthesise((stack) => { machine(stack, 'Broken', definition); }), directory: temporaryFolder(), now: START });
    try {
      const deploying = broken.deploy();
      await expect(deploying).rejects.toThrow(message);
      await expect(deploying).rejects.toThrow('stack Test, resource Broken (Test/Broken, AWS::StepFunctions::StateMachine): state machine Broken');
    } finally {
      await broken.close();
    }
  });
});
