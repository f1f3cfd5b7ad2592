// SPDX-License-Identifier: Apache-2.0

import aslValidator from 'asl-validator';
import { configuration, definition, deployed, QUERY, synthesize } from './fixture';
import { callsOf, Outcome, Reply, Run, runMachine } from './machine-runs';
import { ConnectorQuery, Detector } from '../../src';

const { template } = synthesize({ historicalQuery: ConnectorQuery.fromString(`${QUERY} and 1 = 1`) });
const machine = definition(template, 'ConnectorBootstrap');

const BACKEND = { type: 'IN_ACCOUNT', functionName: 'service' };
const CHUNK = { start: '2026-10-01T00:00:00Z', end: '2026-11-01T00:00:00Z' };
const UNTOLD = { item: 'history execution', version: '1', detailType: 'Redshift Lookout History Failed', detail: { execution: 'execution' } };
const chunk = (remaining: number, more: object = {}): Reply => ({
  result: { interval: CHUNK, sql: 'UNLOAD', clientToken: 'token', statementName: 'name', folder: 's3://b/history/', previousStatementId: '', chosenByQuery: false, remaining, ...more },
});
const detector = (status: string, failureReason?: string | null): Reply => ({ result: { status, failureReason } });
const run = (replies: Record<string, Reply[]>): Run => ({
  input: { detectorArn: 'detector', backend: BACKEND },
  replies: {
    'Plan history': [chunk(1), chunk(0)],
    'Unload': [{ result: { Id: 'statement' } }],
    'Look at statement': [{ result: { Id: 'statement', Status: 'STARTED' } }, { result: { Id: 'statement', Status: 'FINISHED', ResultRows: 7 } }],
    'Deactivate detector': [detector('INACTIVE')],
    'Look at detector': [detector('LEARNING')],
    'Record failure': [{ result: { untold: UNTOLD } }],
    ...replies,
  },
});

let outcomes: Record<string, Outcome>;
beforeAll(() => {
  outcomes = runMachine(machine, {
    learned: run({ 'Look at detector': [detector('INACTIVE'), detector('ACTIVATING'), detector('ACTIVE', null)] }),
    again: run({
      'Plan history': [chunk(1, { previousStatementId: 'earlier' }), chunk(0)],
      'Look at earlier attempt': [{ result: { Status: 'PICKED' } }, { result: { Status: 'ABORTED' } }],
    }),
    inChunks: run({ 'Plan history': [chunk(3), chunk(2), chunk(1), chunk(0)] }),
    readBefore: run({ 'Plan history': [chunk(0)] }),
    notNoted: run({ 'Note statement': [{ error: 'Error', cause: 'not the newest any more' }] }),
    statementFailed: run({ 'Look at statement': [{ result: { Id: 'statement', Status: 'FAILED', Error: 'no such table' } }] }),
    ofEarlierRun: run({
      'Deactivate detector': [detector('ACTIVATING'), detector('ACTIVATING'), detector('DEACTIVATING'), detector('DEACTIVATED', '')],
      'Look at detector': [detector('DEACTIVATED'), detector('ACTIVE', '')],
    }),
    earlierFailed: run({ 'Deactivate detector': [detector('ACTIVATING'), detector('FAILED', 'no rows')] }),
    notDeactivated: run({ 'Deactivate detector': [{ error: 'Error', cause: 'does not exist any more' }] }),
    neverDeactivated: run({ 'Deactivate detector': [detector('ACTIVATING')] }),
    detectorFailed: run({ 'Look at detector': [detector('ACTIVATING'), detector('FAILED', 'no rows')] }),
    detectorSilent: run({ 'Look at detector': [detector('FAILED', null)] }),
    detectorGone: run({ 'Deactivate detector': [detector('DELETING', '')], 'Look at detector': [detector('DELETING', '')] }),
    detectorSlow: run({ 'Look at detector': [detector('ACTIVATING')] }),
    notActivated: run({ 'Activate detector': [{ error: 'ConflictException', cause: 'wrong state' }] }),
    notPlanned: run({ 'Plan history': [{ error: 'Error', cause: 'bad query' }] }),
    noBus: run({
      'Finish history': [{ error: 'Error', cause: 'no table' }], 'Tell of failed history': [{ error: 'EventBridge.FailedEntry', cause: 'busy' }],
    }),
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

test('each statement has its time: three chunks for 60 days of hours; and the detector has twice an hour to learn, six where it is Lookout for Metrics', () => {
  expect(machine.TimeoutSeconds).toBe(3 * 3600 + 2 * 3600 + 3600);
  expect(definition(synthesize({ detector: Detector.lookoutForMetrics() }).template, 'ConnectorBootstrap').TimeoutSeconds).toBe(3 * 3600 + 2 * 6 * 3600 + 3600);
});

describe('run', () => {
  test('unloads, activates, waits until the detector has learned, and lets the crawl begin', () => {
    const { learned } = outcomes;
    expect(learned.status).toBe('SUCCEEDED');
    expect(learned.calls.map(call => call.state)).toEqual([
      'Plan history', 'Unload', 'Note statement', 'Look at statement', 'Look at statement', 'Chunk unloaded', 'Plan history',
      'Deactivate detector', 'Activate detector', 'Look at detector', 'Look at detector', 'Look at detector', 'Finish history',
    ]);
    expect(callsOf(learned, 'Plan history')[0]).toMatchObject({ action: 'planHistory', now: expect.stringMatching(/^20.*Z$/), execution: 'execution' });
    expect(callsOf(learned, 'Note statement')).toEqual([{ action: 'historySubmitted', execution: 'execution', interval: CHUNK, statementId: 'statement' }]);
    expect(callsOf(learned, 'Deactivate detector')).toEqual([{ action: 'deactivate', backend: BACKEND, detectorArn: 'detector' }]);
    expect(callsOf(learned, 'Activate detector')).toEqual([{ action: 'activate', backend: BACKEND, detectorArn: 'detector' }]);
    expect(callsOf(learned, 'Look at detector')[2]).toEqual({ action: 'describe', backend: BACKEND, detectorArn: 'detector' });
    expect(callsOf(learned, 'Chunk unloaded')).toEqual([{
      action: 'historyUnloaded', execution: 'execution', interval: CHUNK, statement: { Id: 'statement', Status: 'FINISHED', ResultRows: 7 },
    }]);
    expect(callsOf(learned, 'Finish history')).toEqual([{ action: 'historyFinished', execution: 'execution' }]);
  });

  test('unloads chunk after chunk, and activates once all are read', () => {
    const { inChunks } = outcomes;
    expect(inChunks.status).toBe('SUCCEEDED');
    const tasks = inChunks.calls.map(call => call.state).filter(state => state !== 'Look at statement');
    expect(tasks).toEqual([
      ...[1, 2, 3].flatMap(() => ['Plan history', 'Unload', 'Note statement', 'Chunk unloaded']),
      'Plan history', 'Deactivate detector', 'Activate detector', 'Look at detector', 'Finish history',
    ]);
  });

  test('unloads nothing when all is read', () => {
    expect(outcomes.readBefore.calls.map(call => call.state)).toEqual(['Plan history', 'Deactivate detector', 'Activate detector', 'Look at detector', 'Finish history']);
  });

  test('waits until a detector that learns for an earlier run has ended and is stopped, and then has it learn what was read', () => {
    const { ofEarlierRun, earlierFailed } = outcomes;
    const tasks = (outcome: Outcome) => outcome.calls.map(call => call.state).filter(state => state.endsWith(' detector'));
    expect(ofEarlierRun.status).toBe('SUCCEEDED');
    expect(tasks(ofEarlierRun)).toEqual([
      ...Array.from({ length: 4 }, () => 'Deactivate detector'), 'Activate detector', 'Look at detector', 'Look at detector',
    ]);
    expect(earlierFailed.status).toBe('SUCCEEDED');
    expect(tasks(earlierFailed)).toEqual(['Deactivate detector', 'Deactivate detector', 'Activate detector', 'Look at detector']);
  });

  test('cancels a statement that the ledger does not take', () => {
    expect(callsOf(outcomes.notNoted, 'Cancel statement')).toEqual([{ Id: 'statement' }]);
    expect(outcomes.notNoted).toMatchObject({ status: 'FAILED', cause: 'not the newest any more' });
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
    ['notDeactivated', 'Error', 'does not exist any more'],
    ['neverDeactivated', 'DeactivationTimeLimitExceeded',
      'detector detector is ACTIVATING since before this history run, and could not be deactivated within 3600 seconds to learn what was read'],
    ['notActivated', 'ConflictException', 'wrong state'],
    ['notPlanned', 'Error', 'bad query'],
    ['notFinished', 'Error', 'no table'],
  ])('%s: the history is recorded as failed, and the run fails with the reason', (name, error, cause) => {
    expect(outcomes[name]).toMatchObject({ status: 'FAILED', error, cause });
    expect(callsOf(outcomes[name], 'Record failure')).toEqual([{ action: 'historyFailed', execution: 'execution', error: { Error: error, Cause: cause } }]);
    expect(callsOf(outcomes[name], 'Tell of failed history')).toEqual([{
      Entries: [{ Source: 'cdk-redshift-lookout', DetailType: UNTOLD.detailType, Detail: UNTOLD.detail }],
    }]);
    expect(callsOf(outcomes[name], 'Note that failed history was told')).toEqual([{ action: 'told', untold: UNTOLD }]);
  });

  test('an event that the bus does not take leaves the reason what it is', () => {
    expect(outcomes.noBus).toMatchObject({ status: 'FAILED', error: 'Error', cause: 'no table' });
    expect(callsOf(outcomes.noBus, 'Note that failed history was told')).toEqual([]);
  });
});
