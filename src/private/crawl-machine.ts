// SPDX-License-Identifier: Apache-2.0

import { Duration, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ConnectorSettings, FAILURE_EVENTS } from './contract';
import { tellOfFailure } from './failure-event';
import { Infrastructure } from './infrastructure';
import { retryDetection } from './retries';
import { largestCatchUp } from './settings';
import { createStateMachine } from './state-machine';
import { CAUGHT, invoke, statementStates } from './statement-states';
import { Warehouse } from './warehouse';

export interface CrawlMachineProps {
  readonly infrastructure: Infrastructure;
  readonly warehouse: Warehouse;
  readonly settings: ConnectorSettings;
  readonly crawlFunction: lambda.IFunction;
  readonly connectorName: string;
  /** In-account backend: what detects, in which detector. */
  readonly detect?: { readonly detectFunction: lambda.IFunction; readonly detectorArn: string };
}

/** What the states beyond the allowed time of the statement itself may take, for each interval. */
const REST_OF_INTERVAL = Duration.minutes(30);

/** Where the data lie within the states of one interval. */
const DATA = {
  settings: sfn.JsonPath.stringAt('$.settings'),
  execution: sfn.JsonPath.stringAt('$.execution'),
  interval: sfn.JsonPath.stringAt('$.current.interval'),
};

/** What goes on from one interval to the next. */
const LOOP = {
  settings: DATA.settings,
  execution: DATA.execution,
  scheduledTime: sfn.JsonPath.stringAt('$.scheduledTime'),
  plan: sfn.JsonPath.stringAt('$.plan'),
  count: sfn.JsonPath.stringAt('$.count'),
};

/**
 * The Crawl state machine: plan → for each missing interval, in order, UNLOAD and detect → plan again, until nothing is missing.
 * Its input is `CrawlInput`. A loop and not a Map, so that nothing follows an interval that failed, in whichever interpreter.
 */
export function createCrawlMachine(scope: Construct, id: string, props: CrawlMachineProps): sfn.StateMachine {
  const { settings, crawlFunction } = props;
  // an interval of the live crawl never runs the query of the history
  const { historicalQuery: _query, historyChunkIntervals: _chunk, ...crawlSettings } = settings;
  const states = new Construct(scope, `${id}States`);

  const start = new sfn.Pass(states, 'Settings', { result: sfn.Result.fromObject(crawlSettings), resultPath: '$.settings' });
  const plan = invoke(states, 'Plan', crawlFunction, {
    action: 'plan', settings: DATA.settings, scheduledTime: LOOP.scheduledTime, execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
  }, '$.plan');
  const oldest = new sfn.Pass(states, 'Begin with the oldest', {
    parameters: {
      ...LOOP,
      execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
      count: sfn.JsonPath.arrayLength(sfn.JsonPath.listAt('$.plan.intervals')),
      index: 0,
    },
  });
  const take = new sfn.Pass(states, 'Take interval', {
    parameters: { interval: sfn.JsonPath.arrayGetItem(sfn.JsonPath.listAt('$.plan.intervals'), sfn.JsonPath.numberAt('$.index')) },
    resultPath: '$.current',
  });
  const next = new sfn.Pass(states, 'Go to next interval', {
    parameters: { ...LOOP, index: sfn.JsonPath.mathAdd(sfn.JsonPath.numberAt('$.index'), 1) },
  });

  start.next(plan);
  const missing = new sfn.Choice(states, 'Anything missing?')
    .when(sfn.Condition.isPresent('$.plan.intervals[0]'), oldest)
    .otherwise(new sfn.Succeed(states, 'Nothing missing'));
  const noteTold = invoke(states, 'Note what was told', crawlFunction, { action: 'givenUpTold', givenUp: sfn.JsonPath.objectAt('$.plan.givenUp') });
  noteTold.addCatch(missing, { resultPath: sfn.JsonPath.DISCARD }); // it is told again
  noteTold.next(missing);
  plan.next(new sfn.Choice(states, 'Anything given up?')
    .when(sfn.Condition.isPresent('$.plan.givenUp'), tellOfFailure(states, 'Tell of intervals given up', FAILURE_EVENTS.givenUp, {
      connector: props.connectorName,
      execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
      count: sfn.JsonPath.numberAt('$.plan.givenUp.count'),
      start: sfn.JsonPath.stringAt('$.plan.givenUp.start'),
      end: sfn.JsonPath.stringAt('$.plan.givenUp.end'),
      error: sfn.JsonPath.stringAt('$.plan.givenUp.error'),
    }, missing, noteTold))
    .otherwise(missing));
  oldest.next(take);
  take.next(oneInterval(states, props, next));
  next.next(new sfn.Choice(states, 'More intervals?')
    .when(sfn.Condition.numberLessThanJsonPath('$.index', '$.count'), take)
    .otherwise(plan));

  const { queryTimeoutSeconds, catchUpLimit } = settings;
  const mostIntervals = Token.isUnresolved(catchUpLimit) ? largestCatchUp(queryTimeoutSeconds) : catchUpLimit;
  const timeout = Duration.seconds((queryTimeoutSeconds + REST_OF_INTERVAL.toSeconds()) * mostIntervals);
  return createStateMachine(scope, id, props.infrastructure, start, timeout, 'cdk-redshift-lookout: crawls the missing intervals');
}

/** The states of `$.current.interval`; go on with `next`. */
function oneInterval(scope: Construct, props: CrawlMachineProps, next: sfn.IChainable): sfn.IChainable {
  const { crawlFunction } = props;
  const event = (action: string, more: Record<string, unknown> = {}) => ({ action, ...DATA, ...more });

  const failed = invoke(scope, 'Record failure', crawlFunction, event('failed', { error: sfn.JsonPath.stringAt(CAUGHT) }), '$.failure');
  failed.next(tellOfFailure(scope, 'Tell of failed interval', FAILURE_EVENTS.interval, {
    connector: props.connectorName,
    execution: DATA.execution,
    start: sfn.JsonPath.stringAt('$.current.interval.start'),
    end: sfn.JsonPath.stringAt('$.current.interval.end'),
    attempt: sfn.JsonPath.numberAt('$.failure.attempt'),
    givenUp: sfn.JsonPath.stringAt('$.failure.givenUp'),
    again: sfn.JsonPath.stringAt('$.failure.again'),
    statementId: sfn.JsonPath.stringAt('$.failure.statementId'),
    error: { name: sfn.JsonPath.stringAt(`${CAUGHT}.Error`), message: sfn.JsonPath.stringAt(`${CAUGHT}.Cause`) },
  }, new sfn.Fail(scope, 'Interval failed', { errorPath: `${CAUGHT}.Error`, causePath: `${CAUGHT}.Cause` })));

  const finish = invoke(scope, 'Finish interval', crawlFunction, event('finished', {
    statement: sfn.JsonPath.stringAt('$.statement'),
    ...(props.detect ? { detection: sfn.JsonPath.stringAt('$.detection') } : {}),
  }));
  finish.addCatch(failed, { resultPath: CAUGHT });
  finish.next(next);

  let finished: sfn.IChainable = finish;
  if (props.detect) {
    const detect = retryDetection(invoke(scope, 'Detect', props.detect.detectFunction, {
      action: 'detect',
      detectorArn: props.detect.detectorArn,
      interval: DATA.interval,
      chosenByQuery: sfn.JsonPath.stringAt('$.unload.chosenByQuery'),
      files: sfn.JsonPath.stringAt('$.unload.folder'),
    }, '$.detection'));
    detect.addCatch(failed, { resultPath: CAUGHT });
    detect.next(finish);
    finished = detect;
  }

  return statementStates(scope, {
    warehouse: props.warehouse,
    timeLimitSeconds: props.settings.queryTimeoutSeconds,
    plan: invoke(scope, 'Begin interval', crawlFunction, event('begin'), '$.unload'),
    noteStatement: invoke(scope, 'Note statement', crawlFunction, {
      action: 'submitted', interval: DATA.interval, execution: DATA.execution, statementId: sfn.JsonPath.stringAt('$.statement.Id'),
    }),
    keep: {
      ...LOOP,
      index: sfn.JsonPath.stringAt('$.index'),
      current: sfn.JsonPath.stringAt('$.current'),
      unload: { chosenByQuery: sfn.JsonPath.stringAt('$.unload.chosenByQuery'), folder: sfn.JsonPath.stringAt('$.unload.folder') },
    },
    finished,
    failed,
  });
}
