// SPDX-License-Identifier: Apache-2.0

import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { FAILURE_EVENTS } from './contract';
import { retryEvents } from './retries';
import { invoke } from './statement-states';

export interface TellOfFailureProps {
  /** Ends the names of the states. */
  readonly what: string;
  readonly crawlFunction: lambda.IFunction;
  /** Path of the `UntoldFailure`. */
  readonly untold: string;
  /** Where it goes on when the bus has not taken the event, or nobody could note that it has. */
  readonly next: sfn.IChainable;
  /** Where it goes on when the failure has been told. */
  readonly told: sfn.IChainable;
}

/**
 * Puts an event on the account's default event bus, so that rules can act on what failed, and notes in the ledger that the bus has taken it.
 * Until that is noted, every plan of the crawl answers with the failure again. Returns the first state.
 */
export function tellOfFailure(scope: Construct, { what, crawlFunction, untold, next, told }: TellOfFailureProps): tasks.EventBridgePutEvents {
  const tell = retryEvents(new tasks.EventBridgePutEvents(scope, `Tell of ${what}`, {
    entries: [{
      source: FAILURE_EVENTS.source,
      detailType: sfn.JsonPath.stringAt(`${untold}.detailType`),
      detail: sfn.TaskInput.fromJsonPathAt(`${untold}.detail`),
    }],
    resultPath: sfn.JsonPath.DISCARD,
  }));
  const note = invoke(scope, `Note that ${what} was told`, crawlFunction, { action: 'told', untold: sfn.JsonPath.objectAt(untold) });
  tell.addCatch(next, { resultPath: sfn.JsonPath.DISCARD });
  tell.next(note);
  note.addCatch(next, { resultPath: sfn.JsonPath.DISCARD });
  note.next(told);
  return tell;
}
