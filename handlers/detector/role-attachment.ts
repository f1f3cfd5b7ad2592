// SPDX-License-Identifier: Apache-2.0

import { configurationOf, type Begun, type Completion, type CompletionRequest, type CustomResource, type CustomResourceRequest } from './custom-resource';
import type { RoleAttachmentConfiguration } from '../../src/private/contract';

/** What holds roles: the clusters, or the workgroups. Asked again and again until it says yes. */
export interface RoleHolder {
  /**
   * Whether a role is attached and usable; on the way there it is attached.
   * @throws Error that says what to do, when it cannot be
   */
  isAttached(name: string, roleArn: string): Promise<boolean>;
  /** Whether a role is not attached; on the way there it is detached. What is gone holds no role. */
  isDetached(name: string, roleArn: string): Promise<boolean>;
}

/**
 * `Custom::RedshiftLookoutRoleAttachment`: the unload role is attached to the warehouse, and usable, when the resource is complete; and no
 * longer attached when it is deleted. Another role or warehouse is another resource, whose predecessor CloudFormation then deletes.
 */
export class RoleAttachment implements CustomResource {
  public constructor(private readonly clusters: RoleHolder, private readonly workgroups: RoleHolder) {}

  public async onEvent(request: CustomResourceRequest): Promise<Begun> {
    // everything is done in isComplete, which is repeated: a warehouse that is being changed takes a role only afterwards
    return { PhysicalResourceId: request.RequestType === 'Delete' ? request.PhysicalResourceId! : physicalId(configurationOf(request.ResourceProperties)) };
  }

  public async isComplete(request: CompletionRequest): Promise<Completion> {
    const { clusterIdentifier, workgroupName, roleArn } = configurationOf<RoleAttachmentConfiguration>(request.ResourceProperties);
    const [holder, name] = workgroupName === undefined ? [this.clusters, clusterIdentifier!] : [this.workgroups, workgroupName];
    return { IsComplete: request.RequestType === 'Delete' ? await holder.isDetached(name, roleArn) : await holder.isAttached(name, roleArn) };
  }
}

function physicalId({ clusterIdentifier, workgroupName, roleArn }: RoleAttachmentConfiguration): string {
  return `${workgroupName === undefined ? clusterIdentifier : `workgroup/${workgroupName}`}/${roleArn}`;
}
