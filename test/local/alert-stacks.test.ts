// SPDX-License-Identifier: Apache-2.0

/** An alert in a stack that depends on the connector's: it is made, sends, and goes with its stack; and in which order the stacks go. */
import { CfnOutput, RemovalPolicy, Stack, type App } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ConnectorCloud, type Deployment } from './connector-cloud';
import { removeTemporaryFolders } from './synthesise';
import { AlertTarget, Detector, LookoutAlert, LookoutService } from '../../src';

const another = (stack: Stack, id: string): Stack => new Stack(stack.node.root as App, id);

/** The alert `elsewhere`, while it is there, to a topic of a stack which needs the connector's anyway. */
const alertElsewhere = (isThere: () => boolean): Deployment => ({
  then: (connector, stack) => {
    const pagers = another(stack, 'Pagers');
    new CfnOutput(pagers, 'Watched', { value: connector.detectorArn });
    const target = AlertTarget.topic(new sns.Topic(pagers, 'Topic'));
    if (isThere()) new LookoutAlert(pagers, 'Elsewhere', { connector, alertName: 'elsewhere', target });
  },
});

const sharedService: Deployment = {
  props: stack => ({ detector: Detector.inAccount({ service: new LookoutService(another(stack, 'Shared'), 'Lookout', { removalPolicy: RemovalPolicy.DESTROY }) }) }),
};

/** A set of stacks; which of them has the service. */
const SETS: [name: string, first: Deployment, serviceStack: string][] = [
  ['a service of the connector\'s own', {}, 'Test'],
  ['a shared service in a third stack', sharedService, 'Shared'],
];

describe.each(SETS)('%s', (_name, first, serviceStack) => {
  let world: ConnectorCloud;
  let isThere = true;
  let hour = Date.UTC(2026, 0, 5);

  beforeAll(async () => {
    world = await ConnectorCloud.start();
    await world.deploy({ props: first.props, then: alertElsewhere(() => isThere).then });
  }, 120_000);
  afterAll(async () => {
    await world?.close();
    removeTemporaryFolders();
  });

  /** Has the next hour crawled, in which one platform has far more views than ever, or as many as ever. Gives what alerts were sent, and to whom. */
  const told = async (views: number): Promise<[alert: string, topicArn: string][]> => {
    const time = new Date(hour).toISOString().slice(0, 19).replace('T', ' ');
    await world.warehouse.load('orders', `${time},web,de,${views},12\n${time},ios,de,105,12\n`);
    hour += 3_600_000;
    const before = world.cloud.notifications.length;
    await world.cloud.runScheduleUntil(new Date(hour + 300_000));
    await world.cloud.allExecutionsFinished();
    expect(world.cloud.executions.at(-1)).toMatchObject({ status: 'SUCCEEDED' });
    return world.cloud.notifications.slice(before)
      .map(({ message, topicArn }) => [(JSON.parse(message) as { alertName: string }).alertName, topicArn] as [string, string]).sort();
  };
  const topic = (path: string): string => world.cloud.physicalName(path)!;
  const alertNames = async (): Promise<string[]> => (await world.alerts()).map(({ AlertName }) => AlertName!).sort();

  test('is sent by a role of its own stack', async () => {
    const alerts = new Map((await world.alerts()).map(({ AlertName, Action }) => [AlertName, Action!.SNSConfiguration!.RoleArn]));
    expect(alerts).toEqual(new Map([
      ['pager', world.cloud.attribute('Test/Orders/AlertRole', 'Arn')], ['elsewhere', world.cloud.attribute('Pagers/Elsewhere/AlertRole', 'Arn')],
    ]));
    expect(world.cloud.outputs.Watched).toBe((await world.detectors())[0].AnomalyDetectorArn);
  });

  test('an anomaly reaches its topic, and that of the connector\'s stack', async () => {
    expect(await told(105)).toEqual([]);
    expect(await told(4000)).toEqual([['elsewhere', topic('Pagers/Topic')], ['pager', topic('Test/Anomalies')]]);
    expect(world.cloud.lostInvocations).toEqual([]);
  }, 30_000);

  test('the stacks that it needs cannot be removed before its own', async () => {
    for (const stack of new Set(['Test', serviceStack])) {
      const resources = world.cloud.resources();
      await expect(world.cloud.destroy(stack)).rejects.toThrow(new RegExp(`^stack ${stack}: Cannot delete export ${stack}:\\w+ as it is in use by `));
      expect(world.cloud.resources()).toEqual(resources);
    }
  });

  test('goes with its stack, and the connector works on', async () => {
    for (const _ of Array(3)) await told(105);
    await world.cloud.destroy('Pagers');
    expect(await alertNames()).toEqual(['pager']);
    expect(await told(5000)).toEqual([['pager', topic('Test/Anomalies')]]);
    expect(world.cloud.lostInvocations).toEqual([]);
  }, 30_000);

  test('comes again with its stack', async () => {
    await world.deploy();
    expect(await alertNames()).toEqual(['elsewhere', 'pager']);
  }, 30_000);

  test('taken away from its stack, goes when that is deployed first, by itself', async () => {
    isThere = false;
    await expect(world.deploy()).rejects.toThrow(/^stack Test: Cannot delete export Test:\w+ as it is in use by Pagers$/);
    expect(await alertNames()).toEqual(['elsewhere', 'pager']);
    await world.cloud.deploy(undefined, 'Pagers'); // what was synthesised for the deployment that failed
    expect(await alertNames()).toEqual(['pager']);
    await world.deploy();
    expect(world.cloud.attribute('Pagers/Elsewhere/AlertRole', 'Arn')).toBeUndefined();
  }, 30_000);

  test('refuses a change that gives the detector another ARN, as long as it is there', async () => {
    isThere = true;
    await world.deploy();
    expect(await alertNames()).toEqual(['elsewhere', 'pager']);
    await expect(world.deploy({ props: () => ({ detectorName: 'renamed' }) }))
      .rejects.toThrow(/^stack Test: Cannot update export Test:ExportsOutputFnGetAttOrdersDetector\w+ as it is in use by Pagers$/);
  }, 30_000);
});
