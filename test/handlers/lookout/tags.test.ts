// SPDX-License-Identifier: Apache-2.0

import {
  CreateAlertCommand, CreateAnomalyDetectorCommand, CreateMetricSetCommand, ListAnomalyDetectorsCommand, ListTagsForResourceCommand,
  ResourceNotFoundException, TagResourceCommand, UntagResourceCommand, UpdateAlertCommand, UpdateAnomalyDetectorCommand, UpdateMetricSetCommand,
  ValidationException,
} from '@aws-sdk/client-lookoutmetrics';
import { alertInput, metricSetInput, PREFIX, TestService } from './service';
import { onEachStore } from './stores';
import { MemoryStore } from '../../../handlers/lookout/memory-store';

onEachStore(makeStore => {
  let service: TestService;
  let arns: string[];
  beforeEach(async () => {
    service = new TestService(await makeStore());
    const { arn, metricSetArn } = await service.createReadyDetector();
    const { AlertArn } = await service.client.send(new CreateAlertCommand(alertInput(arn)));
    arns = [arn, metricSetArn, AlertArn!];
  });

  const tag = (ResourceArn: string, Tags: Record<string, string>): Promise<unknown> =>
    service.client.send(new TagResourceCommand({ ResourceArn, Tags }));
  const untag = (ResourceArn: string, TagKeys: string[]): Promise<unknown> => service.client.send(new UntagResourceCommand({ ResourceArn, TagKeys }));
  const tagsOf = async (ResourceArn: string): Promise<unknown> => (await service.client.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;

  test('tags of detectors, metric sets and alerts are added, replaced and removed', async () => {
    for (const arn of arns) {
      expect(await tagsOf(arn)).toEqual({});
      await tag(arn, { 'cost centre': '7', 'stage': 'test', '__proto__x': 'y' });
      await tag(arn, { 'stage': 'live', 'team:/=+@-': '' });
      expect(await tagsOf(arn)).toEqual({ 'cost centre': '7', 'stage': 'live', '__proto__x': 'y', 'team:/=+@-': '' });
      await untag(arn, ['cost centre', 'team:/=+@-', 'never there']);
      expect(await tagsOf(arn)).toEqual({ stage: 'live', __proto__x: 'y' });
      await untag(arn, ['stage', '__proto__x']);
      expect(await tagsOf(arn)).toEqual({});
    }
  });

  test('of changes at the same time none is lost, nor does one of an alert or metric set take tags with it', async () => {
    const numbers = Array.from({ length: 8 }, (_, index) => index);
    for (const arn of arns) await tag(arn, Object.fromEntries(numbers.map(number => [`old${number}`, 'x'])));
    await Promise.all(arns.flatMap(arn => [
      ...numbers.map(number => tag(arn, { [`new${number}`]: 'x' })),
      ...numbers.map(number => untag(arn, [`old${number}`])),
    ]).concat(numbers.flatMap(number => [
      service.client.send(new UpdateAlertCommand({ AlertArn: arns[2], AlertDescription: `${number}` })),
      service.client.send(new UpdateMetricSetCommand({ MetricSetArn: arns[1], MetricSetDescription: `${number}` })),
      service.client.send(new UpdateAnomalyDetectorCommand({ AnomalyDetectorArn: arns[0], AnomalyDetectorDescription: `${number}` })),
    ])));
    for (const arn of arns) expect(Object.keys(await tagsOf(arn) as object).sort()).toEqual(numbers.map(number => `new${number}`));
  });

  test('a list shows the tags that a detector has now', async () => {
    await tag(arns[0], { team: 'data' });
    const { AnomalyDetectorSummaryList } = await service.client.send(new ListAnomalyDetectorsCommand({}));
    expect(AnomalyDetectorSummaryList).toEqual([expect.objectContaining({ Tags: { team: 'data' } })]);
  });

  test('a resource has at most 50 tags; replacing one of them needs no room', async () => {
    await tag(arns[0], Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key ${index}`, ''])));
    await tag(arns[0], { 'key 0': 'replaced' });
    await expect(tag(arns[0], { 'one more': '' })).rejects.toMatchObject({ Reason: 'FIELD_VALIDATION_FAILED', Fields: [{ Name: 'tags' }] });
    expect(await tagsOf(arns[0])).toMatchObject({ 'key 0': 'replaced' });
  });

  test('another quota of tags holds for tagging and creating; a request names 50 at most', async () => {
    const tags = (count: number, prefix = 'key'): Record<string, string> => Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix} ${index}`, '']));
    service.maximumTags = 60;
    await tag(arns[0], tags(50));
    await tag(arns[0], tags(10, 'more'));
    await expect(tag(arns[0], { 'one more': '' })).rejects.toMatchObject({
      Reason: 'FIELD_VALIDATION_FAILED',
      Fields: [{ Name: 'tags', Message: 'would give the resource 61 tags, and it can have 60: remove some, or raise maximumTagsPerResource of the service' }],
    });
    await expect(tag(arns[1], tags(51))).rejects.toMatchObject({ Fields: [{ Name: 'tags' }] });

    service.maximumTags = 10;
    const exceeded = { name: 'ServiceQuotaExceededException', QuotaCode: 'TAGS_PER_RESOURCE', ServiceCode: 'lookoutmetrics', $metadata: { httpStatusCode: 402 } };
    const { client } = service;
    const detector = (name: string, count: number): CreateAnomalyDetectorCommand => new CreateAnomalyDetectorCommand({
      AnomalyDetectorName: name, AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' }, Tags: tags(count),
    });
    await expect(client.send(detector('other', 11))).rejects.toMatchObject({ ...exceeded, ResourceType: 'AnomalyDetector', ResourceId: `${PREFIX}:AnomalyDetector:other` });
    const { AnomalyDetectorArn } = await client.send(detector('other', 10));
    await expect(client.send(new CreateMetricSetCommand({ ...metricSetInput(AnomalyDetectorArn!), Tags: tags(11) })))
      .rejects.toMatchObject({ ...exceeded, ResourceType: 'MetricSet' });
    await expect(client.send(new CreateAlertCommand({ ...alertInput(AnomalyDetectorArn!), Tags: tags(11) }))).rejects.toMatchObject({ ...exceeded, ResourceType: 'Alert' });
  });

  test.each(['AnomalyDetector:none', 'MetricSet/sales/none', 'Alert:none', 'Nothing:none'])('%s does not exist', async resource => {
    const arn = `${PREFIX}:${resource}`;
    await expect(tagsOf(arn)).rejects.toThrow(ResourceNotFoundException);
    await expect(tag(arn, { team: 'data' })).rejects.toThrow(ResourceNotFoundException);
    await expect(untag(arn, ['team'])).rejects.toThrow(ResourceNotFoundException);
  });

  test('keys and the ARN in the address are checked', async () => {
    await expect(tag(arns[0], { 'aws:reserved': '' })).rejects.toThrow(ValidationException);
    await expect(untag(arns[0], Array.from({ length: 51 }, (_, index) => `key${index}`))).rejects.toMatchObject({ Fields: [{ Name: 'tagKeys' }] });
    await expect(tagsOf('no arn')).rejects.toMatchObject({ Fields: [{ Name: 'ResourceArn' }] });
  });
});

test('tags travel in lower case, changes are answered with 204 and no body, and untagging reads keys from the address', async () => {
  const service = new TestService(new MemoryStore());
  const path = `/tags/${encodeURIComponent(await service.createDetector())}`;
  const send = (method: string, rawQueryString: string, body?: string): ReturnType<TestService['call']> => service.call({
    version: '2.0', rawPath: path, rawQueryString, headers: {}, requestContext: { http: { method, path } }, body, isBase64Encoded: false,
  });
  expect(await send('POST', '', '{"tags":{"a":"1","b":"2","c":"3"}}')).toMatchObject({ statusCode: 204, body: '' });
  expect(await send('DELETE', 'tagKeys=a&tagKeys=b')).toMatchObject({ statusCode: 204, body: '' });
  expect(await send('GET', '')).toMatchObject({ statusCode: 200, body: '{"Tags":{"c":"3"}}' });
  expect(await send('DELETE', '')).toMatchObject({ statusCode: 400 });
});
