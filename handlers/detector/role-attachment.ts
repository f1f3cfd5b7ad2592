import { DescribeClustersCommand, ModifyClusterIamRolesCommand, type Cluster, type RedshiftClient } from '@aws-sdk/client-redshift';
import { configurationOf, isNamed, type Begun, type Completion, type CompletionRequest, type CustomResource, type CustomResourceRequest } from './custom-resource';
import type { RoleAttachmentConfiguration } from '../../src/private/contract';

/** Names under which the Redshift API and its SDK report the same error. */
const CLUSTER_NOT_FOUND = ['ClusterNotFoundFault', 'ClusterNotFound'];
const CLUSTER_BUSY = ['InvalidClusterStateFault', 'InvalidClusterState'];

/**
 * `Custom::RedshiftLookoutRoleAttachment`: the unload role is attached to the cluster, and usable, when the resource is complete; and no
 * longer attached when it is deleted. Another role or cluster is another resource, whose predecessor CloudFormation then deletes.
 */
export class RoleAttachment implements CustomResource {
  public constructor(private readonly client: RedshiftClient) {}

  public async onEvent(request: CustomResourceRequest): Promise<Begun> {
    const configuration = configurationOf<RoleAttachmentConfiguration>(request.ResourceProperties);
    // everything is done in isComplete, which is repeated: a cluster that is being changed takes a role only afterwards
    return { PhysicalResourceId: request.RequestType === 'Delete' ? request.PhysicalResourceId! : `${configuration.clusterIdentifier}/${configuration.roleArn}` };
  }

  public async isComplete(request: CompletionRequest): Promise<Completion> {
    const configuration = configurationOf<RoleAttachmentConfiguration>(request.ResourceProperties);
    return { IsComplete: request.RequestType === 'Delete' ? await this.isDetached(configuration) : await this.isAttached(configuration) };
  }

  private async isAttached(configuration: RoleAttachmentConfiguration): Promise<boolean> {
    const { clusterIdentifier, roleArn } = configuration;
    const cluster = await this.describe(clusterIdentifier);
    if (!cluster) throw new Error(`cluster ${JSON.stringify(clusterIdentifier)} does not exist in this account and region: check the prop cluster`);
    const status = statusOf(cluster, roleArn);
    switch (status) {
      case 'in-sync': return true;
      case 'adding':
      case 'removing': return false;
      case undefined:
        await this.modify(configuration, cluster, 'attached to', { AddIamRoles: [roleArn] });
        return false;
      default:
        throw new Error(`role ${roleArn} could not be attached to cluster ${clusterIdentifier}: its status there is ${JSON.stringify(status)}. `
          + 'Detach it (ModifyClusterIamRoles, RemoveIamRoles), see that its trust policy names the service redshift.amazonaws.com, and deploy again');
    }
  }

  private async isDetached(configuration: RoleAttachmentConfiguration): Promise<boolean> {
    const cluster = await this.describe(configuration.clusterIdentifier);
    const status = cluster && statusOf(cluster, configuration.roleArn);
    if (!cluster || status === undefined) return true;
    if (status !== 'removing') await this.modify(configuration, cluster, 'detached from', { RemoveIamRoles: [configuration.roleArn] });
    return false;
  }

  /** Undefined when there is no such cluster. */
  private async describe(clusterIdentifier: string): Promise<Cluster | undefined> {
    try {
      const { Clusters } = await this.client.send(new DescribeClustersCommand({ ClusterIdentifier: clusterIdentifier }));
      return Clusters?.[0];
    } catch (error) {
      if (isNamed(error, ...CLUSTER_NOT_FOUND)) return undefined;
      throw error;
    }
  }

  private async modify(
    { clusterIdentifier, roleArn }: RoleAttachmentConfiguration, cluster: Cluster, what: string,
    change: { AddIamRoles?: string[]; RemoveIamRoles?: string[] },
  ): Promise<void> {
    if (cluster.ClusterStatus === 'paused') {
      throw new Error(`role ${roleArn} cannot be ${what} cluster ${clusterIdentifier} while it is paused: resume the cluster and deploy again`);
    }
    try {
      await this.client.send(new ModifyClusterIamRolesCommand({ ClusterIdentifier: clusterIdentifier, ...change }));
    } catch (error) {
      if (isNamed(error, ...CLUSTER_BUSY)) return; // another change is under way: asked again at the next poll
      if (change.RemoveIamRoles && isNamed(error, ...CLUSTER_NOT_FOUND)) return; // deleted since it was described
      const { name, message } = error as Error;
      const limit = /limit|quota|maximum|at most|exceed/i.test(`${name} ${message}`);
      throw new Error(`role ${roleArn} cannot be ${what} cluster ${clusterIdentifier}: ${name}: ${message}. ${limit
        ? `The cluster has ${cluster.IamRoles?.length ?? 0} roles: detach one that is not used any more, or pass one of them as the unload role`
        : 'Check the props cluster and unload role'}`, { cause: error });
    }
  }
}

/** ApplyStatus of a role; undefined when it is not attached. */
function statusOf(cluster: Cluster, roleArn: string): string | undefined {
  const role = cluster.IamRoles?.find(({ IamRoleArn }) => IamRoleArn === roleArn);
  return role && (role.ApplyStatus ?? 'unknown');
}
