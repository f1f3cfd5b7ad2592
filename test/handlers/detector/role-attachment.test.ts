// SPDX-License-Identifier: Apache-2.0

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedshiftClient } from '@aws-sdk/client-redshift';
import { LoopbackStateMachines } from './loopback-state-machines';
import { StackResource, type StackParts } from './stack';
import { Cluster, queryError } from '../../../local/redshift/cluster';
import { ServiceError } from '../../../local/redshift/service-error';
import { RESOURCE_TYPES } from '../../../src/private/contract';

const ROLE = 'arn:aws:iam::123456789012:role/unload';
const CONFIGURATION = { clusterIdentifier: 'lookout', roleArn: ROLE };

let cluster: Cluster;
let server: Server;
let client: RedshiftClient;
let stateMachines: LoopbackStateMachines;
let attachment: StackResource;
/** Requests by action. */
let asked: string[];
/** Refuses the next ModifyClusterIamRoles. */
let refusal: ServiceError | undefined;
/** Changes what DescribeClusters answers. */
let shown: (xml: string) => string;

beforeAll(async () => {
  stateMachines = await LoopbackStateMachines.start();
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    asked.push(form.get('Action')!);
    try {
      if (form.get('Action') === 'ModifyClusterIamRoles' && refusal) {
        const error = refusal;
        refusal = undefined;
        throw error;
      }
      response.end(shown(cluster.answer(form)));
    } catch (error) {
      response.writeHead((error as ServiceError).status).end(queryError(error as ServiceError));
    }
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  client = new RedshiftClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, region: 'us-east-1', maxAttempts: 1, credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
});
afterAll(async () => {
  client.destroy();
  await stateMachines.stop();
  await new Promise(resolve => server.close(resolve));
});
beforeEach(() => {
  cluster = new Cluster({ clusterIdentifier: 'lookout', database: 'l4mdemo', region: 'us-east-1', account: '123456789012', partition: 'aws' });
  asked = [];
  refusal = undefined;
  shown = xml => xml;
  attachment = new StackResource({ redshift: client, stateMachines } as StackParts, RESOURCE_TYPES.roleAttachment, 'UnloadRole');
});

it('attaches the role and waits until the cluster can use it', async () => {
  await attachment.create(CONFIGURATION);
  expect(cluster.usableRole(ROLE)).toBe(ROLE);
  expect(attachment.physicalId).toBe(`lookout/${ROLE}`);
  expect(attachment.polls).toBeGreaterThan(1);
  expect(asked.filter(action => action === 'ModifyClusterIamRoles')).toHaveLength(1);
});

it('a role that is attached already is fine', async () => {
  cluster.attachRole(ROLE);
  await attachment.create(CONFIGURATION);
  expect(asked).toEqual(['DescribeClusters']);
});

it('detaches the role and waits until it is gone', async () => {
  await attachment.create(CONFIGURATION);
  await attachment.delete();
  expect(cluster.usableRole(ROLE)).toBeUndefined();
  await attachment.delete();
});

it('another role takes the place of the first', async () => {
  await attachment.create(CONFIGURATION);
  await attachment.update({ ...CONFIGURATION, roleArn: `${ROLE}-2` });
  expect(attachment.physicalId).toBe(`lookout/${ROLE}-2`);
  expect(cluster.usableRole(`${ROLE}-2`)).toBeDefined();
});

it('there is nothing to detach from a cluster that is gone', async () => {
  await attachment.create(CONFIGURATION);
  cluster = new Cluster({ ...cluster.settings, clusterIdentifier: 'other' });
  await attachment.delete();
});

it('waits for a cluster that is being changed', async () => {
  refusal = new ServiceError('InvalidClusterState', 'There is an operation running on the Cluster. Please try to run the operation later.');
  await attachment.create(CONFIGURATION);
  expect(cluster.usableRole(ROLE)).toBe(ROLE);
  expect(asked.filter(action => action === 'ModifyClusterIamRoles')).toHaveLength(2);
});

it.each(['Throttling', 'ServiceUnavailable'])('waits when the API answers %s', async code => {
  refusal = new ServiceError(code, 'Rate exceeded', 400);
  const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  await attachment.create(CONFIGURATION);
  expect(asked.filter(action => action === 'ModifyClusterIamRoles')).toHaveLength(2);
  expect(warned).toHaveBeenCalledWith(expect.stringContaining('Rate exceeded'));
});

it('names a cluster that does not exist', async () => {
  await expect(attachment.create({ ...CONFIGURATION, clusterIdentifier: 'lookoutt' }))
    .rejects.toThrow('cluster "lookoutt" does not exist in this account and region: check the prop cluster');
});

it('says what to do when the cluster takes no more roles', async () => {
  for (let index = 0; index < 50; index++) cluster.attachRole(`${ROLE}-${index}`);
  await expect(attachment.create(CONFIGURATION)).rejects.toThrow(
    /^role arn:aws:iam::123456789012:role\/unload cannot be attached to cluster lookout: \w+: A cluster can have at most 50 IAM roles\. The cluster has 50 roles: detach one/);
});

it('says what to do about a paused cluster', async () => {
  shown = xml => xml.replace('<ClusterStatus>available', '<ClusterStatus>paused');
  await expect(attachment.create(CONFIGURATION)).rejects.toThrow('cannot be attached to cluster lookout while it is paused: resume the cluster and deploy again');
  expect(asked).toEqual(['DescribeClusters']);
});

it('says what to do about a role that the cluster does not take', async () => {
  cluster.attachRole(ROLE);
  shown = xml => xml.replace('<ApplyStatus>in-sync', '<ApplyStatus>failed');
  await expect(attachment.create(CONFIGURATION)).rejects.toThrow('its status there is "failed". Detach it');
});

it('passes on what else the cluster refuses', async () => {
  refusal = new ServiceError('AccessDenied', 'User is not authorized to perform: redshift:ModifyClusterIamRoles', 403);
  await expect(attachment.create(CONFIGURATION)).rejects.toThrow('AccessDenied: User is not authorized to perform: redshift:ModifyClusterIamRoles. Check the props cluster and unload role');
});
