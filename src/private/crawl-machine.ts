// SPDX-License-Identifier: Apache-2.0

import { Duration, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ConnectorSettings } from './contract';
import { tellOfFailure } from './failure-event';
import { Infrastructure } from './infrastructure';
import { retryDetection, waitForDetector } from './retries';
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

/** Number of the attempt. */
const ATTEMPT = sfn.JsonPath.numberAt('$.unload.attempt');

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
  const { settings, crawlFunction, warehouse: { connection: warehouse } } = props;
  // an interval of the live crawl never runs the query of the history
  const { historicalQuery: _query, historyChunkIntervals: _chunk, ...crawlSettings } = settings;
  const states = new Construct(scope, `${id}States`);

  const start = new sfn.Pass(states, 'Settings', { result: sfn.Result.fromObject(crawlSettings), resultPath: '$.settings' });
  const plan = invoke(states, 'Plan', crawlFunction, {
    action: 'plan', settings: DATA.settings, warehouse, scheduledTime: LOOP.scheduledTime, execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
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
  // one after the other: the plan is asked again for the next
  plan.next(new sfn.Choice(states, 'Anything untold?')
    .when(sfn.Condition.isPresent('$.plan.untold'), tellOfFailure(states, {
      what: 'untold failure', crawlFunction, untold: '$.plan.untold', next: missing, told: plan,
    }))
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
  const end = new sfn.Fail(scope, 'Interval failed', { errorPath: `${CAUGHT}.Error`, causePath: `${CAUGHT}.Cause` });
  const tell = new sfn.Choice(scope, 'Anything to tell?')
    .when(sfn.Condition.isPresent('$.failure.untold'), tellOfFailure(scope, {
      what: 'failed interval', crawlFunction, untold: '$.failure.untold', next: end, told: end,
    }))
    .otherwise(end);
  failed.next(tell);
  // where the detector has the rows, or may have them: the interval is not given up before that is known
  const undecided = props.detect ? invoke(scope, 'Record undecided failure', crawlFunction,
    event('failed', { error: sfn.JsonPath.stringAt(CAUGHT), undecided: true }), '$.failure').next(tell) : failed;

  const finish = invoke(scope, 'Finish interval', crawlFunction, event('finished', {
    statement: sfn.JsonPath.stringAt('$.statement'),
    ...(props.detect ? { detection: sfn.JsonPath.stringAt('$.detection') } : {}),
  }));
  finish.addCatch(undecided, { resultPath: CAUGHT });
  finish.next(next);

  const exhausted = new sfn.Pass(scope, 'Attempts exhausted', {
    parameters: { Error: 'AttemptsExhausted', Cause: sfn.JsonPath.stringAt('$.unload.exhausted') }, resultPath: CAUGHT,
  });
  exhausted.next(failed);
  const { afterUnload, askBefore } = props.detect ? detectionStates(scope, props.detect, finish, failed, undecided)
    : { afterUnload: finish, askBefore: (unload: sfn.IChainable) => unload };

  return statementStates(scope, {
    warehouse: props.warehouse,
    timeLimitSeconds: props.settings.queryTimeoutSeconds,
    plan: invoke(scope, 'Begin interval', crawlFunction, event('begin', { warehouse: props.warehouse.connection }), '$.unload'),
    planned: (unload, submit) => new sfn.Choice(scope, 'Tried before?')
      .when(sfn.Condition.booleanEquals('$.unload.repeated', true), askBefore(new sfn.Choice(scope, 'Attempts left?')
        .when(sfn.Condition.stringEquals('$.unload.exhausted', ''), unload)
        .otherwise(exhausted)))
      .otherwise(submit),
    noteStatement: invoke(scope, 'Note statement', crawlFunction, {
      action: 'submitted', interval: DATA.interval, execution: DATA.execution, statementId: sfn.JsonPath.stringAt('$.statement.Id'),
    }),
    keep: {
      ...LOOP,
      index: sfn.JsonPath.stringAt('$.index'),
      current: sfn.JsonPath.stringAt('$.current'),
      unload: {
        attempt: ATTEMPT, chosenByQuery: sfn.JsonPath.stringAt('$.unload.chosenByQuery'), folder: sfn.JsonPath.stringAt('$.unload.folder'),
      },
    },
    finished: afterUnload,
    failed,
    unplanned: undecided, // begun, it may be the last attempt: the one that asks the detector before the interval is given up
  });
}

/**
 * The states that detect an interval, and those that ask whether an earlier attempt has: before anything is unloaded again, and when a
 * detection breaks. So ledger and bucket end with the rows that the detector has, wherever an attempt broke. Where it has none, those who are
 * asked see to it that it gets none of earlier attempts: a function may go on after its execution, or the connection to it, has ended.
 */
function detectionStates(
  scope: Construct, { detectFunction, detectorArn }: NonNullable<CrawlMachineProps['detect']>,
  finish: sfn.IChainable, failed: sfn.IChainable, undecided: sfn.IChainable,
): { readonly afterUnload: sfn.IChainable; readonly askBefore: (unload: sfn.IChainable) => sfn.IChainable } {
  const take = new sfn.Pass(scope, 'Take known detection', { inputPath: '$.known.outcome', resultPath: '$.detection' });
  take.next(finish);
  const ask = (id: string, attempt: number | string, caughtAt: string, yes: sfn.IChainable, no: sfn.IChainable) => {
    const known = retryDetection(invoke(scope, id, detectFunction, { action: 'known', detectorArn, interval: DATA.interval, attempt }, '$.known'));
    // what has waited for the detector already does not do so once more
    if (caughtAt !== sfn.JsonPath.DISCARD) waitForDetector(known);
    known.addCatch(undecided, { resultPath: caughtAt });
    known.next(new sfn.Choice(scope, `${id}?`).when(sfn.Condition.booleanEquals('$.known.found', true), yes).otherwise(no));
    return known;
  };

  const detect = waitForDetector(retryDetection(invoke(scope, 'Detect', detectFunction, {
    action: 'detect',
    detectorArn,
    interval: DATA.interval,
    chosenByQuery: sfn.JsonPath.stringAt('$.unload.chosenByQuery'),
    files: sfn.JsonPath.stringAt('$.unload.folder'),
    attempt: ATTEMPT,
  }, '$.detection')));
  // the error of the detection is what is told, whatever comes of asking; should it still be going on, it is too late for it
  detect.addCatch(ask('Detected all the same', sfn.JsonPath.mathAdd(ATTEMPT, 1), sfn.JsonPath.DISCARD, take, failed), { resultPath: CAUGHT });
  detect.next(finish);

  const statement = new sfn.Pass(scope, 'Take earlier statement', {
    parameters: { Id: sfn.JsonPath.stringAt('$.unload.previousStatementId'), Status: 'FINISHED' }, resultPath: '$.statement',
  });
  statement.next(take);
  return { afterUnload: detect, askBefore: unload => ask('Detected before', ATTEMPT, CAUGHT, statement, unload) };
}
