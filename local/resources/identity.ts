// SPDX-License-Identifier: Apache-2.0

import { physicalName, uniqueId } from './names';
import { arn, type ResourceType } from './resource';

/** AWS::IAM::Role: STS lets it be assumed by whom it trusts. What it may do is not enforced. */
export const role: ResourceType = {
  put(resource, { roles }) {
    const name = physicalName(resource, 'RoleName', 64);
    const path = typeof resource.properties.Path === 'string' ? resource.properties.Path : '/';
    const Arn = arn(resource, 'iam', `role${path}${name}`, { region: '' });
    roles.create(Arn, resource.properties.AssumeRolePolicyDocument);
    return { ref: name, attributes: { Arn, RoleId: `AROA${uniqueId(resource).slice(0, 17).toUpperCase()}` } };
  },
  delete({ identity }, { roles }) {
    roles.remove(String(identity.attributes.Arn));
  },
};

/** AWS::IAM::ManagedPolicy. */
export const managedPolicy: ResourceType = {
  put(resource) {
    const Arn = arn(resource, 'iam', `policy/${physicalName(resource, 'ManagedPolicyName', 128)}`, { region: '' });
    return { ref: Arn, attributes: { PolicyArn: Arn } };
  },
};
