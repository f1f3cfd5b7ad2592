// SPDX-License-Identifier: Apache-2.0

/** A definition holds something that the embedded cloud does not know. The message names state machine, state and what was found. */
export class UnknownStateFeature extends Error {
  public override readonly name = 'UnknownStateFeature';
}

/** An error of a Task state, as Retry and Catch see it. */
export class TaskFailure extends Error {
  /** Read by aws-local-stepfunctions. */
  public readonly isRetryable: boolean;
  public readonly isCatchable: boolean;

  /** `error` is matched by ErrorEquals; a terminal error is matched by nothing. */
  public constructor(error: string, cause: string, terminal = false) {
    super(cause);
    this.name = error;
    this.isRetryable = !terminal;
    this.isCatchable = !terminal;
  }
}

/** Errors of the API, by the names that clients see. */
type StatesErrorName =
  'StateMachineDoesNotExist' | 'ExecutionDoesNotExist' | 'ExecutionAlreadyExists' | 'ExecutionNotRedrivable' | 'InvalidExecutionInput' | 'InvalidName';

/** An operation asked for a state machine or execution that is not there, or for a name that is taken. */
export class StatesError extends Error {
  public constructor(public override readonly name: StatesErrorName, message: string) {
    super(message);
  }
}
