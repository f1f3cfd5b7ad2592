// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { setImmediate as macrotask } from 'node:timers/promises';
import { ExecutionAbortedError, ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import type { SimulatedClock } from '../clock';
import { DATA_BYTES, limited } from './data-limit';
import { EXECUTION_CONTEXT, prepareDefinition, type Definition, type PreparedDefinition } from './definition';
import { StatesError, TaskFailure, UnknownStateFeature } from './errors';
import type { Execution, ExecutionStatus } from './execution';
import { taskOf, type Task, type TaskTargets } from './resources';
import { pauseBeforeRetry } from './retry-pause';

/** A state machine as the template describes it, with everything resolved. */
export interface StateMachineDefinition {
  readonly name: string;
  readonly arn: string;
  readonly logicalId: string;
  readonly definition: Definition;
}

interface Machine {
  readonly machine: StateMachineDefinition;
  readonly prepared: PreparedDefinition;
  readonly interpreter: StateMachine;
  readonly tasks: ReadonlyMap<string, Task>;
}

interface RunningExecution extends Execution {
  status: ExecutionStatus;
  stopDate?: Date;
  output?: unknown;
  error?: string;
  cause?: string;
  states: string[];
  /** The machine as it was when the execution was started: a deployment does not change it. */
  readonly machine: Machine;
  /** The state that was entered last, outside of Map and Parallel states, and what it was given. */
  entered?: { readonly name: string; readonly input: unknown };
}

/** What the task that stands for a Wait state is given. */
interface WaitInput {
  readonly Seconds?: unknown;
  readonly Timestamp?: unknown;
}

interface ExecutionControl {
  /** Fulfilled at the end, whatever the end is. */
  readonly finished: Promise<void>;
  readonly abort: () => void;
}

/** Definitions that are valid, as JSON: each check compiles the schema of the language anew, a quarter of a second, and an app is deployed again and again. */
const VALID = new Set<string>();

/** @throws Error that tells what is against the Amazon States Language */
function validate(definition: Definition): void {
  const text = JSON.stringify(definition);
  if (VALID.has(text)) return;
  new StateMachine(definition as never, { validationOptions: { checkArn: false } });
  VALID.add(text);
}

/** Settings of the state machines. */
export interface StateMachinesOptions {
  readonly targets: TaskTargets;
  readonly clock: SimulatedClock;
  /**
   * Longest time in milliseconds that a Wait state or the pause before a retry really waits for what is under way (statements,
   * invocations) before the simulated clock moves on.
   */
  readonly longestRealWait: number;
}

/**
 * The state machines of the embedded cloud and their executions, run by aws-local-stepfunctions on the definitions of the template. Wait
 * states and pauses before retries move the simulated clock.
 */
export class StateMachines {
  /** All executions, in the order in which they were started. */
  public readonly executions: Execution[] = [];
  private readonly machines = new Map<string, Machine>();
  private readonly controls = new Map<string, ExecutionControl>();

  public constructor(private readonly options: StateMachinesOptions) {}

  /** Adds a state machine or replaces it. What cannot run is an error that names machine and state. */
  public register(machine: StateMachineDefinition): void {
    const prepared = prepareDefinition(machine.name, machine.definition);
    const tasks = new Map<string, Task>();
    for (const [name, state] of prepared.states) {
      if (state.Type === 'Task') tasks.set(name, taskOf(`state machine ${machine.name}, state ${JSON.stringify(name)}`, state, this.options.targets));
    }
    let interpreter: StateMachine;
    try {
      validate(machine.definition);
      interpreter = new StateMachine(prepared.definition as never, { validationOptions: { noValidate: true } });
    } catch (error) {
      throw new UnknownStateFeature(`state machine ${machine.name}: ${(error as Error).message}`);
    }
    this.machines.set(machine.arn, { machine, prepared, interpreter, tasks });
  }

  public remove(arn: string): void {
    this.machines.delete(arn);
  }

  public find(arn: string): StateMachineDefinition | undefined {
    return this.machines.get(arn)?.machine;
  }

  /** Starts an execution; `input` is a JSON text. The same name with the same input again gives the execution that runs. */
  public start(machineArn: string, input = '{}', name: string = randomUUID()): Execution {
    const machine = this.machines.get(machineArn);
    if (!machine) throw new StatesError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
    if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/.test(name)) {
      throw new StatesError('InvalidName', `Invalid Name: '${name}'`);
    }
    let value: unknown;
    try {
      value = JSON.parse(input);
    } catch (error) {
      throw new StatesError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${(error as Error).message}'`);
    }
    if (Buffer.byteLength(input) > DATA_BYTES) {
      throw new StatesError('InvalidExecutionInput', `the input has ${Buffer.byteLength(input)} bytes, at most ${DATA_BYTES} are allowed`);
    }
    const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.executions.find((execution) => execution.arn === arn);
    if (existing) {
      if (existing.status === 'RUNNING' && JSON.stringify(existing.input) === JSON.stringify(value)) return existing;
      throw new StatesError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const execution = this.run(machine, arn, name, value);
    this.executions.push(execution);
    return execution;
  }

  /** Waits until an execution has ended. */
  public async finished(execution: Execution): Promise<Execution> {
    await this.controls.get(execution.arn)?.finished;
    return execution;
  }

  public describe(arn: string): Execution {
    const execution = this.executions.find((candidate) => candidate.arn === arn);
    if (!execution) throw new StatesError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  /** Ends an execution early. */
  public stop(arn: string, error?: string, cause?: string): Execution {
    const execution = this.describe(arn) as RunningExecution;
    if (execution.status === 'RUNNING') this.abort(execution, 'ABORTED', error, cause);
    return execution;
  }

  /** Goes on with an execution that did not succeed, at the state at which it ended, with what that was given. */
  public redrive(arn: string): Execution {
    const execution = this.describe(arn) as RunningExecution;
    const { machine, entered, status } = execution;
    if (!entered || status === 'RUNNING' || status === 'SUCCEEDED') {
      throw new StatesError('ExecutionNotRedrivable', `the execution is ${status}: only one that has failed, was aborted or timed out can be redriven`);
    }
    Object.assign(execution, { status: 'RUNNING', error: undefined, cause: undefined, stopDate: undefined });
    const definition = { ...machine.prepared.definition, StartAt: entered.name };
    this.follow(execution, new StateMachine(definition as never, { validationOptions: { noValidate: true } }), entered.input);
    return execution;
  }

  /** Waits until no execution runs, those included that are started meanwhile. */
  public async allFinished(): Promise<void> {
    for (;;) {
      const running = this.executions.filter((execution) => execution.status === 'RUNNING');
      if (running.length === 0) return;
      await Promise.all(running.map((execution) => this.finished(execution)));
    }
  }

  private run(machine: Machine, arn: string, name: string, input: unknown): RunningExecution {
    const execution: RunningExecution = {
      arn,
      name,
      stateMachineArn: machine.machine.arn,
      stateMachineName: machine.machine.name,
      input,
      startDate: this.options.clock.now(),
      status: 'RUNNING',
      states: [],
      machine,
    };
    this.follow(execution, machine.interpreter, input);
    return execution;
  }

  /** Runs an execution from the interpreter's first state on. */
  private follow(execution: RunningExecution, interpreter: StateMachine, input: unknown): void {
    const { clock } = this.options;
    const { arn, name, machine } = execution;
    const context = {
      [EXECUTION_CONTEXT]: { Id: arn, Input: execution.input, Name: name, StartTime: execution.startDate.toISOString() },
      StateMachine: { Id: machine.machine.arn, Name: machine.machine.name },
      State: { get EnteredTime() { return clock.now().toISOString(); } },
    };
    const run = interpreter.run(input as never, {
      overrides: {
        taskResourceLocalHandlers: this.handlers(machine, execution),
        retryIntervalOverrides: Object.fromEntries([...this.retried(machine)].map((state) => [state, 0])),
      },
      context: context as never,
    });
    this.controls.set(arn, { finished: this.end(execution, run), abort: run.abort });
  }

  private abort(execution: RunningExecution, status: 'ABORTED' | 'TIMED_OUT', error?: string, cause?: string): void {
    const stopDate = this.options.clock.now();
    Object.assign(execution, { status, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }), stopDate });
    this.controls.get(execution.arn)!.abort();
  }

  /** Notes what the run goes through, and how it ends. */
  private async end(execution: RunningExecution, run: ReturnType<StateMachine['run']>): Promise<void> {
    const { machine } = execution;
    const following = (async () => {
      for await (const event of run.eventLogs) {
        if (event.type !== 'StateEntered') continue;
        const { name, input } = event.state;
        execution.states.push(name);
        // the interpreter goes on to the next state before it learns that the execution was ended
        if (!['ABORTED', 'TIMED_OUT'].includes(execution.status) && Object.hasOwn(machine.prepared.definition.States, name)) execution.entered = { name, input };
      }
    })();
    try {
      const output = await run.result;
      if (execution.status === 'RUNNING') Object.assign(execution, { status: 'SUCCEEDED', output });
    } catch (error) {
      if (execution.status === 'RUNNING') Object.assign(execution, { status: 'FAILED', ...failureOf(machine, error) });
    }
    await Promise.race([following, macrotask()]);
    this.controls.delete(execution.arn);
    execution.stopDate ??= this.options.clock.now();
  }

  /** States with a Retry field, nested ones too. */
  private retried(machine: Machine): Set<string> {
    const found = new Set<string>();
    const visit = (definition: Definition) => {
      for (const [name, state] of Object.entries(definition.States)) {
        if (state.Retry) found.add(name);
        for (const inner of [state.Iterator, state.ItemProcessor, ...(state.Branches ?? [])]) if (inner) visit(inner);
      }
    };
    visit(machine.machine.definition);
    return found;
  }

  private handlers(machine: Machine, execution: RunningExecution): Record<string, (input: unknown) => Promise<never>> {
    const pauses = new Map<string, { seconds: number; retries: number[] }>();
    const entries = [...machine.prepared.states].map(([name, state]) => {
      const task = machine.tasks.get(name);
      const handler = async (input: unknown) => {
        // the interpreter goes on to the next state before it learns that the execution was ended
        if (execution.status !== 'RUNNING') throw new TaskFailure('States.Runtime', `the execution is ${execution.status}`, true);
        if (!task) return this.wait(machine, execution, input as WaitInput, name);
        const pause = pauses.get(name);
        if (pause && pause.seconds > 0) {
          await this.pass(machine, execution, pause.seconds);
          pause.seconds = 0;
        }
        try {
          return await limited(task, input, name);
        } catch (error) {
          const retries = pause?.retries ?? (state.Retry ?? []).map(() => 0);
          pauses.set(name, { seconds: pauseBeforeRetry(state, error as Error, retries), retries });
          throw error;
        }
      };
      return [name, handler as (input: unknown) => Promise<never>] as const;
    });
    return Object.fromEntries(entries);
  }

  private async wait(machine: Machine, execution: RunningExecution, input: WaitInput, name: string): Promise<null> {
    const now = this.options.clock.now().getTime();
    const seconds = input.Timestamp === undefined ? Number(input.Seconds) : (new Date(String(input.Timestamp)).getTime() - now) / 1000;
    if (!Number.isFinite(seconds)) {
      throw new TaskFailure('States.Runtime', `the Wait state ${JSON.stringify(name)} was given ${JSON.stringify(input)}`, true);
    }
    await this.pass(machine, execution, Math.max(0, seconds));
    return null;
  }

  /** Lets simulated time pass, after what is really under way has ended. */
  private async pass(machine: Machine, execution: RunningExecution, seconds: number): Promise<void> {
    const { clock, targets, longestRealWait } = this.options;
    const until = new Date(clock.now().getTime() + seconds * 1000);
    await targets.activity.settle(Math.min(seconds * 1000, longestRealWait));
    await clock.advanceTo(until);
    const limit = machine.prepared.timeoutSeconds;
    if (limit !== undefined && until.getTime() - execution.startDate.getTime() > limit * 1000 && execution.status === 'RUNNING') {
      this.abort(execution, 'TIMED_OUT');
    }
  }
}

function failureOf(machine: Machine, error: unknown): { error: string; cause: string } {
  if (error instanceof ExecutionAbortedError) return { error: 'States.Runtime', cause: 'aborted' };
  const cause = error instanceof ExecutionError ? error.cause as Error : error as Error;
  const known = 'isRetryable' in cause;
  return known ? { error: cause.name, cause: cause.message }
    : { error: 'States.Runtime', cause: `state machine ${machine.machine.name}: ${cause.stack ?? String(cause)}` };
}
