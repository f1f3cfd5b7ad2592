// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ConnectorSettings, DetectorEvent } from './contract';
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
  /** Deactivates, activates and describes the detector. */
  readonly detectorFunction: lambda.IFunction;
  /** How long the detector may take to learn the history, and to be done with what it learns for an earlier run. */
  readonly activationTimeout: Duration;
}

/** What the other states may take. */
const REST = Duration.hours(1);

/**
 * The Bootstrap state machine: plan the history's next chunk → UNLOAD → plan again, until all are read → wait until the detector is stopped →
 * activate it and wait until it has learned → the crawl may begin. Its input is `BootstrapInput`.
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
      .when(sfn.Condition.numberEquals('$.unload.remaining', 0), learn(states, props, failed))
      .otherwise(unload),
    noteStatement: invoke(states, 'Note statement', crawlFunction, {
      action: 'historySubmitted', execution, interval, statementId: sfn.JsonPath.stringAt('$.statement.Id'),
    }),
    keep: { detectorArn: sfn.JsonPath.stringAt('$.detectorArn'), backend: sfn.JsonPath.stringAt('$.backend'), unload: { interval } },
    finished: unloaded,
    unplanned: failed,
    failed,
  });
  unloaded.next(plan);

  const timeout = Duration.seconds(
    settings.queryTimeoutSeconds * mostHistoryChunks(settings) + 2 * props.activationTimeout.toSeconds() + REST.toSeconds());
  return createStateMachine(scope, id, props.infrastructure, sfn.Chain.start(first), timeout, 'cdk-redshift-lookout: reads the history and lets the detector learn it');
}

/**
 * Stops the detector, activates it and waits until it has learned.
 *
 * A detector that is ACTIVATING may be so for an earlier run that was ended: then it may have begun to read before the newest chunk was
 * there. Only after it was found stopped, which it was then after all chunks were unloaded, has whatever it learns all of them, whoever
 * activates it. So nothing is lost, and a lost answer of the activation activates it no second time.
 */
function learn(scope: Construct, props: BootstrapMachineProps, failed: sfn.IChainable): sfn.IChainable {
  const detector = { backend: sfn.JsonPath.stringAt('$.backend'), detectorArn: sfn.JsonPath.stringAt('$.detectorArn') };
  const limit = props.activationTimeout.toSeconds();
  const ask = (id: string, action: DetectorEvent['action'], resultPath?: string) => (
    invoke(scope, id, props.detectorFunction, { action, ...detector }, resultPath));

  const deactivation = ask('Deactivate detector', 'deactivate', '$.detector');
  const stopping = waitStates(scope, 'deactivation', detector, deactivation);
  const activation = ask('Activate detector', 'activate');
  const { first, wait, last } = waitStates(scope, 'detector', detector);
  const look = ask('Look at detector', 'describe', '$.detector');
  const finish = invoke(scope, 'Finish history', props.crawlFunction, {
    action: 'historyFinished', execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
  });
  finish.next(new sfn.Succeed(scope, 'History learned'));
  for (const state of [deactivation, activation, look, finish]) state.addCatch(failed, { resultPath: CAUGHT });

  const failure = (id: string, error: string, cause: string) => new sfn.Pass(scope, id, {
    parameters: { Error: error, Cause: cause }, resultPath: CAUGHT,
  }).next(failed);
  const status = (...values: string[]) => sfn.Condition.or(...values.map(value => sfn.Condition.stringEquals('$.detector.status', value)));
  const inTime = sfn.Condition.numberLessThan('$.waited.total', limit);
  const arn = detector.detectorArn;
  const found = sfn.JsonPath.stringAt('$.detector.status');

  stopping.last.next(deactivation);
  const activated = status('ACTIVATING', 'LEARNING', 'ACTIVE', 'DEACTIVATING');
  deactivation.next(new sfn.Choice(scope, 'Detector deactivated?')
    .when(sfn.Condition.and(activated, inTime), stopping.wait)
    .when(activated, failure('Deactivation took too long', 'DeactivationTimeLimitExceeded', sfn.JsonPath.format(
      `detector {} is {} since before this history run, and could not be deactivated within ${limit} seconds to learn what was read`, arn, found)))
    .otherwise(activation)); // whose error says why it cannot be activated, if it cannot

  activation.next(first);
  last.next(look);
  look.next(new sfn.Choice(scope, 'Detector has learned?')
    .when(status('LEARNING', 'ACTIVE'), finish)
    .when(sfn.Condition.and(status('INACTIVE', 'DEACTIVATED', 'ACTIVATING'), inTime), wait)
    .when(status('INACTIVE', 'DEACTIVATED', 'ACTIVATING'), failure('Detector took too long', 'ActivationTimeLimitExceeded',
      sfn.JsonPath.format(`detector {} has not learned the history within ${limit} seconds`, arn)))
    .when(sfn.Condition.and(
      sfn.Condition.isPresent('$.detector.failureReason'), sfn.Condition.isString('$.detector.failureReason'),
      sfn.Condition.not(sfn.Condition.stringEquals('$.detector.failureReason', '')),
    ),
    failure('Detector failed', 'ActivationFailed', sfn.JsonPath.format('detector {} is {}: {}', arn, found, sfn.JsonPath.stringAt('$.detector.failureReason'))))
    .otherwise(failure('Detector ended', 'ActivationFailed', sfn.JsonPath.format('detector {} is {} and gives no reason', arn, found))));
  return stopping.first;
}
