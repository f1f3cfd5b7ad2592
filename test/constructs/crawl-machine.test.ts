// SPDX-License-Identifier: Apache-2.0

import aslValidator from 'asl-validator';
import { Duration } from 'aws-cdk-lib';
import { definition, deployed, QUERY, synthesize, text } from './fixture';
import { callsOf, Outcome, Reply, Run, runMachine } from './machine-runs';
import { ConnectorQuery, Detector } from '../../src';

const HOSTILE = 'select \'it\'\'s\', \'$.x\', \'{} \\ "\', \'\u{1F4A5}\' from t where ts >= \'{{start}}\' and ts < \'{{end}}\' -- </script>';
const { template } = synthesize({
  query: ConnectorQuery.fromString(HOSTILE), historicalQuery: ConnectorQuery.fromString(QUERY), queryTimeout: Duration.minutes(10), catchUpLimit: 5,
});
const machine = definition(template, 'ConnectorCrawl');

const interval = (hour: number) => ({ start: `2026-11-23T${hour}:00:00Z`, end: `2026-11-23T${hour + 1}:00:00Z` });
const unload = (hour: number, more: object = {}) => ({
  result: {
    interval: interval(hour),
    sql: `UNLOAD ${hour}`,
    clientToken: `token-${hour}`,
    statementName: `name-${hour}`,
    folder: `s3://b/live/20261123/${hour}00/`,
    previousStatementId: '',
    chosenByQuery: false,
    attempt: 2,
    repeated: false,
    exhausted: '',
    ...more,
  },
});
const FAILED_ATTEMPT = { item: 'an attempt', version: '1', detailType: 'Redshift Lookout Interval Failed', detail: { attempt: 2, error: { name: 'Error', message: '"{}' } } };
const GIVEN_UP = { item: 'given up', version: '7', detailType: 'Redshift Lookout Intervals Given Up', detail: { count: 3, error: 'missed' } };
const KNOWN = { result: { found: true, outcome: { rows: 6, anomalyGroupIds: ['known'] } } };
const plan = (...hours: number[]): Reply => ({ result: { intervals: hours.map(interval), reason: '' } });
const described = (Status: string, more: object = {}): Reply => ({ result: { Id: 'statement', Status, QueryString: 'UNLOAD', ResultRows: 7, Duration: 9, ...more } });
const run = (replies: Record<string, Reply[]>): Run => ({
  input: { scheduledTime: '2026-11-23T12:05:00Z' },
  replies: {
    'Plan': [plan(10), plan()],
    'Begin interval': [unload(10)],
    'Unload': [{ result: { Id: 'statement' } }],
    'Look at statement': [described('FINISHED')],
    'Detect': [{ result: { rows: 7, anomalyGroupIds: [] } }],
    'Record failure': [{ result: { untold: FAILED_ATTEMPT } }],
    'Record undecided failure': [{ result: { untold: FAILED_ATTEMPT } }],
    'Detected before': [{ result: { found: false } }],
    'Detected all the same': [{ result: { found: false } }],
    ...replies,
  },
});
const throttled: Reply = { error: 'RedshiftData.ActiveStatementsExceededException', cause: 'too many' };
const STOPPED: Reply = { error: 'DetectorStopped', cause: 'it learns' };
const refused: Reply = { error: 'RedshiftData.ValidationException', cause: 'not running' };

const eventOf = ({ detailType, detail }: typeof FAILED_ATTEMPT | typeof GIVEN_UP) => ({
  Entries: [{ Source: 'cdk-redshift-lookout', DetailType: detailType, Detail: detail }],
});

let outcomes: Record<string, Outcome>;
beforeAll(() => {
  outcomes = runMachine(machine, {
    nothing: run({ Plan: [plan()] }),
    two: run({ 'Plan': [plan(10, 11), plan(12), plan()], 'Begin interval': [unload(10), unload(11), unload(12, { chosenByQuery: true })] }),
    waits: run({ 'Look at statement': [described('SUBMITTED'), described('PICKED'), described('STARTED'), described('FINISHED')] }),
    throttled: run({ 'Unload': [throttled, throttled, { result: { Id: 'statement' } }], 'Look at statement': [throttled, described('FINISHED')] }),
    overloaded: run({ Unload: [throttled] }),
    failed: run({ 'Plan': [plan(10, 11)], 'Look at statement': [described('FAILED', { Error: 'syntax error at "selct" {x}' })] }),
    aborted: run({ 'Look at statement': [described('ABORTED')] }),
    tooLong: run({ 'Look at statement': [described('STARTED')] }),
    uncancellable: run({ 'Look at statement': [described('STARTED')], 'Cancel statement': [refused] }),
    earlier: run({
      'Begin interval': [unload(10, { previousStatementId: 'earlier', repeated: true })],
      'Look at earlier attempt': [{ result: { Status: 'STARTED' } }, { result: { Status: 'ABORTED' } }],
    }),
    earlierEnded: run({
      'Begin interval': [unload(10, { previousStatementId: 'earlier', repeated: true })],
      'Cancel earlier attempt': [refused],
      'Look at earlier attempt': [{ result: { Status: 'FINISHED' } }],
    }),
    earlierForgotten: run({
      'Begin interval': [unload(10, { previousStatementId: 'earlier', repeated: true })],
      'Cancel earlier attempt': [{ error: 'RedshiftData.ResourceNotFoundException' }],
      'Look at earlier attempt': [{ error: 'RedshiftData.ResourceNotFoundException' }],
    }),
    earlierUnknown: run({
      'Begin interval': [unload(10, { previousStatementId: 'earlier', repeated: true })],
      'Cancel earlier attempt': [{ error: 'RedshiftData.RedshiftDataException', cause: 'access denied' }],
    }),
    unnoted: run({ 'Note statement': [{ error: 'Error', cause: 'no table' }] }),
    undetected: run({ Detect: [{ error: 'Error', cause: 'bad rows' }] }),
    unfinished: run({ 'Finish interval': [{ error: 'LeaseLost', cause: 'lease lost' }] }),
    unbegun: run({ 'Begin interval': [{ error: 'LeaseLost', cause: 'lease lost' }] }),
    givenUp: run({
      Plan: [{ result: { intervals: [interval(10)], reason: '', untold: GIVEN_UP } }, { result: { intervals: [interval(10)], reason: '', untold: FAILED_ATTEMPT } }, plan(10), plan()],
    }),
    noBus: run({
      'Plan': [{ result: { intervals: [interval(10)], reason: '', untold: GIVEN_UP } }, plan()],
      'Tell of untold failure': [{ error: 'EventBridge.FailedEntry', cause: 'busy' }],
    }),
    unnotedTold: run({
      'Plan': [{ result: { intervals: [interval(10)], reason: '', untold: GIVEN_UP } }, plan()],
      'Note that untold failure was told': [{ error: 'Error', cause: 'no table' }],
    }),
    untold: run({ 'Detect': [{ error: 'Error', cause: 'bad rows' }], 'Tell of failed interval': [{ error: 'EventBridge.FailedEntry', cause: 'busy' }] }),
    nothingToTell: run({ 'Finish interval': [{ error: 'LeaseLost', cause: 'lease lost' }], 'Record undecided failure': [{ result: {} }] }),
    known: run({ 'Begin interval': [unload(10, { previousStatementId: 'earlier', repeated: true })], 'Detected before': [KNOWN] }),
    unknown: run({ 'Begin interval': [unload(10, { repeated: true })] }),
    exhausted: run({ 'Begin interval': [unload(10, { repeated: true, exhausted: 'StatementFailed: disk full' })] }),
    exhaustedKnown: run({ 'Begin interval': [unload(10, { repeated: true, exhausted: 'StatementFailed: disk full' })], 'Detected before': [KNOWN] }),
    unasked: run({ 'Begin interval': [unload(10, { repeated: true })], 'Detected before': [{ error: 'Error', cause: 'no access' }] }),
    detectedAllTheSame: run({ 'Detect': [{ error: 'Sandbox.Timedout', cause: 'out of time' }], 'Detected all the same': [KNOWN] }),
    unclear: run({ 'Detect': [{ error: 'Sandbox.Timedout', cause: 'out of time' }], 'Detected all the same': [{ error: 'Error', cause: 'no table' }] }),
    stopped: run({ Detect: [STOPPED, STOPPED, { result: { rows: 7 } }] }),
    staysStopped: run({ 'Detect': [STOPPED], 'Detected all the same': [STOPPED] }),
    stoppedBefore: run({ 'Begin interval': [unload(10, { repeated: true, exhausted: 'StatementFailed: disk full' })], 'Detected before': [STOPPED] }),
    unplanned: run({ Plan: [{ error: 'Error', cause: 'no table' }] }),
    lambdaBusy: run({ Detect: [{ error: 'Lambda.TooManyRequestsException' }, { result: { rows: 7 } }] }),
  });
});

test('the definition is valid', () => {
  expect(aslValidator(deployed(machine))).toMatchObject({ isValid: true, errors: [] });
});

test('it carries the settings once, without the query of the history', () => {
  expect(machine.States.Settings.Result).toEqual({
    query: HOSTILE,
    bucketName: expect.stringMatching(/^<ConnectorBucket/),
    unloadRoleArn: expect.stringMatching(/^<ConnectorUnloadRole.*Arn>$/),
    region: '<AWS::Region>',
    frequency: 'PT1H',
    timezone: 'UTC',
    delaySeconds: 300,
    historyIntervals: 1440,
    catchUpLimit: 5,
    maxAttempts: 3,
    queryTimeoutSeconds: 600,
  });
  expect(JSON.stringify(machine).split('\u{1F4A5}').length).toBe(2);
});

test('every task retries at random times, and every failure ends in the ledger', () => {
  for (const [name, state] of Object.entries<any>(machine.States).filter(([, { Type }]) => Type === 'Task')) {
    const retries: object[] = state.Retry;
    // those that wait for a detector that is stopped have nobody to be kept apart from
    const busy = retries.filter((each: any) => each.ErrorEquals[0] !== 'DetectorStopped');
    expect([name, busy]).toEqual([name, busy.map(() => expect.objectContaining({ JitterStrategy: 'FULL', MaxDelaySeconds: expect.any(Number) }))]);
    expect([name, busy.length]).toEqual([name, /^Detect/.test(name) ? 2 : 1]);
    expect([name, retries.length - busy.length]).toEqual([name, ['Detect', 'Detected before'].includes(name) ? 1 : 0]);
    const catchAll = state.Catch?.find((each: any) => each.ErrorEquals[0] === 'States.ALL');
    if (name === 'Plan' || /^Record/.test(name)) {
      expect(catchAll).toBeUndefined(); // there is no interval yet, or the ledger itself cannot be reached
    } else {
      const next: Record<string, string> = {
        'Note statement': 'Cancel statement',
        'Tell of failed interval': 'Interval failed',
        'Note that failed interval was told': 'Interval failed',
        'Tell of untold failure': 'Anything missing?',
        'Note that untold failure was told': 'Anything missing?',
        'Detect': 'Detected all the same',
        'Detected all the same': 'Record undecided failure',
        'Detected before': 'Record undecided failure',
        'Begin interval': 'Record undecided failure',
        'Finish interval': 'Record undecided failure',
      };
      expect([name, catchAll.Next]).toEqual([name, next[name] ?? 'Record failure']);
    }
  }
  expect(Object.values<any>(machine.States).filter(state => state.Type === 'Task' && /:aws-sdk:/.test(state.Resource))).toHaveLength(5);
});

test('it calls the Data API in the cluster\'s name', () => {
  const { Parameters, Resource } = machine.States.Unload;
  expect(Resource).toBe('arn:<AWS::Partition>:states:::aws-sdk:redshiftdata:executeStatement');
  expect(Parameters).toMatchObject({ ClusterIdentifier: 'shop', Database: 'sales', SecretArn: 'shop/reader' });
});

test('the time limit of a run fits the intervals that it may crawl', () => {
  expect(machine.TimeoutSeconds).toBe(5 * (600 + 1800));
});

describe('run', () => {
  test('with nothing missing ends', () => {
    expect(outcomes.nothing).toMatchObject({ status: 'SUCCEEDED', path: ['Settings', 'Plan', 'Anything untold?', 'Anything missing?', 'Nothing missing'] });
    expect(callsOf(outcomes.nothing, 'Plan')).toEqual([{
      action: 'plan', settings: machine.States.Settings.Result, warehouse: machine.States.Plan.Parameters.warehouse, scheduledTime: '2026-11-23T12:05:00Z', execution: 'execution',
    }]);
  });

  test('crawls the intervals in order and plans again', () => {
    const { two } = outcomes;
    expect(two.status).toBe('SUCCEEDED');
    expect(callsOf(two, 'Plan')).toHaveLength(3);
    expect(callsOf(two, 'Begin interval').map(call => call.interval)).toEqual([interval(10), interval(11), interval(12)]);
    expect(callsOf(two, 'Unload')[1]).toMatchObject({ Sql: 'UNLOAD 11', ClientToken: 'token-11', StatementName: 'name-11' });
    expect(callsOf(two, 'Note statement')[1]).toEqual({ action: 'submitted', interval: interval(11), execution: 'execution', statementId: 'statement' });
    expect(callsOf(two, 'Detect')).toEqual([
      {
        action: 'detect',
        detectorArn: expect.stringMatching(/^<ConnectorDetector.*\.DetectorArn>$/),
        interval: interval(10),
        chosenByQuery: false,
        files: 's3://b/live/20261123/1000/',
        attempt: 2,
      },
      expect.objectContaining({ interval: interval(11), chosenByQuery: false }),
      expect.objectContaining({ interval: interval(12), chosenByQuery: true }),
    ]);
    expect(callsOf(two, 'Finish interval')[2]).toEqual({
      action: 'finished',
      settings: machine.States.Settings.Result,
      interval: interval(12),
      execution: 'execution',
      statement: described('FINISHED').result,
      detection: { rows: 7, anomalyGroupIds: [] },
    });
    const order = two.calls.map(call => call.state);
    expect(order.slice(1, 7)).toEqual(['Begin interval', 'Unload', 'Note statement', 'Look at statement', 'Detect', 'Finish interval']);
  });

  test('waits longer each time', () => {
    expect(outcomes.waits).toMatchObject({ status: 'SUCCEEDED', waitedSeconds: 3 + 8 + 13 + 18 });
  });

  test('tries again what the Data API throttles', () => {
    expect(outcomes.throttled.status).toBe('SUCCEEDED');
    expect(callsOf(outcomes.throttled, 'Unload').map(call => call.ClientToken)).toEqual(['token-10', 'token-10', 'token-10']);
    expect(callsOf(outcomes.overloaded, 'Unload')).toHaveLength(9);
    expect(outcomes.overloaded).toMatchObject({ status: 'FAILED', error: 'RedshiftData.ActiveStatementsExceededException', cause: 'too many' });
    expect(outcomes.lambdaBusy.status).toBe('SUCCEEDED');
  });

  test.each<[string, string, string]>([
    ['failed', 'StatementFailed', 'statement statement ended as FAILED: syntax error at "selct" {x}'],
    ['aborted', 'StatementFailed', 'statement statement ended as ABORTED without an error message'],
    ['tooLong', 'StatementTimeLimitExceeded', 'statement statement ran longer than 600 seconds (queryTimeout) and was cancelled'],
    ['uncancellable', 'StatementTimeLimitExceeded', 'statement statement ran longer than 600 seconds (queryTimeout) and was cancelled'],
    ['earlierUnknown', 'RedshiftData.RedshiftDataException', 'access denied'],
    ['unnoted', 'Error', 'no table'],
    ['undetected', 'Error', 'bad rows'],
    ['exhausted', 'AttemptsExhausted', 'StatementFailed: disk full'],
  ])('%s: the interval is recorded as failed, and the run fails with the reason', (name, error, cause) => {
    const outcome = outcomes[name];
    expect(outcome).toMatchObject({ status: 'FAILED', error, cause });
    expect(callsOf(outcome, 'Record failure')).toEqual([{
      action: 'failed', settings: machine.States.Settings.Result, interval: interval(10), execution: 'execution', error: { Error: error, Cause: cause },
    }]);
    expect(callsOf(outcome, 'Begin interval')).toHaveLength(1); // no interval is crawled after one that failed
    expect(callsOf(outcome, 'Record undecided failure')).toEqual([]);
    expect(callsOf(outcome, 'Tell of failed interval')).toEqual([eventOf(FAILED_ATTEMPT)]);
    expect(callsOf(outcome, 'Note that failed interval was told')).toEqual([{ action: 'told', untold: FAILED_ATTEMPT }]);
  });

  test.each<[string, string, string]>([
    ['unbegun', 'LeaseLost', 'lease lost'],
    ['unfinished', 'LeaseLost', 'lease lost'],
    ['unasked', 'Error', 'no access'],
    ['unclear', 'Sandbox.Timedout', 'out of time'],
  ])('%s: the failure is recorded as one of an interval that the detector may have', (name, error, cause) => {
    const outcome = outcomes[name];
    expect(outcome).toMatchObject({ status: 'FAILED', error, cause });
    expect(callsOf(outcome, 'Record failure')).toEqual([]);
    expect(callsOf(outcome, 'Record undecided failure')).toEqual([expect.objectContaining({
      action: 'failed', interval: interval(10), error: { Error: error, Cause: cause }, undecided: true,
    })]);
    expect(callsOf(outcome, 'Tell of failed interval')).toEqual([eventOf(FAILED_ATTEMPT)]);
  });

  test('fails without an event when the interval was finished all the same', () => {
    expect(outcomes.nothingToTell).toMatchObject({ status: 'FAILED', error: 'LeaseLost' });
    expect(callsOf(outcomes.nothingToTell, 'Tell of failed interval')).toEqual([]);
  });

  test.each(['known', 'exhaustedKnown'])('%s: what an earlier attempt has had detected is finished, and not unloaded again', name => {
    const outcome = outcomes[name];
    expect(outcome.status).toBe('SUCCEEDED');
    expect(callsOf(outcome, 'Detected before')).toEqual([{ action: 'known', detectorArn: expect.anything(), interval: interval(10), attempt: 2 }]);
    expect([...callsOf(outcome, 'Unload'), ...callsOf(outcome, 'Detect')]).toEqual([]);
    expect(callsOf(outcome, 'Finish interval')).toEqual([expect.objectContaining({
      statement: { Id: name === 'known' ? 'earlier' : '', Status: 'FINISHED' }, detection: KNOWN.result.outcome,
    })]);
  });

  test('unloads again what no earlier attempt has had detected, unless there are no attempts left', () => {
    expect(outcomes.unknown.status).toBe('SUCCEEDED');
    expect(callsOf(outcomes.unknown, 'Unload')).toHaveLength(1);
    expect(callsOf(outcomes.exhausted, 'Unload')).toEqual([]);
    expect(callsOf(outcomes.two, 'Detected before')).toEqual([]); // a first attempt has nothing to ask
  });

  test('goes on when a detection broke that was done all the same', () => {
    expect(outcomes.detectedAllTheSame.status).toBe('SUCCEEDED');
    expect(callsOf(outcomes.detectedAllTheSame, 'Detected all the same')).toMatchObject([{ action: 'known', interval: interval(10), attempt: 3 }]);
    expect(callsOf(outcomes.detectedAllTheSame, 'Finish interval')).toEqual([expect.objectContaining({
      statement: described('FINISHED').result, detection: KNOWN.result.outcome,
    })]);
  });

  test('waits for a detector that is stopped; where it stays so, that is no reason to give the interval up', () => {
    expect(outcomes.stopped.status).toBe('SUCCEEDED');
    expect(callsOf(outcomes.stopped, 'Detect')).toHaveLength(3);
    for (const name of ['staysStopped', 'stoppedBefore']) {
      expect(outcomes[name]).toMatchObject({ status: 'FAILED', error: 'DetectorStopped' });
      expect(callsOf(outcomes[name], 'Record undecided failure')).toEqual([expect.objectContaining({ undecided: true, error: expect.objectContaining({ Error: 'DetectorStopped' }) })]);
      expect(callsOf(outcomes[name], 'Record failure')).toEqual([]);
    }
    expect(callsOf(outcomes.staysStopped, 'Detect')).toHaveLength(13);
  });

  test('tells of what is untold, one after the other, and goes on', () => {
    const { givenUp } = outcomes;
    expect(callsOf(givenUp, 'Tell of untold failure')).toEqual([eventOf(GIVEN_UP), eventOf(FAILED_ATTEMPT)]);
    expect(callsOf(givenUp, 'Note that untold failure was told')).toEqual([{ action: 'told', untold: GIVEN_UP }, { action: 'told', untold: FAILED_ATTEMPT }]);
    for (const outcome of [givenUp, outcomes.noBus, outcomes.unnotedTold]) {
      expect(outcome.status).toBe('SUCCEEDED');
      expect(callsOf(outcome, 'Begin interval')).toHaveLength(1);
    }
    expect(callsOf(outcomes.noBus, 'Note that untold failure was told')).toEqual([]);
    expect(callsOf(outcomes.unnotedTold, 'Tell of untold failure')).toHaveLength(1);
  });

  test('fails with the interval\'s own error when the event cannot be put', () => {
    expect(callsOf(outcomes.untold, 'Tell of failed interval')).toHaveLength(5);
    expect(outcomes.untold).toMatchObject({ status: 'FAILED', error: 'Error', cause: 'bad rows' });
  });

  test('cancels a statement at the time limit, not before', () => {
    expect(callsOf(outcomes.tooLong, 'Cancel statement')).toEqual([{ Id: 'statement' }]);
    expect(outcomes.tooLong.waitedSeconds).toBeGreaterThanOrEqual(600);
    expect(outcomes.tooLong.waitedSeconds).toBeLessThan(700);
  });

  test('cancels a statement that the ledger could not note', () => {
    expect(callsOf(outcomes.unnoted, 'Cancel statement')).toEqual([{ Id: 'statement' }]);
  });

  test.each(['earlier', 'earlierEnded', 'earlierForgotten'])('%s: unloads only when the earlier attempt is gone', name => {
    const outcome = outcomes[name];
    expect(outcome.status).toBe('SUCCEEDED');
    expect(callsOf(outcome, 'Cancel earlier attempt')).toEqual([{ Id: 'earlier' }]);
    expect(callsOf(outcome, 'Look at earlier attempt')).toHaveLength(name === 'earlier' ? 2 : 1);
    const order = outcome.calls.map(call => call.state);
    expect(order.indexOf('Unload')).toBeGreaterThan(order.lastIndexOf('Look at earlier attempt'));
  });

  test('fails when it cannot plan', () => {
    expect(outcomes.unplanned).toMatchObject({ status: 'FAILED', error: 'Error', cause: 'no table' });
    expect(callsOf(outcomes.unplanned, 'Record failure')).toEqual([]);
  });
});

test('with Lookout for Metrics nothing is detected here', () => {
  const lookout = definition(synthesize({ detector: Detector.lookoutForMetrics() }).template, 'ConnectorCrawl');
  expect(aslValidator(deployed(lookout)).isValid).toBe(true);
  const states = lookout.States;
  expect(states.Detect).toBeUndefined();
  expect(states['Finish interval'].Parameters).not.toHaveProperty(['detection.$']);
  const { plain } = runMachine(lookout, { plain: run({}) });
  expect(plain.status).toBe('SUCCEEDED');
  expect(text(states['Finish interval'].Resource)).toMatch(/^<ConnectorCrawlFunction/);
});
