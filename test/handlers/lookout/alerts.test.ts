// SPDX-License-Identifier: Apache-2.0

import {
  ConflictException, CreateAlertCommand, DeleteAlertCommand, DeleteAnomalyDetectorCommand, DescribeAlertCommand, ListAlertsCommand,
  ResourceNotFoundException, ServiceQuotaExceededException, UpdateAlertCommand, ValidationException,
} from '@aws-sdk/client-lookoutmetrics';
import { alertInput, HOSTILE, PREFIX, TestService } from './service';
import { onEachStore } from './stores';

onEachStore(makeStore => {
  let service: TestService;
  let arn: string;
  beforeEach(async () => {
    service = new TestService(await makeStore());
    arn = await service.createDetector();
  });

  const create = async (more: object = {}): Promise<string> =>
    (await service.client.send(new CreateAlertCommand({ ...alertInput(arn), ...more }))).AlertArn!;
  const describeAlert = async (AlertArn: string): Promise<Record<string, any>> =>
    (await service.client.send(new DescribeAlertCommand({ AlertArn }))).Alert!;
  const lambda = { LambdaConfiguration: { RoleArn: 'arn:aws-cn:iam::123456789012:role/send', LambdaArn: 'arn:aws-cn:lambda:cn-north-1:123456789012:function:f' } };

  test('is described as it was given, with type, status and a default threshold', async () => {
    const alertArn = await create();
    expect(alertArn).toBe(`${PREFIX}:Alert:pager`);
    expect(await describeAlert(alertArn)).toEqual({
      AlertArn: alertArn,
      AnomalyDetectorArn: arn,
      AlertName: 'pager',
      AlertSensitivityThreshold: 70,
      AlertType: 'SNS',
      AlertStatus: 'ACTIVE',
      Action: alertInput(arn).Action,
      CreationTime: new Date(1700000000250),
      LastModificationTime: new Date(1700000000250),
    });

    const other = await create({ AlertName: 'hook', AlertDescription: HOSTILE, AlertSensitivityThreshold: 0, Action: lambda, Tags: { a: 'b' } });
    expect(await describeAlert(other)).toMatchObject({ AlertDescription: HOSTILE, AlertSensitivityThreshold: 0, AlertType: 'LAMBDA', Action: lambda });
  });

  test('is listed with its tags, alone or with all', async () => {
    const alertArn = await create({ Tags: { a: 'b' }, AlertSensitivityThreshold: 1 });
    const otherDetector = await service.createDetector('other');
    await create({ AlertName: 'another', AnomalyDetectorArn: otherDetector });
    expect((await service.client.send(new ListAlertsCommand({ AnomalyDetectorArn: arn }))).AlertSummaryList).toEqual([{
      AlertArn: alertArn,
      AnomalyDetectorArn: arn,
      AlertName: 'pager',
      AlertSensitivityThreshold: 1,
      AlertType: 'SNS',
      AlertStatus: 'ACTIVE',
      Tags: { a: 'b' },
      CreationTime: new Date(1700000000250),
      LastModificationTime: new Date(1700000000250),
    }]);
    const first = await service.client.send(new ListAlertsCommand({ MaxResults: 1 }));
    const second = await service.client.send(new ListAlertsCommand({ MaxResults: 1, NextToken: first.NextToken }));
    expect([...first.AlertSummaryList!, ...second.AlertSummaryList!].map(({ AlertName }) => AlertName)).toEqual(['another', 'pager']);
    expect(second.NextToken).toBeUndefined();
  });

  test('has a name that is unique across detectors', async () => {
    const alertArn = await create();
    const otherDetector = await service.createDetector('other');
    const error = await create({ AnomalyDetectorArn: otherDetector }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConflictException);
    expect(error).toMatchObject({ ResourceId: alertArn, ResourceType: 'Alert' });
  });

  test('is one of at most ten of a detector', async () => {
    for (let index = 0; index < 10; index++) {
      await create({ AlertName: `alert-${index}` });
    }
    const error = await create({ AlertName: 'alert-10' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ServiceQuotaExceededException);
    expect(error).toMatchObject({ QuotaCode: 'ALERTS_PER_DETECTOR', ResourceType: 'Alert', ResourceId: `${PREFIX}:Alert:alert-10` });
    await expect(create({ AlertName: 'alert-3' })).rejects.toThrow(ConflictException);
    await create({ AlertName: 'alert-10', AnomalyDetectorArn: await service.createDetector('other') });
  });

  test('is updated in what is given', async () => {
    const alertArn = await create({ AlertDescription: 'before', AlertSensitivityThreshold: 30 });
    service.now += 60;
    await service.client.send(new UpdateAlertCommand({ AlertArn: alertArn, AlertSensitivityThreshold: 0 }));
    expect(await describeAlert(alertArn)).toMatchObject({
      AlertDescription: 'before', AlertSensitivityThreshold: 0, AlertType: 'SNS', CreationTime: new Date(1700000000250), LastModificationTime: new Date(1700000060250),
    });
    await service.client.send(new UpdateAlertCommand({ AlertArn: alertArn, AlertDescription: '', Action: lambda }));
    expect(await describeAlert(alertArn)).toMatchObject({ AlertDescription: '', AlertType: 'LAMBDA', Action: lambda });
  });

  test('is gone after its deletion, and after that of its detector', async () => {
    const alertArn = await create();
    await service.client.send(new DeleteAlertCommand({ AlertArn: alertArn }));
    for (const Command of [DescribeAlertCommand, DeleteAlertCommand, UpdateAlertCommand]) {
      const error = await service.client.send(new Command({ AlertArn: alertArn }) as DescribeAlertCommand).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ResourceNotFoundException);
      expect(error).toMatchObject({ ResourceId: alertArn, ResourceType: 'Alert' });
    }
    await create();
    await service.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
    await expect(describeAlert(alertArn)).rejects.toThrow(ResourceNotFoundException);
    await expect(create()).rejects.toThrow(ResourceNotFoundException);
  });

  test('cannot be added to a detector that is being deleted', async () => {
    await service.store.changeStatus(arn, ['INACTIVE'], 'DELETING', 1);
    await expect(create()).rejects.toThrow(ConflictException);
  });

  test.each<[string, object, string]>([
    ['no target', { Action: {} }, 'Action'],
    ['two targets', { Action: { ...alertInput('').Action, ...lambda } }, 'Action'],
    ['no action', { Action: undefined }, 'Action'],
    ['a topic that is no ARN', { Action: { SNSConfiguration: { RoleArn: 'arn:aws:iam::1:role/r', SnsTopicArn: 'topic' } } }, 'Action.SNSConfiguration.SnsTopicArn'],
    ['no role', { Action: { LambdaConfiguration: { LambdaArn: 'arn:aws:lambda:x:1:function:f' } } }, 'Action.LambdaConfiguration.RoleArn'],
    ['an unknown format', { Action: { SNSConfiguration: { ...alertInput('').Action!.SNSConfiguration, SnsFormat: 'HTML' } } }, 'Action.SNSConfiguration.SnsFormat'],
    ['a threshold of 101', { AlertSensitivityThreshold: 101 }, 'AlertSensitivityThreshold'],
    ['filters with too many measures', { AlertFilters: { MetricList: ['a', 'b', 'c', 'd', 'e', 'f'] } }, 'AlertFilters.MetricList'],
    ['a blank description', { AlertDescription: ' ' }, 'AlertDescription'],
    ['a long description', { AlertDescription: 'x'.repeat(257) }, 'AlertDescription'],
    ['a reserved tag', { Tags: { 'aws:x': 'y' } }, 'Tags key'],
    ['a tag value with a forbidden sign', { Tags: { x: '<y>' } }, 'Tags["x"]'],
  ])('refuses %s', async (_, change, field) => {
    const error = await create(change).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ValidationException);
    expect((error as ValidationException).Fields).toEqual([{ Name: field, Message: expect.any(String) }]);
    expect((await service.client.send(new ListAlertsCommand({}))).AlertSummaryList).toEqual([]);
  });
});
