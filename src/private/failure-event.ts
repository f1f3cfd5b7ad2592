// SPDX-License-Identifier: Apache-2.0

import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { FAILURE_EVENTS } from './contract';
import { retryEvents } from './retries';

/**
 * Puts an event on the account's default event bus, so that rules can act on what failed. What the event cannot say, because the bus takes
 * none, the ledger and the metric have said before: the execution goes on with `next`.
 *
 * @param detail With paths of the state's data
 * @param told Where it goes on when the bus has taken the event
 */
export function tellOfFailure(
  scope: Construct, id: string, detailType: string, detail: Record<string, unknown>, next: sfn.IChainable, told = next,
): tasks.EventBridgePutEvents {
  const tell = retryEvents(new tasks.EventBridgePutEvents(scope, id, {
    entries: [{ source: FAILURE_EVENTS.source, detailType, detail: sfn.TaskInput.fromObject(detail) }],
    resultPath: sfn.JsonPath.DISCARD,
  }));
  tell.addCatch(next, { resultPath: sfn.JsonPath.DISCARD });
  tell.next(told);
  return tell;
}
