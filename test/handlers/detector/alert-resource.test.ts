// SPDX-License-Identifier: Apache-2.0

import { DescribeAlertCommand, ListAlertsCommand, CreateAlertCommand } from '@aws-sdk/client-lookoutmetrics';
import { LoopbackStateMachines } from './loopback-state-machines';
import { alertConfiguration, StackResource, type StackParts } from './stack';
import { MemoryStore } from '../../../handlers/lookout/memory-store';
import { RESOURCE_TYPES } from '../../../src/private/contract';
import { alertInput, TestService } from '../lookout/service';

let service: TestService;
let alert: StackResource;
let detectorArn: string;
let stateMachines: LoopbackStateMachines;

beforeAll(async () => { stateMachines = await LoopbackStateMachines.start(); });
afterAll(async () => stateMachines.stop());
beforeEach(async () => {
  service = new TestService(new MemoryStore());
  detectorArn = await service.createDetector();
  // alerts need neither the warehouse nor the cluster
  alert = new StackResource({ stateMachines, lookout: service.client } as StackParts, RESOURCE_TYPES.alert, 'Pager');
});

const names = async () => (await service.client.send(new ListAlertsCommand({}))).AlertSummaryList!.map(each => each.AlertName);
const describe_ = async (AlertArn: string) => (await service.client.send(new DescribeAlertCommand({ AlertArn }))).Alert;

it('is created, changed and deleted', async () => {
  const data = await alert.create(alertConfiguration(detectorArn));
  expect(data).toEqual({ AlertArn: expect.stringMatching(/:Alert:pager$/) });
  expect(await describe_(data!.AlertArn)).toMatchObject({ AlertSensitivityThreshold: 70, AnomalyDetectorArn: detectorArn, AlertType: 'SNS' });
  expect(await alert.update(alertConfiguration(detectorArn, { threshold: 90 }))).toEqual(data);
  expect(await describe_(data!.AlertArn)).toMatchObject({ AlertSensitivityThreshold: 90 });
  await alert.delete();
  expect(await names()).toEqual([]);
  await alert.delete();
});

it('created again by the same request it is the same', async () => {
  const event = alert.event('Create', alertConfiguration(detectorArn));
  expect(await alert.run(event)).toEqual(await alert.run(event));
  expect(await names()).toEqual(['pager']);
});

it('under another name it is another one, and the old one is deleted after it', async () => {
  await alert.create(alertConfiguration(detectorArn));
  await alert.update(alertConfiguration(detectorArn, { name: 'night-pager' }));
  expect(alert.physicalId).toBe('night-pager');
  await alert.delete('pager');
  expect(await names()).toEqual(['night-pager']);
});

it('for another detector it is made again under its name', async () => {
  await alert.create(alertConfiguration(detectorArn));
  const other = await service.createDetector('other');
  const data = await alert.update(alertConfiguration(other, { threshold: 50 }));
  expect(await describe_(data!.AlertArn)).toMatchObject({ AnomalyDetectorArn: other, AlertSensitivityThreshold: 50 });
  expect(await names()).toEqual(['pager']);
});

it('that somebody has deleted is made again by an update', async () => {
  const data = await alert.create(alertConfiguration(detectorArn));
  await service.store.deleteAlert(data!.AlertArn);
  expect(await alert.update(alertConfiguration(detectorArn))).toEqual(data);
});

it('does not take, change or delete somebody else\'s', async () => {
  await service.client.send(new CreateAlertCommand(alertInput(detectorArn)));
  await expect(alert.create(alertConfiguration(detectorArn))).rejects.toThrow(/^alertName: there is an alert named "pager" \(.*:Alert:pager\) that was not made by this resource/);
  await expect(alert.update(alertConfiguration(detectorArn))).rejects.toThrow('choose another name, or delete that alert');
  await alert.delete('pager');
  expect(await names()).toEqual(['pager']);
});

it('tells what the service refuses', async () => {
  const configuration = alertConfiguration(detectorArn);
  await expect(alert.create({ ...configuration, alert: { ...configuration.alert, AlertSensitivityThreshold: 101 } })).rejects.toThrow(/AlertSensitivityThreshold/);
  await expect(alert.handlers.onEvent({ ...alert.event('Create', configuration), ResourceProperties: { Configuration: '{' } }))
    .rejects.toThrow('the property Configuration of the custom resource must be JSON text, found "{"');
});
