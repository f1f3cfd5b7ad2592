// SPDX-License-Identifier: Apache-2.0

import { hour, shopHour, webDown } from '../shop';
import { ALERT_ROLE, DETECTOR, TOPIC, World } from '../world';

let world: World;
let handler: ReturnType<World['handler']>;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

describe('alerts', () => {
  test('in JSON carry what those of Lookout for Metrics carried', async () => {
    handler = await world.learned();
    const { arn } = await world.createAlert({ description: 'wakes people' });
    await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    const [group] = (await world.groups()).filter(({ measure }) => measure === 'views');
    const message = world.published.map(({ Message, TopicArn }) => ({ ...JSON.parse(Message), TopicArn })).find(({ impactedMetric }) => impactedMetric.metricName === 'views');
    expect(message).toEqual({
      TopicArn: TOPIC,
      alertName: 'pager',
      alertEventId: expect.stringMatching(new RegExp(`^${arn}:event/[0-9a-f-]{36}$`)),
      anomalyDetectorArn: DETECTOR,
      alertArn: arn,
      alertDescription: 'wakes people',
      impactedMetric: {
        metricName: 'views',
        dimensionContribution: [
          { dimensionName: 'platform', dimensionValueContributions: [{ dimensionValue: 'web', valueContribution: 100 }] },
          { dimensionName: 'marketplace', dimensionValueContributions: expect.arrayContaining([{ dimensionValue: 'de', valueContribution: expect.any(Number) }]) },
        ],
        rootCauses: [{ dimensions: [{ dimensionName: 'platform', dimensionValue: 'web' }], share: 100 }],
        relevantTimeSeries: group.series.map(({ timeSeriesId, observed, expected, dimensions }) => ({
          timeSeriesId,
          metricValue: observed,
          expectedValue: expected,
          dimensions: dimensions.map(({ name, value }) => ({ dimensionName: name, dimensionValue: value })),
        })),
      },
      timestamp: '2026-01-22T00:00Z[UTC]',
      anomalyScore: group.score,
      consoleUrl: expect.stringContaining('https://eu-central-1.console.aws.amazon.com/'),
      anomalyGroupId: group.id,
    });
  });

  test('are sent from the threshold on', async () => {
    const detected = async (threshold: number): Promise<number> => {
      handler = await world.learned({}, 7);
      await world.createAlert({ threshold });
      return (await world.detectHour(handler, 0, shopHour(hour(0), (platform, marketplace) => platform === 'web' && marketplace === 'de' ? 0.2 : 1))).alertsDelivered;
    };
    await detected(100);
    const scores = (await world.groups()).map(group => group.score).sort();
    expect(await detected(scores[0])).toBe(2);
    expect(await detected(scores[1] + 0.01)).toBe(0);
  });

  test('as text are for people', async () => {
    handler = await world.learned();
    await world.createAlert({ action: { SNSConfiguration: { RoleArn: ALERT_ROLE, SnsTopicArn: TOPIC, SnsFormat: 'LONG_TEXT' } } });
    await world.createAlert({ name: 'sms', action: { SNSConfiguration: { RoleArn: ALERT_ROLE, SnsTopicArn: TOPIC, SnsFormat: 'SHORT_TEXT' } } });
    expect(await world.detectHour(handler, 0, shopHour(hour(0), webDown))).toMatchObject({ alertsDelivered: 4 });
    const long = world.published.find(({ Subject, Message }) => Subject && Message.includes('Anomaly in views'))!;
    expect(long.Subject).toMatch(/^Anomaly in views: severity [\d.]+$/);
    expect(long.Message).toMatch(/platform: web 100 %/);
    expect(long.Message).toMatch(/platform web, marketplace (de|fr): [\d,]+ observed, [\d,.]+ expected/);
    expect(long.Message).toContain('What explains it:\n  platform = web: 100 % of the deviation');
    const short = world.published.find(({ Subject, Message }) => !Subject && Message.includes('views'))!;
    expect(short.Message).toMatch(/^Anomaly in views, severity [\d.]+, 2026-01-22T00:00Z\[UTC\], platform web https:\/\/\S+$/);
  });

  test('go to functions too', async () => {
    handler = await world.learned();
    const LambdaArn = 'arn:aws:lambda:eu-central-1:123456789012:function:pager';
    await world.createAlert({ type: 'LAMBDA', action: { LambdaConfiguration: { RoleArn: ALERT_ROLE, LambdaArn } } });
    expect(await world.detectHour(handler, 0, shopHour(hour(0), webDown))).toMatchObject({ alertsDelivered: 2 });
    const [invoked] = world.captured;
    expect(decodeURIComponent(invoked.path)).toContain(`/functions/${LambdaArn}/invocations`);
    expect(JSON.parse(invoked.body)).toMatchObject({ alertName: 'pager', impactedMetric: { metricName: expect.any(String) } });
  });

  test('that cannot be delivered are counted, logged, and sent when the interval is asked for again', async () => {
    handler = await world.learned();
    await world.createAlert();
    await world.createAlert({ name: 'other' });
    world.refuses = ({ parameters }) => parameters.Message.includes('"alertName":"pager"');
    expect(await world.detectHour(handler, 0, shopHour(hour(0), webDown))).toMatchObject({ alertsDelivered: 2, alertsUndelivered: 2 });
    const errors = world.logged.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(2);
    expect(errors[0].fields).toMatchObject({ target: TOPIC, reason: expect.stringContaining('not allowed to publish') });
    expect(world.counts.at(-1)).toMatchObject({ anomalyGroups: 2, alertsDelivered: 2, alertsUndelivered: 2 });
    world.refuses = () => false;
    const again = await world.detect(hour(0), handler);
    expect(again).toMatchObject({ alertsDelivered: 4, alertsUndelivered: 0 });
    expect(await world.detect(hour(0), handler)).toEqual(again);
    expect(world.published).toHaveLength(4);
  });

  test('that could not be delivered are sent when the group goes on', async () => {
    handler = await world.learned();
    await world.createAlert();
    world.refuses = () => true;
    await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    world.refuses = () => false;
    expect(await world.detectHour(handler, 1, shopHour(hour(1), webDown))).toMatchObject({ alertsDelivered: 2, alertsUndelivered: 0 });
  });

  test('with filters tell of the measures and values that pass them', async () => {
    handler = await world.learned();
    await world.createAlert({ filters: { MetricList: ['views'], DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['web'] }] } });
    await world.createAlert({ name: 'quiet', filters: { DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['ios'] }] } });
    expect(await world.detectHour(handler, 0, shopHour(hour(0), webDown))).toMatchObject({ alertsDelivered: 1 });
    expect(JSON.parse(world.published[0].Message)).toMatchObject({ alertName: 'pager', impactedMetric: { metricName: 'views' } });
  });

  test('tell of an anomaly that goes on once, or again after the hours that their tag says', async () => {
    handler = await world.learned();
    await world.createAlert({ filters: { MetricList: ['views'] } });
    await world.createAlert({ name: 'nagging', filters: { MetricList: ['views'] }, tags: { 'cdk-redshift-lookout:remind-after-hours': '2' } });
    for (let index = 0; index < 6; index++) await world.detectHour(handler, index, shopHour(hour(index), webDown));
    const [group, ...others] = (await world.groups()).filter(({ measure }) => measure === 'views');
    expect(others).toEqual([]);
    const sent = world.published.map(({ Message }) => JSON.parse(Message));
    expect(sent.filter(({ alertName }) => alertName === 'pager')).toHaveLength(1);
    const reminders = sent.filter(({ alertName }) => alertName === 'nagging');
    expect(reminders.map(({ timestamp }) => timestamp.slice(11, 13))).toEqual(['00', '02', '04']);
    expect(new Set(reminders.map(({ alertEventId }) => alertEventId)).size).toBe(3);
    expect(new Set(reminders.map(({ anomalyGroupId }) => anomalyGroupId))).toEqual(new Set([group.id]));
    expect(group.alertsSent).toHaveLength(2); // the newest notice of each
  });

  test('for chats are in the schema of custom notifications', async () => {
    handler = await world.learned();
    await world.createAlert({ tags: { 'cdk-redshift-lookout:message': 'chat' } });
    await world.detectHour(handler, 0, shopHour(hour(0), webDown));
    expect(JSON.parse(world.published[0].Message)).toMatchObject({ version: '1.0', source: 'custom', content: { textType: 'client-markdown' } });
  });
});
