// SPDX-License-Identifier: Apache-2.0

import { DescribeClustersCommand, ModifyClusterIamRolesCommand, type Cluster, type RedshiftClient } from '@aws-sdk/client-redshift';
import { isNamed, isPassing } from './custom-resource';
import type { RoleHolder } from './role-attachment';

/** Names under which the Redshift API and its SDK report the same error. */
const CLUSTER_NOT_FOUND = ['ClusterNotFoundFault', 'ClusterNotFound'];
const CLUSTER_BUSY = ['InvalidClusterStateFault', 'InvalidClusterState'];

/** Roles of a provisioned cluster, by its identifier. */
export class ClusterRoles implements RoleHolder {
  public constructor(private readonly client: RedshiftClient) {}

  public async isAttached(clusterIdentifier: string, roleArn: string): Promise<boolean> {
    const cluster = await this.describe(clusterIdentifier);
    if (!cluster) throw new Error(`cluster ${JSON.stringify(clusterIdentifier)} does not exist in this account and region: check the prop cluster`);
    const status = statusOf(cluster, roleArn);
    switch (status) {
      case 'in-sync': return true;
      case 'adding':
      case 'removing': return false;
      case undefined:
        await this.modify(clusterIdentifier, roleArn, cluster, 'attached to', { AddIamRoles: [roleArn] });
        return false;
      default:
        throw new Error(`role ${roleArn} could not be attached to cluster ${clusterIdentifier}: its status there is ${JSON.stringify(status)}. `
          + 'Detach it (ModifyClusterIamRoles, RemoveIamRoles), see that its trust policy names the service redshift.amazonaws.com, and deploy again');
    }
  }

  public async isDetached(clusterIdentifier: string, roleArn: string): Promise<boolean> {
    const cluster = await this.describe(clusterIdentifier);
    const status = cluster && statusOf(cluster, roleArn);
    if (!cluster || status === undefined) return true;
    if (status !== 'removing') await this.modify(clusterIdentifier, roleArn, cluster, 'detached from', { RemoveIamRoles: [roleArn] });
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
    clusterIdentifier: string, roleArn: string, cluster: Cluster, what: string,
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
      if (isPassing(error)) throw error; // "rate exceeded" is not about the number of roles
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
