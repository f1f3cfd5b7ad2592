// SPDX-License-Identifier: Apache-2.0

/**
 * Requests of CloudFormation and states of the detector, docs/detector-changes.md row by row: made of the deployed functions of a connector, for
 * a detector of a resource of another stack.
 */
import { DeleteAnomalyDetectorCommand, type AnomalyDetectorSummary } from '@aws-sdk/client-lookoutmetrics';
import { deployForTests, type ConnectorCloud } from './connector-cloud';
import { rowsOf } from './documented-rows';
import type { DetectorStatus } from '../../handlers/lookout/store';

let world: ConnectorCloud;
deployForTests(started => { world = started; });

describe('request of CloudFormation', () => {
  const HEADING = '| request | done | when it is repeated or fails |';
  const named = (name: string, more: { query?: string } = {}): Record<string, any> => {
    const { detector, metricSet: set, settings, ...rest } = world.configuration;
    return {
      ...rest,
      detector: { ...detector, AnomalyDetectorName: name },
      metricSet: { ...set, MetricSetName: `${name}-set` },
      settings: { ...settings, query: `${settings.query}${more.query ?? ''}` },
    };
  };
  const find = async (name: string): Promise<AnomalyDetectorSummary | undefined> => (
    (await world.detectors()).find(({ AnomalyDetectorName }) => AnomalyDetectorName === name));
  const arnOf = async (name: string): Promise<string> => (await find(name))!.AnomalyDetectorArn!;
  const settled = (): Promise<void> => world.cloud.allExecutionsFinished();
  const runsDuring = async (work: () => Promise<unknown>): Promise<number> => {
    const before = world.historyRuns;
    await work();
    return world.historyRuns - before;
  };

  const REQUESTS: Record<string, () => Promise<void>> = {
    'Create': async () => {
      const request = world.request('Create', named('made'));
      expect(await runsDuring(() => world.carryOut(request))).toBe(1);
      expect((await find('made'))!.Tags).toMatchObject({
        'redshift-lookout:stack': request.StackId, 'redshift-lookout:resource': 'Detector', 'redshift-lookout:request': request.RequestId,
      });
      // repeated it finds what it has made; the rollback of what failed leaves nothing; a name that is taken is left alone
      expect(await runsDuring(() => world.carryOut(request))).toBe(0);
      await expect(world.carryOut(world.request('Create', { ...named('broken'), bootstrapStateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:None' })))
        .rejects.toThrow();
      expect(await find('broken')).toBeUndefined();
      await expect(world.carryOut(world.request('Create', named('made')))).rejects.toThrow('choose another detectorName');
      const owner = await nameOfStacks();
      await expect(world.carryOut(world.request('Create', named(owner)))).rejects.toThrow('choose another detectorName');
      await world.carryOut(world.request('Delete', named(owner), undefined, owner));
      expect(await find(owner)).toBeDefined();
    },
    'Update, same name': async () => {
      const request = world.request('Update', named('made', { query: ' and views > 3' }), named('made'), 'made');
      await settled();
      expect(await runsDuring(() => world.carryOut(request))).toBe(1);
      await settled();
      expect(await runsDuring(() => world.carryOut(request))).toBe(0);
      expect(await world.status(await arnOf('made'))).toBe('ACTIVE');
    },
    'Update, other name': async () => {
      const request = world.request('Update', named('moved'), named('made', { query: ' and views > 3' }), 'made');
      expect(await runsDuring(() => world.carryOut(request))).toBe(1);
      expect((await world.begin(request)).PhysicalResourceId).toBe('moved');
      expect([await find('made'), await find('moved')]).not.toContain(undefined);
    },
    'rollback of an Update': async () => {
      // to another name: the old detector is taken back and learns again, then CloudFormation deletes the new one
      const back = world.request('Update', named('made', { query: ' and views > 3' }), named('moved'), 'moved');
      await settled();
      expect(await runsDuring(() => world.carryOut(back))).toBe(1);
      await world.carryOut(world.request('Delete', named('moved'), undefined, 'moved'));
      expect(await find('moved')).toBeUndefined();
      await settled();
      // what was refused before anything was changed: in place
      const [before, bad] = [named('made', { query: ' and views > 3' }), named('made', { query: ' and no_such_column > 3' })];
      await expect(world.carryOut(world.request('Update', bad, before, 'made'))).rejects.toThrow('no_such_column');
      expect(await runsDuring(() => world.carryOut(world.request('Update', before, bad, 'made')))).toBe(0);
      const zone = { ...before, metricSet: { ...before.metricSet, Timezone: 'Europe/Berlin' } };
      await expect(world.carryOut(world.request('Update', zone, before, 'made'))).rejects.toThrow('timezone');
      expect(await runsDuring(() => world.carryOut(world.request('Update', before, zone, 'made')))).toBe(0);
      // what failed when the detector was stopped already: learned again
      const late = named('made', { query: ' and views > 4' });
      const begun = await world.begin(world.request('Update', late, before, 'made'));
      while (await world.status(await arnOf('made')) !== 'DEACTIVATED') expect(await world.isComplete(begun)).toBe(false);
      expect(await runsDuring(() => world.carryOut(world.request('Update', before, late, 'made')))).toBe(1);
    },
    'Update of a detector that somebody deleted': async () => {
      await settled();
      const { AnomalyDetectorArn, CreationTime } = (await find('made'))!;
      await world.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn }));
      while (await find('made')) await new Promise(resolve => setTimeout(resolve, 20));
      const [before, after] = [named('made'), { ...named('made'), metricSet: { ...named('made').metricSet, Offset: 700 } }];
      expect(await runsDuring(() => world.carryOut(world.request('Update', after, before, 'made')))).toBe(1);
      expect((await find('made'))!.CreationTime!.getTime()).toBeGreaterThan(CreationTime!.getTime());
    },
    'Delete': async () => {
      // its history run is stopped
      await settled();
      await world.carryOut(world.request('Create', named('going')));
      await world.carryOut(world.request('Delete', named('going'), undefined, 'going'));
      expect(await find('going')).toBeUndefined();
      const [run] = world.cloud.executions.filter(({ stateMachineName }) => stateMachineName.includes('Bootstrap')).slice(-1);
      expect(run.status).toBe('ABORTED');
      // a passing state is waited for
      const arn = await arnOf('made');
      await world.store.changeStatus(arn, [await world.status(arn) as 'ACTIVE'], 'ACTIVATING', Date.now() / 1000);
      const deletion = await world.begin(world.request('Delete', named('made'), undefined, 'made'));
      for (let poll = 0; poll < 3; poll++) expect(await world.isComplete(deletion)).toBe(false);
      await world.store.changeStatus(arn, ['ACTIVATING'], 'ACTIVE', Date.now() / 1000);
      while (!await world.isComplete(deletion)) await new Promise(resolve => setTimeout(resolve, 20));
      expect(await find('made')).toBeUndefined();
      // gone, never made
      await world.carryOut(world.request('Delete', named('made'), undefined, 'made'));
      await world.carryOut(world.request('Delete', named('never'), undefined, 'never'));
    },
  };
  /** The stack's own detector, whatever it is called by now. */
  const nameOfStacks = async (): Promise<string> => (await world.detectors())
    .find(({ Tags }) => Tags!['redshift-lookout:resource'] !== 'Detector')!.AnomalyDetectorName!;

  test('each row has a case', () => expect(Object.keys(REQUESTS)).toEqual([...rowsOf(HEADING).keys()]));

  test.each(Object.keys(REQUESTS))('%s', name => REQUESTS[name](), 60_000);

  describe('status when an update has to learn again', () => {
    const STATES = '| status | what happens |';
    let arn: string;
    let configuration: Record<string, any>;
    let learned = 0;
    const now = (): number => Date.now() / 1000;
    const force = async (to: DetectorStatus): Promise<void> => {
      await settled();
      const from = await world.status(arn) as DetectorStatus;
      if (from !== to) await world.store.changeStatus(arn, [from], to, now());
    };
    /** An update to another query, begun, with its queries tried. */
    const updateIn = async (status: DetectorStatus): Promise<Record<string, any>> => {
      await force(status);
      const after = named('states', { query: ` and views > ${++learned}` });
      const begun = await world.begin(world.request('Update', after, configuration, 'states'));
      configuration = after;
      return begun;
    };
    const end = async (request: Record<string, any>): Promise<DetectorStatus[]> => {
      const seen = new Set<DetectorStatus>();
      for (let polls = 0; !await world.isComplete(request); polls++) {
        seen.add(await world.status(arn) as DetectorStatus);
        if (polls > 200) throw new Error('the update does not end');
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      return [...seen];
    };

    beforeAll(async () => {
      configuration = named('states');
      await world.carryOut(world.request('Create', configuration));
      arn = await arnOf('states');
    });

    test('each status of the table has a case', () => {
      expect([...rowsOf(STATES).keys()]).toEqual([
        'INACTIVE, DEACTIVATED, FAILED', 'LEARNING, ACTIVE', 'ACTIVATING, DEACTIVATING, BACK_TEST_ACTIVATING, BACK_TEST_ACTIVE', 'BACK_TEST_COMPLETE',
        'DELETING, or gone meanwhile',
      ]);
    });

    test.each<DetectorStatus>(['INACTIVE', 'DEACTIVATED', 'FAILED'])('%s: edited at once', async status => {
      const runs = world.historyRuns;
      const seen = await end(await updateIn(status));
      expect(seen.filter(other => other !== status)).toEqual([]);
      expect(world.historyRuns).toBe(runs + 1);
    }, 30_000);

    test.each<DetectorStatus>(['LEARNING', 'ACTIVE'])('%s: deactivated first', async status => {
      const seen = await end(await updateIn(status));
      expect(seen).toContain('DEACTIVATED');
    }, 30_000);

    test.each<DetectorStatus>(['ACTIVATING', 'DEACTIVATING', 'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'])('%s: waited for', async status => {
      const runs = world.historyRuns;
      const begun = await updateIn(status);
      for (let poll = 0; poll < 6; poll++) {
        expect(await world.isComplete(begun)).toBe(false);
        await new Promise(resolve => setTimeout(resolve, 30));
      }
      expect([await world.status(arn), world.historyRuns]).toEqual([status, runs]);
      await world.store.changeStatus(arn, [status], 'FAILED', now());
      await end(begun);
      expect(world.historyRuns).toBe(runs + 1);
    }, 30_000);

    test('BACK_TEST_COMPLETE: fails', async () => {
      const begun = await updateIn('BACK_TEST_COMPLETE');
      await expect(end(begun)).rejects.toThrow('has been back-tested and cannot be changed any more: set another detectorName');
    }, 30_000);

    test('DELETING, or gone meanwhile: fails', async () => {
      const begun = await updateIn('DELETING');
      for (let poll = 0; poll < 6; poll++) {
        expect(await world.isComplete(begun)).toBe(false);
        await new Promise(resolve => setTimeout(resolve, 30));
      }
      await world.store.deleteDetector(arn);
      await expect(end(begun)).rejects.toThrow('was deleted while it was being changed: deploy again');
    }, 30_000);
  });
});
