// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ConnectorSettings } from './contract';
import { tellOfFailure } from './failure-event';
import { Infrastructure } from './infrastructure';
import { mostHistoryChunks } from './settings';
import { createStateMachine } from './state-machine';
import { CAUGHT, invoke, statementStates, waitStates } from './statement-states';
import { Warehouse } from './warehouse';

export interface BootstrapMachineProps {
  readonly infrastructure: Infrastructure;
  readonly warehouse: Warehouse;
  readonly settings: ConnectorSettings;
  readonly crawlFunction: lambda.IFunction;
  readonly connectorName: string;
  /** Activates and describes the detector. */
  readonly detectorFunction: lambda.IFunction;
  /** How long the detector may take to learn the history. */
  readonly activationTimeout: Duration;
}

/** What the other states may take. */
const REST = Duration.hours(1);

/**
 * The Bootstrap state machine: plan the history's next chunk → UNLOAD → plan again, until all are read → activate the detector and wait until
 * it has learned → the crawl may begin. Its input is `BootstrapInput`.
 */
export function createBootstrapMachine(scope: Construct, id: string, props: BootstrapMachineProps): sfn.StateMachine {
  const { settings, crawlFunction } = props;
  const states = new Construct(scope, `${id}States`);
  const execution = sfn.JsonPath.stringAt('$$.Execution.Id');

  const failed = invoke(states, 'Record failure', crawlFunction, {
    action: 'historyFailed', execution, error: sfn.JsonPath.stringAt(CAUGHT),
  }, '$.failure');
  const end = new sfn.Fail(states, 'History failed', { errorPath: `${CAUGHT}.Error`, causePath: `${CAUGHT}.Cause` });
  failed.next(tellOfFailure(states, { what: 'failed history', crawlFunction, untold: '$.failure.untold', next: end, told: end }));

  const interval = sfn.JsonPath.stringAt('$.unload.interval');
  const plan = invoke(states, 'Plan history', crawlFunction, {
    action: 'planHistory', settings, warehouse: props.warehouse.connection, now: sfn.JsonPath.stringAt('$$.Execution.StartTime'), execution,
  }, '$.unload');
  const unloaded = invoke(states, 'Chunk unloaded', crawlFunction, {
    action: 'historyUnloaded', execution, interval, statement: sfn.JsonPath.stringAt('$.statement'),
  });
  unloaded.addCatch(failed, { resultPath: CAUGHT });
  const first = statementStates(states, {
    warehouse: props.warehouse,
    timeLimitSeconds: settings.queryTimeoutSeconds,
    plan,
    planned: unload => new sfn.Choice(states, 'Anything left?')
      .when(sfn.Condition.numberEquals('$.unload.remaining', 0), activate(states, props, failed))
      .otherwise(unload),
    noteStatement: invoke(states, 'Note statement', crawlFunction, {
      action: 'historySubmitted', execution, interval, statementId: sfn.JsonPath.stringAt('$.statement.Id'),
    }),
    keep: { detectorArn: sfn.JsonPath.stringAt('$.detectorArn'), backend: sfn.JsonPath.stringAt('$.backend'), unload: { interval } },
    finished: unloaded,
    failed,
  });
  unloaded.next(plan);

  const timeout = Duration.seconds(
    settings.queryTimeoutSeconds * mostHistoryChunks(settings) + props.activationTimeout.toSeconds() + REST.toSeconds());
  return createStateMachine(scope, id, props.infrastructure, sfn.Chain.start(first), timeout, 'cdk-redshift-lookout: reads the history and lets the detector learn it');
}

/** Activates the detector and waits until it has learned. */
function activate(scope: Construct, props: BootstrapMachineProps, failed: sfn.IChainable): sfn.IChainable {
  const detector = { backend: sfn.JsonPath.stringAt('$.backend'), detectorArn: sfn.JsonPath.stringAt('$.detectorArn') };
  const limit = props.activationTimeout.toSeconds();

  const activation = invoke(scope, 'Activate detector', props.detectorFunction, { action: 'activate', ...detector });
  const { first, wait, last } = waitStates(scope, 'detector', detector);
  const look = invoke(scope, 'Look at detector', props.detectorFunction, { action: 'describe', ...detector }, '$.detector');
  const finish = invoke(scope, 'Finish history', props.crawlFunction, {
    action: 'historyFinished', execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
  });
  finish.next(new sfn.Succeed(scope, 'History learned'));
  for (const state of [activation, look, finish]) state.addCatch(failed, { resultPath: CAUGHT });

  const failure = (id: string, error: string, cause: string) => new sfn.Pass(scope, id, {
    parameters: { Error: error, Cause: cause }, resultPath: CAUGHT,
  }).next(failed);
  const status = (...values: string[]) => sfn.Condition.or(...values.map(value => sfn.Condition.stringEquals('$.detector.status', value)));
  const arn = detector.detectorArn;

  activation.next(first);
  last.next(look);
  look.next(new sfn.Choice(scope, 'Detector has learned?')
    .when(status('LEARNING', 'ACTIVE'), finish)
    .when(sfn.Condition.and(status('INACTIVE', 'DEACTIVATED', 'ACTIVATING'), sfn.Condition.numberLessThan('$.waited.total', limit)), wait)
    .when(status('INACTIVE', 'DEACTIVATED', 'ACTIVATING'), failure('Detector took too long', 'ActivationTimeLimitExceeded',
      sfn.JsonPath.format(`detector {} has not learned the history within ${limit} seconds`, arn)))
    .when(sfn.Condition.and(
      sfn.Condition.isPresent('$.detector.failureReason'), sfn.Condition.isString('$.detector.failureReason'),
      sfn.Condition.not(sfn.Condition.stringEquals('$.detector.failureReason', '')),
    ),
    failure('Detector failed', 'ActivationFailed', sfn.JsonPath.format('detector {} is {}: {}', arn,
      sfn.JsonPath.stringAt('$.detector.status'), sfn.JsonPath.stringAt('$.detector.failureReason'))))
    .otherwise(failure('Detector ended', 'ActivationFailed',
      sfn.JsonPath.format('detector {} is {} and gives no reason', arn, sfn.JsonPath.stringAt('$.detector.status')))));
  return activation;
}
