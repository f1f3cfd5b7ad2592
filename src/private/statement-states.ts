// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { retryDataApi, retryLambda } from './retries';
import { FIRST_WAIT_SECONDS, WAIT_GROWTH_SECONDS } from './settings';
import { Warehouse } from './warehouse';

/** Where a caught error goes in the state's data: `{ Error, Cause }`. */
export const CAUGHT = '$.caught';

/** States of a statement that has not ended. */
const RUNNING = ['SUBMITTED', 'PICKED', 'STARTED'];

export interface StatementStatesProps {
  readonly warehouse: Warehouse;
  readonly timeLimitSeconds: number;
  /** Plans the UNLOAD: fills `$.unload`. */
  readonly plan: sfn.TaskStateBase & sfn.INextable;
  /** What comes after the plan: goes on with `unload`, or with `submit` where no earlier statement can be running. */
  readonly planned: (unload: sfn.IChainable, submit: sfn.IChainable) => sfn.IChainable;
  /** Writes the statement's id, `$.statement.Id`, to the ledger. */
  readonly noteStatement: sfn.TaskStateBase & sfn.INextable;
  /** What is kept of the data when the statement runs: paths. The SQL is not, to stay within the size that a state may pass on. */
  readonly keep: Record<string, unknown>;
  /** Goes on with `$.statement`, the finished statement. */
  readonly finished: sfn.IChainable;
  /** Takes the error in `$.caught`. */
  readonly failed: sfn.IChainable;
  /** Takes the error of the plan, whose answer only may have been lost. */
  readonly unplanned: sfn.IChainable;
}

/**
 * States that run one UNLOAD to its end: cancel what an earlier attempt left running, submit, wait, look, and cancel at the time limit.
 * Returns the first.
 */
export function statementStates(scope: Construct, props: StatementStatesProps): sfn.IChainable {
  const { plan, failed } = props;
  const submit = retryDataApi(new tasks.CallAwsService(scope, 'Unload', {
    ...dataApiCall('executeStatement', props.warehouse.arn),
    parameters: {
      ...props.warehouse.connection,
      Sql: sfn.JsonPath.stringAt('$.unload.sql'),
      ClientToken: sfn.JsonPath.stringAt('$.unload.clientToken'),
      StatementName: sfn.JsonPath.stringAt('$.unload.statementName'),
    },
    resultSelector: { Id: sfn.JsonPath.stringAt('$.Id') },
    resultPath: '$.statement',
  }));
  const cancel = retryDataApi(new tasks.CallAwsService(scope, 'Cancel statement', {
    ...dataApiCall('cancelStatement'),
    parameters: { Id: sfn.JsonPath.stringAt('$.statement.Id') },
    resultPath: sfn.JsonPath.DISCARD,
  }));
  // what cannot be cancelled has ended by now, or is cancelled by the next attempt
  cancel.addCatch(failed, { resultPath: sfn.JsonPath.DISCARD });
  cancel.next(failed);

  plan.addCatch(props.unplanned, { resultPath: CAUGHT });
  submit.addCatch(failed, { resultPath: CAUGHT });
  // a statement that the ledger does not know cannot be cancelled by the next attempt
  props.noteStatement.addCatch(cancel, { resultPath: CAUGHT });

  const earlier = new sfn.Choice(scope, 'Earlier attempt?')
    .when(sfn.Condition.stringEquals('$.unload.previousStatementId', ''), submit)
    .otherwise(cancelEarlierAttempt(scope, submit, failed));
  plan.next(props.planned(earlier, submit));
  submit.next(props.noteStatement);
  props.noteStatement.next(waitForStatement(scope, props, cancel));
  return plan;
}

/** The earlier statement must be gone before the next one begins: both write to the same folder. */
function cancelEarlierAttempt(scope: Construct, submit: sfn.IChainable, failed: sfn.IChainable): sfn.IChainable {
  const id = sfn.JsonPath.stringAt('$.unload.previousStatementId');
  const cancel = retryDataApi(new tasks.CallAwsService(scope, 'Cancel earlier attempt', {
    ...dataApiCall('cancelStatement'), parameters: { Id: id }, resultPath: sfn.JsonPath.DISCARD,
  }));
  const look = retryDataApi(new tasks.CallAwsService(scope, 'Look at earlier attempt', {
    ...dataApiCall('describeStatement'),
    parameters: { Id: id },
    resultSelector: { Status: sfn.JsonPath.stringAt('$.Status') },
    resultPath: '$.earlier',
  }));
  const wait = new sfn.Wait(scope, 'Wait for earlier attempt', { time: sfn.WaitTime.duration(Duration.seconds(5)) });
  // an unknown statement is older than the day for which the API remembers it, and no statement runs longer
  look.addCatch(submit, { errors: ['RedshiftData.ResourceNotFoundException'], resultPath: sfn.JsonPath.DISCARD });
  look.addCatch(failed, { resultPath: CAUGHT });
  // refused: it has ended, which the look makes sure of
  cancel.addCatch(look, { errors: ['RedshiftData.ResourceNotFoundException', 'RedshiftData.ValidationException'], resultPath: sfn.JsonPath.DISCARD });
  cancel.addCatch(failed, { resultPath: CAUGHT });
  cancel.next(look);
  look.next(new sfn.Choice(scope, 'Earlier attempt runs?').when(statusIn('$.earlier.Status', RUNNING), wait).otherwise(submit));
  wait.next(look);
  return cancel;
}

function waitForStatement(scope: Construct, props: StatementStatesProps, cancel: sfn.IChainable): sfn.IChainable {
  const { first, wait, last } = waitStates(scope, 'statement', { ...props.keep, statement: { Id: sfn.JsonPath.stringAt('$.statement.Id') } });
  const look = retryDataApi(new tasks.CallAwsService(scope, 'Look at statement', {
    ...dataApiCall('describeStatement'),
    parameters: { Id: sfn.JsonPath.stringAt('$.statement.Id') },
    resultPath: '$.statement',
  }));
  look.addCatch(props.failed, { resultPath: CAUGHT });
  const tooLong = new sfn.Pass(scope, 'Statement took too long', {
    parameters: {
      Error: 'StatementTimeLimitExceeded',
      Cause: sfn.JsonPath.format(`statement {} ran longer than ${props.timeLimitSeconds} seconds (queryTimeout) and was cancelled`,
        sfn.JsonPath.stringAt('$.statement.Id')),
    },
    resultPath: CAUGHT,
  });
  tooLong.next(cancel);
  const failure = (id: string, cause: string) => new sfn.Pass(scope, id, {
    parameters: { Error: 'StatementFailed', Cause: cause }, resultPath: CAUGHT,
  }).next(props.failed);
  const statement = [sfn.JsonPath.stringAt('$.statement.Id'), sfn.JsonPath.stringAt('$.statement.Status')];

  last.next(look);
  look.next(new sfn.Choice(scope, 'Statement ended?')
    .when(sfn.Condition.stringEquals('$.statement.Status', 'FINISHED'), props.finished)
    .when(sfn.Condition.and(statusIn('$.statement.Status', RUNNING), sfn.Condition.numberLessThan('$.waited.total', props.timeLimitSeconds)), wait)
    .when(statusIn('$.statement.Status', RUNNING), tooLong)
    .when(sfn.Condition.and(sfn.Condition.isPresent('$.statement.Error'), sfn.Condition.isString('$.statement.Error')),
      failure('Statement failed', sfn.JsonPath.format('statement {} ended as {}: {}', ...statement, sfn.JsonPath.stringAt('$.statement.Error'))))
    .otherwise(failure('Statement ended', sfn.JsonPath.format('statement {} ended as {} without an error message', ...statement))));
  return first;
}

/**
 * Waits that grow evenly, counted in `$.waited`: short statements are noticed soon, and long ones do not fill the execution's history.
 *
 * @param keep Data that the states after `first` find, beside `$.waited`
 * @param look What comes before the first wait, if anything
 */
export function waitStates(
  scope: Construct, what: string, keep: Record<string, unknown>, look?: sfn.IChainable,
): { first: sfn.IChainable; wait: sfn.Wait; last: sfn.Pass } {
  const first = new sfn.Pass(scope, `Begin to wait for ${what}`, { parameters: { ...keep, waited: { next: FIRST_WAIT_SECONDS, total: 0 } } });
  const wait = new sfn.Wait(scope, `Wait for ${what}`, { time: sfn.WaitTime.secondsPath('$.waited.next') });
  const last = new sfn.Pass(scope, `Count wait for ${what}`, {
    parameters: {
      next: sfn.JsonPath.mathAdd(sfn.JsonPath.numberAt('$.waited.next'), WAIT_GROWTH_SECONDS),
      total: sfn.JsonPath.mathAdd(sfn.JsonPath.numberAt('$.waited.total'), sfn.JsonPath.numberAt('$.waited.next')),
    },
    resultPath: '$.waited',
  });
  first.next(look ?? wait);
  wait.next(last);
  return { first, wait, last };
}

/** Call of a handler whose answer goes to `resultPath`. */
export function invoke(
  scope: Construct, id: string, lambdaFunction: lambda.IFunction, payload: Record<string, unknown>, resultPath: string = sfn.JsonPath.DISCARD,
): tasks.LambdaInvoke {
  return retryLambda(new tasks.LambdaInvoke(scope, id, {
    lambdaFunction,
    payload: sfn.TaskInput.fromObject(payload),
    payloadResponseOnly: true,
    retryOnServiceExceptions: false, // retried with jitter instead
    resultPath,
  }));
}

function statusIn(path: string, states: readonly string[]): sfn.Condition {
  return sfn.Condition.or(...states.map(state => sfn.Condition.stringEquals(path, state)));
}

/**
 * Arguments of CallAwsService. Cancel and Describe know no resources. The Data API itself lets only the role that ran a statement see or
 * cancel it; the condition redshift-data:statement-owner-iam-userid would ask for the same session, which executions do not share.
 */
function dataApiCall(action: 'executeStatement' | 'describeStatement' | 'cancelStatement', resource: string = '*') {
  return {
    service: 'redshiftdata',
    action,
    iamAction: `redshift-data:${action[0].toUpperCase()}${action.slice(1)}`,
    iamResources: [resource],
  };
}
