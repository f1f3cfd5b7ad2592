// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { Infrastructure } from './infrastructure';
import { fromThisAccount } from './roles';
import { uniqueName } from './unique-name';

/** Standard state machine in JSONPath with logs and traces. Logs hold no data of the states: SQL is the user's own business. */
export function createStateMachine(
  scope: Construct, id: string, infrastructure: Infrastructure, definition: sfn.IChainable, timeout: Duration, comment: string,
): sfn.StateMachine {
  const role = new iam.Role(scope, `${id}Role`, {
    assumedBy: fromThisAccount(scope, 'states.amazonaws.com'),
  });
  return new sfn.StateMachine(scope, id, {
    definitionBody: sfn.DefinitionBody.fromChainable(definition),
    queryLanguage: sfn.QueryLanguage.JSON_PATH,
    comment,
    role,
    timeout,
    tracingEnabled: true,
    logs: { destination: createStateMachineLogs(scope, `${id}Logs`, infrastructure), level: sfn.LogLevel.ALL, includeExecutionData: false },
  });
}

/**
 * Log group of a state machine. Under this prefix all groups share one entry in the resource policy of CloudWatch Logs, which is too
 * short for many entries (Step Functions developer guide, "Logging").
 */
export function createStateMachineLogs(scope: Construct, id: string, infrastructure: Infrastructure): logs.LogGroup {
  return infrastructure.createLogGroup(scope, id, `/aws/vendedlogs/states/${uniqueName(scope, 128)}-${id}`);
}
