// SPDX-License-Identifier: Apache-2.0

import { LoopbackStateMachines } from './loopback-state-machines';
import { StackResource, type StackParts } from './stack';
import { ServerlessClient } from '../../../handlers/detector/serverless-client';
import { ServiceError } from '../../../local/redshift/service-error';
import { RESOURCE_TYPES } from '../../../src/private/contract';
import { ROLE, TestBed } from '../../local-redshift/support';

const OURS = 'arn:aws:iam::123456789012:role/ours';
const CONFIGURATION = { workgroupName: 'analytics', roleArn: OURS };

let bed: TestBed;
let stateMachines: LoopbackStateMachines;
let serverless: ServerlessClient;
let attachment: StackResource;
/** Operations that were asked, with what was given. */
let asked: [string, object][];
/** Errors with which the next calls of an operation fail. */
let refusals: Record<string, ServiceError[]>;

beforeAll(async () => {
  [bed, stateMachines] = await Promise.all([TestBed.start({ workgroupName: 'analytics' }), LoopbackStateMachines.start()]);
});
afterAll(async () => {
  await bed.stop();
  await stateMachines.stop();
});
beforeEach(async () => {
  asked = [];
  refusals = {};
  serverless = new ServerlessClient(bed.redshift, bed.warehouse.redshiftEndpoint);
  await serverless.updateNamespace({ namespaceName: 'analytics-namespace', iamRoles: [ROLE] });
  while ((await roles()).some(role => !role.startsWith('in-sync'))) { /* until the changes are done */ }
  const watched = Object.fromEntries((['getWorkgroup', 'getNamespace', 'updateNamespace'] as const).map(operation => [operation, async (input: never) => {
    asked.push([operation, input]);
    const refusal = refusals[operation]?.shift();
    if (refusal) throw Object.assign(new Error(refusal.message), { name: refusal.code });
    return serverless[operation](input);
  }])) as unknown as ServerlessClient;
  attachment = new StackResource({ redshift: bed.redshift, serverless: watched, stateMachines } as unknown as StackParts, RESOURCE_TYPES.roleAttachment, 'UnloadRole');
});

async function roles(): Promise<string[]> {
  const { namespace } = await serverless.getNamespace({ namespaceName: 'analytics-namespace' });
  return namespace!.iamRoles!.map(text => text.replace(/^IamRole\(applyStatus=(.*), iamRoleArn=(.*)\)$/, '$1 $2'));
}

it('adds the role to those that the namespace has, and waits until it is in sync', async () => {
  await attachment.create(CONFIGURATION);
  expect(attachment.physicalId).toBe(`workgroup/analytics/${OURS}`);
  expect(await roles()).toEqual([`in-sync ${ROLE}`, `in-sync ${OURS}`]);
  expect(asked.filter(([operation]) => operation === 'updateNamespace')).toEqual([
    ['updateNamespace', { namespaceName: 'analytics-namespace', iamRoles: [ROLE, OURS] }],
  ]);
  expect(attachment.polls).toBeGreaterThan(1);
  expect(await bed.run(`unload ('select 1 as one') to 's3://data/serverless/' iam_role '${OURS}' csv`, {
    ClusterIdentifier: undefined, WorkgroupName: 'analytics',
  })).toMatchObject({ Status: 'FINISHED', WorkgroupName: 'analytics' });
});

it('a role that is there already is fine', async () => {
  await attachment.create({ ...CONFIGURATION, roleArn: ROLE });
  expect(asked.map(([operation]) => operation)).toEqual(['getWorkgroup', 'getNamespace']);
});

it('removes the role and no other, and waits until it is gone', async () => {
  await attachment.create(CONFIGURATION);
  await attachment.delete();
  expect(await roles()).toEqual([`in-sync ${ROLE}`]);
  await attachment.delete();
});

it('waits for a namespace that is being changed, and for calls that are throttled', async () => {
  refusals = {
    updateNamespace: [new ServiceError('ConflictException', 'There is an operation in progress.')],
    getNamespace: [new ServiceError('ThrottlingException', 'Rate exceeded')],
  };
  await serverless.updateNamespace({ namespaceName: 'analytics-namespace', iamRoles: [ROLE, `${ROLE}-2`] });
  await attachment.create(CONFIGURATION);
  expect(await roles()).toEqual([`in-sync ${ROLE}`, `in-sync ${ROLE}-2`, `in-sync ${OURS}`]);
});

it('there is nothing to remove from a workgroup or namespace that is gone', async () => {
  await attachment.create(CONFIGURATION);
  for (const operation of ['getWorkgroup', 'getNamespace']) {
    refusals = { [operation]: [new ServiceError('ResourceNotFoundException', 'not found')] };
    await attachment.delete();
  }
});

it('names a workgroup that does not exist', async () => {
  await expect(attachment.create({ ...CONFIGURATION, workgroupName: 'analitics' }))
    .rejects.toThrow('workgroup "analitics" does not exist in this account and region: check the prop cluster');
});

it('says what to do when the roles of the namespace may not be handed over', async () => {
  refusals = { updateNamespace: [new ServiceError('AccessDeniedException', `not authorized to perform: iam:PassRole on resource: ${ROLE}`)] };
  await expect(attachment.create(CONFIGURATION)).rejects.toThrow(
    /cannot be attached to namespace analytics-namespace: AccessDeniedException: .*iam:PassRole.* has 1 roles, .*: attach a role by hand and pass it as unloadRole/);
});

it('says what to do about a role that the namespace does not take', async () => {
  serverless.getNamespace = async () => ({ namespace: { status: 'AVAILABLE', iamRoles: [`IamRole(applyStatus=failed, iamRoleArn=${OURS})`] } });
  await expect(attachment.create(CONFIGURATION)).rejects.toThrow('see that its trust policy names the services redshift.amazonaws.com and redshift-serverless.amazonaws.com');
});
