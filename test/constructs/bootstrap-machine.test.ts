import aslValidator from 'asl-validator';
import { configuration, definition, deployed, QUERY, synthesize } from './fixture';
import { callsOf, Outcome, Reply, Run, runMachine } from './machine-runs';
import { ConnectorQuery, Detector } from '../../src';

const { template } = synthesize({ historicalQuery: ConnectorQuery.fromString(`${QUERY} and 1 = 1`) });
const machine = definition(template, 'ConnectorBootstrap');

const BACKEND = { type: 'IN_ACCOUNT', functionName: 'service' };
const detector = (status: string, failureReason?: string | null): Reply => ({ result: { status, failureReason } });
const run = (replies: Record<string, Reply[]>): Run => ({
  input: { detectorArn: 'detector', backend: BACKEND },
  replies: {
    'Plan history': [{ result: { sql: 'UNLOAD', clientToken: 'token', statementName: 'name', folder: 's3://b/history/', previousStatementId: '', chosenByQuery: false } }],
    'Unload': [{ result: { Id: 'statement' } }],
    'Look at statement': [{ result: { Id: 'statement', Status: 'STARTED' } }, { result: { Id: 'statement', Status: 'FINISHED', ResultRows: 7 } }],
    'Look at detector': [detector('LEARNING')],
    ...replies,
  },
});

let outcomes: Record<string, Outcome>;
beforeAll(() => {
  outcomes = runMachine(machine, {
    learned: run({ 'Look at detector': [detector('INACTIVE'), detector('ACTIVATING'), detector('ACTIVE', null)] }),
    again: run({
      'Plan history': [{ result: { sql: 'UNLOAD', clientToken: 'token', statementName: 'name', folder: '', previousStatementId: 'earlier', chosenByQuery: true } }],
      'Look at earlier attempt': [{ result: { Status: 'PICKED' } }, { result: { Status: 'ABORTED' } }],
    }),
    statementFailed: run({ 'Look at statement': [{ result: { Id: 'statement', Status: 'FAILED', Error: 'no such table' } }] }),
    detectorFailed: run({ 'Look at detector': [detector('ACTIVATING'), detector('FAILED', 'no rows')] }),
    detectorSilent: run({ 'Look at detector': [detector('FAILED', null)] }),
    detectorGone: run({ 'Look at detector': [detector('DELETING', '')] }),
    detectorSlow: run({ 'Look at detector': [detector('ACTIVATING')] }),
    notActivated: run({ 'Activate detector': [{ error: 'ConflictException', cause: 'wrong state' }] }),
    notPlanned: run({ 'Plan history': [{ error: 'Error', cause: 'bad query' }] }),
    notFinished: run({ 'Finish history': [{ error: 'Error', cause: 'no table' }] }),
  });
});

test('the definition is valid', () => {
  expect(aslValidator(deployed(machine))).toMatchObject({ isValid: true, errors: [] });
});

test('the history runs with the connector\'s settings, both queries included', () => {
  const { Parameters } = machine.States['Plan history'];
  expect(Parameters.settings).toEqual(configuration(template, 'Custom::RedshiftLookoutDetector').settings);
  expect(Parameters.settings).toMatchObject({ query: QUERY, historicalQuery: `${QUERY} and 1 = 1` });
});

test('the detector has an hour to learn, and six where it is Lookout for Metrics', () => {
  expect(machine.TimeoutSeconds).toBe(3600 + 3600 + 3600);
  expect(definition(synthesize({ detector: Detector.lookoutForMetrics() }).template, 'ConnectorBootstrap').TimeoutSeconds).toBe(3600 + 6 * 3600 + 3600);
});

describe('run', () => {
  test('unloads, activates, waits until the detector has learned, and lets the crawl begin', () => {
    const { learned } = outcomes;
    expect(learned.status).toBe('SUCCEEDED');
    expect(learned.calls.map(call => call.state)).toEqual([
      'Plan history', 'Unload', 'Note statement', 'Look at statement', 'Look at statement',
      'Activate detector', 'Look at detector', 'Look at detector', 'Look at detector', 'Finish history',
    ]);
    expect(callsOf(learned, 'Plan history')[0]).toMatchObject({ action: 'planHistory', now: expect.stringMatching(/^20.*Z$/), execution: 'execution' });
    expect(callsOf(learned, 'Note statement')).toEqual([{ action: 'historySubmitted', execution: 'execution', statementId: 'statement' }]);
    expect(callsOf(learned, 'Activate detector')).toEqual([{ action: 'activate', backend: BACKEND, detectorArn: 'detector' }]);
    expect(callsOf(learned, 'Look at detector')[2]).toEqual({ action: 'describe', backend: BACKEND, detectorArn: 'detector' });
    expect(callsOf(learned, 'Finish history')).toEqual([{
      action: 'historyFinished', execution: 'execution', statement: { Id: 'statement', Status: 'FINISHED', ResultRows: 7 },
    }]);
  });

  test('waits for an earlier run\'s statement to be gone', () => {
    expect(outcomes.again.status).toBe('SUCCEEDED');
    expect(callsOf(outcomes.again, 'Cancel earlier attempt')).toEqual([{ Id: 'earlier' }]);
    expect(callsOf(outcomes.again, 'Look at earlier attempt')).toHaveLength(2);
  });

  test.each<[string, string, string]>([
    ['statementFailed', 'StatementFailed', 'statement statement ended as FAILED: no such table'],
    ['detectorFailed', 'ActivationFailed', 'detector detector is FAILED: no rows'],
    ['detectorSilent', 'ActivationFailed', 'detector detector is FAILED and gives no reason'],
    ['detectorGone', 'ActivationFailed', 'detector detector is DELETING and gives no reason'],
    ['detectorSlow', 'ActivationTimeLimitExceeded', 'detector detector has not learned the history within 3600 seconds'],
    ['notActivated', 'ConflictException', 'wrong state'],
    ['notPlanned', 'Error', 'bad query'],
    ['notFinished', 'Error', 'no table'],
  ])('%s: the history is recorded as failed, and the run fails with the reason', (name, error, cause) => {
    expect(outcomes[name]).toMatchObject({ status: 'FAILED', error, cause });
    expect(callsOf(outcomes[name], 'Record failure')).toEqual([{ action: 'historyFailed', execution: 'execution', error: { Error: error, Cause: cause } }]);
  });
});
