// SPDX-License-Identifier: Apache-2.0

import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import type { BoundBackend } from './backend';
import { Infrastructure } from './infrastructure';

/** Role that Redshift assumes to UNLOAD. */
export function createUnloadRole(scope: Construct, id: string, assumedBy: iam.IPrincipal): iam.Role {
  return new iam.Role(scope, id, {
    assumedBy,
    description: 'cdk-redshift-lookout: lets Redshift unload query results',
  });
}

/**
 * Role through which the detector reads the data. Only the given principal can assume it. Named in a role's trust policy, a role of
 * the same account needs no right of its own to assume it; so a shared service needs no rights that grow with its users.
 */
export function createDataAccessRole(
  scope: Construct, id: string, backend: Pick<BoundBackend, 'roleUser' | 'bucketActions'>, bucket: s3.IBucket, prefixes: string[],
  infrastructure: Infrastructure,
): iam.Role {
  const role = new iam.Role(scope, id, { assumedBy: backend.roleUser, description: 'cdk-redshift-lookout: lets the detector read unloaded data' });
  infrastructure.grantObjects(bucket, prefixes, role, ['s3:GetObject'], 'prefixes');
  if (backend.bucketActions.length > 0) {
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: backend.bucketActions, resources: [bucket.bucketArn] }));
  }
  return role;
}

/** The role of a scope that sends alerts; made when the first alert asks for it. */
export function createAlertRole(scope: IConstruct, id: string, assumedBy: iam.IPrincipal, whenCreated: (role: iam.IRole) => void): iam.IRole {
  const existing = scope.node.tryFindChild(id) as iam.Role | undefined;
  if (existing) return existing;
  const role = new iam.Role(scope as Construct, id, { assumedBy, description: 'cdk-redshift-lookout: lets the detector send alerts' });
  whenCreated(role);
  return role;
}

/** Service principal, on behalf of this account only (and of one resource, where given). */
export function fromThisAccount(scope: Construct, service: string, sourceArn?: string): iam.ServicePrincipal {
  return new iam.ServicePrincipal(service, {
    conditions: {
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account, ...(sourceArn ? { 'aws:SourceArn': sourceArn } : {}) },
    },
  });
}

/** Lets the grantee hand the role to the given services only. */
export function grantPassRole(grantee: iam.IGrantable, role: iam.IRole, ...services: string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['iam:PassRole'],
    resources: [role.roleArn],
    conditions: { StringEquals: { 'iam:PassedToService': services.length === 1 ? services[0] : services } },
  }));
}
