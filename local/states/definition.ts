// SPDX-License-Identifier: Apache-2.0

import { UnknownStateFeature } from './errors';

/** One state of a definition in the Amazon States Language. */
export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly Timestamp?: string;
  readonly TimestampPath?: string;
  readonly Retry?: Retrier[];
  readonly Iterator?: Definition;
  readonly ItemProcessor?: Definition;
  readonly Branches?: Definition[];
  readonly [field: string]: unknown;
}

/** One entry of a Retry field. */
export interface Retrier {
  readonly ErrorEquals: string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
}

/** A state machine, or the states inside a Map or Parallel state. */
export interface Definition {
  readonly StartAt: string;
  readonly States: Record<string, State>;
  readonly TimeoutSeconds?: number;
  readonly QueryLanguage?: string;
  readonly ProcessorConfig?: { readonly Mode?: string };
  readonly [field: string]: unknown;
}

/** A definition made ready for the interpreter. */
export interface PreparedDefinition {
  readonly definition: Definition;
  /** Every Task and Wait state, nested ones too, as the template has it. */
  readonly states: ReadonlyMap<string, State>;
  readonly timeoutSeconds: number | undefined;
}

/** Where the execution stands in the interpreter's context object; it writes times and inputs of its own into `Execution`. */
export const EXECUTION_CONTEXT = 'EmbeddedExecution';

/** Fields of JSONata, variables, distributed maps and callbacks, which the interpreter would ignore. */
const UNKNOWN_FIELDS = [
  'Assign', 'Arguments', 'Output', 'ItemReader', 'ItemBatcher', 'ResultWriter', 'ToleratedFailureCount', 'ToleratedFailurePercentage',
  'ToleratedFailureCountPath', 'ToleratedFailurePercentagePath', 'HeartbeatSeconds', 'HeartbeatSecondsPath', 'Credentials',
];

/** No limit: the interpreter gives a task 60 seconds, Step Functions more than a day. In seconds; timers count in 31 bits of milliseconds. */
const LONGEST_TASK_SECONDS = 2_000_000;

/** Fields whose text is a path. */
const PATH_FIELD = /(\.\$|Path|^Variable)$/;

/**
 * Makes a definition ready for aws-local-stepfunctions 3.0.0, which
 * - takes `$$.Execution` from the real clock and, inside a Map, from the item: it is found elsewhere in the context object;
 * - waits in real time: a Wait state becomes a task of the embedded cloud;
 * - gives a task 60 seconds by default and counts time limits in real time;
 * - takes the result path `$` as a field of that name, and leaves out the result of a Pass state that is false, 0, '' or null.
 * Refuses what the interpreter would ignore.
 */
export function prepareDefinition(machine: string, definition: Definition): PreparedDefinition {
  const states = new Map<string, State>();
  const { TimeoutSeconds: timeoutSeconds, ...rest } = definition;
  return { definition: prepareStates(machine, rest as Definition, states), states, timeoutSeconds };
}

function prepareStates(machine: string, definition: Definition, states: Map<string, State>): Definition {
  const unknown = (state: string, what: string) => {
    const where = `state machine ${machine}${state && `, state ${JSON.stringify(state)}`}`;
    return new UnknownStateFeature(`${where}: the embedded cloud does not know ${what}`);
  };
  if ((definition.QueryLanguage ?? 'JSONPath') !== 'JSONPath') {
    throw unknown('', `the query language ${JSON.stringify(definition.QueryLanguage)}`);
  }
  if (definition.ProcessorConfig?.Mode === 'DISTRIBUTED') throw unknown('', 'distributed maps');
  const prepared: [string, State][] = Object.entries(definition.States).map(([name, state]) => {
    const field = UNKNOWN_FIELDS.find((candidate) => state[candidate] !== undefined);
    if (field) throw unknown(name, `the field ${field}`);
    if ((state.QueryLanguage ?? 'JSONPath') !== 'JSONPath') {
      throw unknown(name, `the query language ${JSON.stringify(state.QueryLanguage)}`);
    }
    if (state.Type === 'Task' || state.Type === 'Wait') states.set(name, state);
    const ready = { ...state } as Record<string, unknown>;
    if (ready.ResultPath === '$') delete ready.ResultPath;
    if (state.Type === 'Task' && state.TimeoutSecondsPath === undefined) {
      ready.TimeoutSeconds = Math.min(Number(state.TimeoutSeconds ?? LONGEST_TASK_SECONDS), LONGEST_TASK_SECONDS);
    }
    if (state.Type === 'Pass' && 'Result' in state && !state.Result) ready.Parameters = state.Result;
    if (state.Iterator) ready.Iterator = prepareStates(machine, state.Iterator, states);
    if (state.ItemProcessor) ready.ItemProcessor = prepareStates(machine, state.ItemProcessor, states);
    if (state.Branches) ready.Branches = state.Branches.map((branch) => prepareStates(machine, branch, states));
    if (state.Type !== 'Wait') return [name, withPaths(ready, (found) => unknown(name, found)) as State];
    if (state.InputPath !== undefined) throw unknown(name, 'InputPath of a Wait state');
    return [name, withPaths(waitTask(state), (found) => unknown(name, found)) as State];
  });
  return { ...definition, States: Object.fromEntries(prepared) };
}

/** The task that stands for a Wait state: its handler gets `Seconds` or `Timestamp` and moves the clock. */
function waitTask(state: State): object {
  const { Seconds, SecondsPath, Timestamp, TimestampPath, ...rest } = state;
  const Parameters = SecondsPath !== undefined ? { 'Seconds.$': SecondsPath } : TimestampPath !== undefined ? { 'Timestamp.$': TimestampPath }
    : Timestamp !== undefined ? { Timestamp } : { Seconds };
  return { ...rest, Type: 'Task', Resource: 'wait', Parameters, ResultPath: null, TimeoutSeconds: LONGEST_TASK_SECONDS };
}

/** Points paths at the execution to where it stands, and refuses context fields that are not there. */
function withPaths(value: unknown, unknown: (what: string) => Error, key = ''): unknown {
  if (typeof value === 'string' && PATH_FIELD.test(key) && value.includes('$$')) {
    const field = /\$\$(?!\.(Execution\b|StateMachine\b|State\.EnteredTime\b|Map\.Item\b))[^\s,)]*/.exec(value);
    if (field) throw unknown(`the context field ${JSON.stringify(field[0])}`);
    return value.replace(/\$\$\.Execution\b/g, `$$$$.${EXECUTION_CONTEXT}`);
  }
  if (Array.isArray(value)) return value.map((item) => withPaths(item, unknown, key));
  if (value === null || typeof value !== 'object') return value;
  // the result of a Pass state is data, and states inside have been seen to
  return Object.fromEntries(Object.entries(value).map(([field, item]) =>
    [field, ['Result', 'Iterator', 'ItemProcessor', 'Branches'].includes(field) ? item : withPaths(item, unknown, field)]));
}
