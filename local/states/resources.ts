// SPDX-License-Identifier: Apache-2.0

import { CancelStatementCommand, DescribeStatementCommand, ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import type { Activity } from '../activity';
import type { State } from './definition';
import { TaskFailure, UnknownStateFeature } from './errors';
import type { Entry, EventBuses } from '../gateway/event-buses';
import type { Functions } from '../lambda/functions';

/** Runs the task of a state: takes the state's parameters, gives the result or throws a TaskFailure. */
export type Task = (input: unknown) => Promise<unknown>;

/** What tasks call. */
export interface TaskTargets {
  readonly functions: Functions;
  readonly eventBuses: EventBuses;
  /** Client of the Redshift Data API; undefined: there is no warehouse. */
  readonly redshiftData: RedshiftDataClient | undefined;
  /** Client with which the embedded cloud itself looks whether statements run. */
  readonly ownRedshiftData: RedshiftDataClient | undefined;
  readonly activity: Activity;
  readonly partition: string;
}

/** Arguments of the Data API's operations (SDK 3.1173), by what Step Functions calls them. */
const DATA_API_PARAMETERS: Record<string, readonly string[]> = {
  executeStatement: [
    'ClientToken', 'ClusterIdentifier', 'Database', 'DbUser', 'Parameters', 'ResultFormat', 'SecretArn', 'SessionId', 'SessionKeepAliveSeconds', 'Sql',
    'StatementName', 'WaitTimeSeconds', 'WithEvent', 'WorkgroupName',
  ],
  describeStatement: ['Id', 'WaitTimeSeconds'],
  cancelStatement: ['Id'],
};

/** Statuses of a statement that has ended. */
const ENDED = ['FINISHED', 'FAILED', 'ABORTED'];

/**
 * Finds what a Task state calls. `where` names machine and state. What the embedded cloud does not know is refused here, before anything
 * runs.
 */
export function taskOf(where: string, state: State, targets: TaskTargets): Task {
  const resource = String(state.Resource);
  const unknown = (what: string) => new UnknownStateFeature(`${where}: ${what}`);
  const states = `arn:${targets.partition}:states:::`;
  if (resource === `${states}lambda:invoke`) {
    const name = (state.Parameters as Record<string, unknown> | undefined)?.FunctionName;
    if (name !== undefined && !targets.functions.find(String(name))) throw unknown(`there is no Lambda function ${JSON.stringify(name)}`);
    return (input) => invokeWithParameters(targets.functions, input as Record<string, unknown>);
  }
  if (resource.includes(':lambda:') && resource.includes(':function:')) {
    if (!targets.functions.find(resource)) throw unknown(`there is no Lambda function ${JSON.stringify(resource)}`);
    return (input) => invoke(targets.functions, resource, input);
  }
  if (resource === `${states}events:putEvents`) return async (input) => putEvents(targets.eventBuses, input as { readonly Entries: EventEntry[] });
  const action = resource.startsWith(`${states}aws-sdk:redshiftdata:`) ? resource.slice(`${states}aws-sdk:redshiftdata:`.length) : '';
  if (!Object.hasOwn(DATA_API_PARAMETERS, action)) {
    throw unknown(`the embedded cloud does not know the resource ${JSON.stringify(resource)}`);
  }
  for (const key of Object.keys((state.Parameters ?? {}) as object)) {
    const name = key.replace(/\.\$$/, '');
    if (!DATA_API_PARAMETERS[action].includes(name)) {
      throw unknown(`${action} of the Redshift Data API has no parameter ${JSON.stringify(name)}`);
    }
  }
  return (input) => {
    if (!targets.redshiftData) {
      throw new TaskFailure('States.Runtime', `${where}: the embedded cloud was started without a warehouse`, true);
    }
    const watch = (id: string) => targets.activity.watch(() => statementRuns(targets.ownRedshiftData!, id));
    return callDataApi(targets.redshiftData, watch, action, input as Record<string, unknown>);
  };
}

/** An entry as the optimised integration takes it: the detail is an object. */
type EventEntry = Omit<Entry, 'Detail'> & { readonly Detail: unknown };

/** The optimised integration `events:putEvents` fails when an entry was refused. */
function putEvents(buses: EventBuses, { Entries }: { readonly Entries: EventEntry[] }): unknown {
  const answers = Entries.map(entry => buses.put({ ...entry, Detail: JSON.stringify(entry.Detail) }));
  if (answers.some(answer => 'ErrorCode' in answer)) throw new TaskFailure('EventBridge.FailedEntry', JSON.stringify({ Entries: answers }));
  return { Entries: answers, FailedEntryCount: 0 };
}

async function invoke(functions: Functions, reference: string, payload: unknown): Promise<unknown> {
  const outcome = await functions.invoke(reference, JSON.stringify(payload ?? {}));
  if (!outcome) {
    throw new TaskFailure('Lambda.ResourceNotFoundException', `Function not found: ${reference} (Service: Lambda, Status Code: 404)`);
  }
  if ('failure' in outcome) throw new TaskFailure(outcome.failure.errorType, JSON.stringify(outcome.failure));
  return JSON.parse(outcome.result);
}

/** The optimised integration `lambda:invoke`: the function's answer is wrapped in that of the Invoke operation. */
async function invokeWithParameters(functions: Functions, parameters: Record<string, unknown>): Promise<unknown> {
  const { FunctionName, Payload, InvocationType = 'RequestResponse' } = parameters;
  if (InvocationType === 'Event') {
    if (!functions.invokeLater(String(FunctionName), JSON.stringify(Payload ?? {}))) {
      throw new TaskFailure('Lambda.ResourceNotFoundException', `Function not found: ${String(FunctionName)} (Service: Lambda, Status Code: 404)`);
    }
    return { Payload: '', StatusCode: 202 };
  }
  return { ExecutedVersion: '$LATEST', Payload: await invoke(functions, String(FunctionName), Payload), StatusCode: 200 };
}

async function callDataApi(
  client: RedshiftDataClient, watch: (statementId: string) => void, action: string, input: Record<string, unknown>,
): Promise<unknown> {
  try {
    switch (action) {
      case 'executeStatement': {
        const answer = await client.send(new ExecuteStatementCommand(input as never));
        watch(answer.Id!);
        return plain(answer);
      }
      case 'describeStatement': return plain(await client.send(new DescribeStatementCommand(input as never)));
      default: return plain(await client.send(new CancelStatementCommand(input as never)));
    }
  } catch (error) {
    throw dataApiFailure(error as Error & { $metadata?: { httpStatusCode?: number; requestId?: string } });
  }
}

async function statementRuns(client: RedshiftDataClient, id: string): Promise<boolean> {
  try {
    const { Status } = await client.send(new DescribeStatementCommand({ Id: id }));
    return !ENDED.includes(Status ?? '');
  } catch {
    return false; // the state machine meets the same error and deals with it
  }
}

/** Error names as Step Functions gives them (developer guide, "AWS SDK service integrations"): the service's prefix, and Java's names. */
function dataApiFailure(error: Error & { $metadata?: { httpStatusCode?: number; requestId?: string } }): TaskFailure {
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) return new TaskFailure('RedshiftData.SdkClientException', error.message);
  const name = error.name.endsWith('Exception') ? error.name : 'RedshiftDataException';
  return new TaskFailure(`RedshiftData.${name}`, `${error.message} (Service: RedshiftData, Status Code: ${status}, Request ID: ${error.$metadata?.requestId ?? 'none'})`);
}

/** The answer of an SDK client as JSON: times become ISO 8601 text. */
function plain(answer: object): unknown {
  const { $metadata: _, ...rest } = answer as { $metadata?: unknown };
  return JSON.parse(JSON.stringify(rest));
}
