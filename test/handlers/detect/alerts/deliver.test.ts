// SPDX-License-Identifier: Apache-2.0

import { deliver } from '../../../../handlers/detect/alerts/deliver';
import type { Services } from '../../../../handlers/detect/services';
import type { DeliverEvent } from '../../../../src/private/contract';
import { hour, shopHour, webDown } from '../shop';
import { ALERT_ROLE, DETECTOR, TOPIC, World } from '../world';

let world: World;
let handler: ReturnType<World['handler']>;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

/** A detector with an alert on views, which its topic refused in the first anomalous hour. */
async function undelivered(): Promise<DeliverEvent> {
  handler = await world.learned({}, 7);
  await world.createAlert({ filters: { MetricList: ['views'] }, tags: { 'cdk-redshift-lookout:remind-after-hours': '1' } });
  world.refuses = () => true;
  await world.detectHour(handler, 0, shopHour(hour(0), webDown));
  world.refuses = () => false;
  expect(world.later).toHaveLength(1);
  return world.later[0];
}

const sentEvents = (): string[] => world.published.map(({ Message }) => JSON.parse(Message).alertEventId as string);

test('an alert that its target refuses is handed over with all that is needed to send it', async () => {
  const event = await undelivered();
  const [group] = (await world.groups()).filter(({ measure }) => measure === 'views');
  expect(event).toEqual({
    action: 'deliver',
    detectorArn: DETECTOR,
    alertArn: expect.stringMatching(/:Alert:pager$/),
    anomalyGroupId: group.id,
    alertEventId: expect.stringMatching(/:Alert:pager:event\/[0-9a-f-]{36}$/),
    notice: event.alertArn,
    at: Date.parse(hour(0)) / 1000,
    timezone: 'UTC',
    target: TOPIC,
    reason: expect.stringContaining('not allowed to publish'),
  });
});

test('it is delivered once, with the id of its event, and noted', async () => {
  const event = await undelivered();
  expect(await handler(event)).toEqual({ delivered: true });
  expect(sentEvents()).toEqual([event.alertEventId]);
  expect(world.counts.at(-1)).toEqual({ alertsDelivered: 1 });
  expect((await world.store.getGroup(DETECTOR, event.anomalyGroupId))!.alertsSent).toEqual([event.alertArn]);
  expect(await handler(event)).toEqual({ delivered: false, reason: 'it was sent meanwhile' });
  // nor is it sent when the interval is asked for again
  expect(await world.detect(hour(0), handler)).toMatchObject({ alertsUndelivered: 0 });
  expect(sentEvents()).toEqual([event.alertEventId]);
});

test('a message of the dead-letter queue is taken as it is', async () => {
  const event = await undelivered();
  const message = { version: '1.0', requestContext: { condition: 'RetriesExhausted' }, requestPayload: event, responsePayload: { errorType: 'Error' } };
  expect(await handler(message)).toEqual({ delivered: true });
  expect(sentEvents()).toEqual([event.alertEventId]);
});

test('a function that is killed between the delivery and its note delivers the same event again', async () => {
  const event = await undelivered();
  const broken = world.handler({
    store: new Proxy(world.store, {
      get: (target, name) => name === 'putGroup' ? () => Promise.reject(new Error('killed')) : target[name as 'getGroup'].bind(target),
    }),
  });
  await expect(broken(event)).rejects.toThrow('killed');
  expect(await handler(event)).toEqual({ delivered: true });
  expect(sentEvents()).toEqual([event.alertEventId, event.alertEventId]);
});

test('as long as the target refuses it the invocation fails, so that Lambda repeats it and keeps the event', async () => {
  const event = await undelivered();
  world.refuses = () => true;
  await expect(handler(event)).rejects.toThrow('not allowed to publish');
  world.refusesRoles = () => true;
  await expect(world.handler()(event)).rejects.toThrow('not allowed to assume');
  expect((await world.store.getGroup(DETECTOR, event.anomalyGroupId))!.alertsSent).toEqual([]);
});

test('a first notice is not sent after a reminder', async () => {
  const event = await undelivered();
  await world.detectHour(handler, 1, shopHour(hour(1), webDown));
  expect(sentEvents()).toHaveLength(1);
  expect(await handler(event)).toEqual({ delivered: false, reason: 'it was sent meanwhile' });
});

test.each<[string, (event: DeliverEvent) => Promise<unknown>, Partial<DeliverEvent>, string]>([
  ['the alert was deleted', event => world.store.deleteAlert(event.alertArn), {}, 'the alert is there no more'],
  ['the detector was deleted', () => world.store.deleteDetector(DETECTOR), {}, 'the alert is there no more'],
  ['the alert is another detector\'s', async () => undefined, { detectorArn: `${DETECTOR}2` }, 'the alert is there no more'],
  ['the group is not there', async () => undefined, { anomalyGroupId: '00000000-0000-0000-0000-000000000000' }, 'the anomaly group is there no more'],
])('nothing is sent, and nothing repeated, when %s', async (_name, change, other, reason) => {
  const event = await undelivered();
  await change(event);
  expect(await handler({ ...event, ...other })).toEqual({ delivered: false, reason });
  expect(world.published).toEqual([]);
});

test('when even the handing over fails the alert goes when the group goes on', async () => {
  handler = await world.learned({}, 7);
  await world.createAlert();
  const lonely = world.handler({ invokeLater: () => Promise.reject(new Error('no Lambda')) });
  world.refuses = () => true;
  expect(await world.detectHour(lonely, 0, shopHour(hour(0), webDown))).toMatchObject({ alertsDelivered: 0, alertsUndelivered: 2 });
  expect(world.logged.map(({ message }) => message)).toContain('the delivery of an alert could not be handed over');
  world.refuses = () => false;
  expect(await world.detectHour(lonely, 1, shopHour(hour(1), webDown))).toMatchObject({ alertsDelivered: 2, alertsUndelivered: 0 });
});

test('the group can be read when its alert leaves, in the first attempt and in later ones', async () => {
  const found: (boolean | undefined)[] = [];
  const watching: Partial<Services> = {
    roles: {
      s3: () => world.client,
      lambda: () => { throw new Error('no function is told'); },
      events: () => { throw new Error('no bus is told'); },
      sns: () => ({
        send: async ({ input }: { input: { Message: string } }) => {
          const { anomalyGroupId } = JSON.parse(input.Message) as { anomalyGroupId: string };
          const group = await world.store.getGroup(DETECTOR, anomalyGroupId);
          const listed = await world.store.listGroupSummaries(DETECTOR, { limit: 100 });
          found.push(group !== undefined && group.series.length > 0 && listed.items.some(({ id }) => id === anomalyGroupId));
          throw new Error('after the look');
        },
      } as never),
    },
  };
  await world.learned({}, 7);
  await world.createAlert();
  await world.detectHour(world.handler(watching), 0, shopHour(hour(0), webDown));
  expect(found).toEqual([true, true]);
  const services = { ...watching, store: world.store, log: { info() {}, error() {}, warn() {} } } as unknown as Services;
  await expect(deliver(world.later[0], services)).rejects.toThrow('after the look');
  expect(found).toEqual([true, true, true]);
});

describe('event buses', () => {
  const BUS = 'arn:aws:events:us-east-1:210987654321:event-bus/alerts';
  const bus = { type: 'LAMBDA', action: { LambdaConfiguration: { RoleArn: ALERT_ROLE, LambdaArn: BUS } } } as const;

  test('get the JSON form as the detail of an event', async () => {
    handler = await world.learned({}, 7);
    const { arn } = await world.createAlert({ ...bus, filters: { MetricList: ['views'] } });
    expect(await world.detectHour(handler, 0, shopHour(hour(0), webDown))).toMatchObject({ alertsDelivered: 1 });
    const [{ body, accessKey }] = world.captured;
    expect(accessKey).toBe('alert'); // the alert's role signs
    const { Entries: [entry, ...others] } = JSON.parse(body);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      EventBusName: BUS, Source: 'cdk-redshift-lookout', DetailType: 'Lookout for Metrics Anomaly Alert', Resources: [arn, DETECTOR],
    });
    expect(JSON.parse(entry.Detail)).toMatchObject({ alertName: 'pager', anomalyGroupId: expect.any(String), impactedMetric: { metricName: 'views' } });
  });

  test('that refuse the event in a call that succeeds are undelivered', async () => {
    handler = await world.learned({}, 7);
    await world.createAlert(bus);
    world.answersEvents = () => '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"Rate exceeded"}]}';
    expect(await world.detectHour(handler, 0, shopHour(hour(0), webDown))).toMatchObject({ alertsDelivered: 0, alertsUndelivered: 2 });
    expect(world.later[0]).toMatchObject({ target: BUS, reason: 'ThrottlingException: Rate exceeded' });
    world.answersEvents = () => '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}';
    expect(await handler(world.later[0])).toEqual({ delivered: true });
  });
});

test('a FIFO topic gets the group as the order and the event\'s id against doubles', async () => {
  handler = await world.learned({}, 7);
  await world.createAlert({ action: { SNSConfiguration: { RoleArn: ALERT_ROLE, SnsTopicArn: `${TOPIC}.fifo` } }, filters: { MetricList: ['views'] } });
  await world.detectHour(handler, 0, shopHour(hour(0), webDown));
  const [{ Message, MessageGroupId, MessageDeduplicationId }] = world.published;
  const { anomalyGroupId, alertEventId } = JSON.parse(Message);
  expect(MessageGroupId).toBe(anomalyGroupId);
  expect(alertEventId).toBe(`arn:aws:lookoutmetrics:eu-central-1:123456789012:Alert:pager:event/${MessageDeduplicationId}`);
});
