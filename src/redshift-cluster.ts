import { Stack, Token } from 'aws-cdk-lib';
import { IClusterRef } from 'aws-cdk-lib/aws-redshift';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { invalid } from './private/errors';
import { provisionedWarehouse, validateClusterIdentifier, Warehouse } from './private/warehouse';

/**
 * The Redshift warehouse that the connector reads. It is in the account and region of the connector's stack.
 *
 * @example
 * const byReference = RedshiftCluster.provisioned(new redshift.CfnCluster(this, 'Cluster', clusterProps));
 * const byName = RedshiftCluster.provisionedByName('analytics');
 */
export abstract class RedshiftCluster {
  /**
   * A provisioned cluster that is a construct: `CfnCluster` of aws-cdk-lib, or `Cluster` of the alpha library.
   *
   * @param cluster The cluster
   */
  public static provisioned(cluster: IClusterRef): RedshiftCluster {
    return new ProvisionedCluster(cluster.clusterRef.clusterIdentifier, cluster);
  }

  /**
   * A provisioned cluster, known by its identifier.
   *
   * @param clusterIdentifier Identifier of the cluster, as the Redshift console shows it
   * @throws when the text cannot be the identifier of a cluster
   */
  public static provisionedByName(clusterIdentifier: string): RedshiftCluster {
    validateClusterIdentifier('RedshiftCluster.provisionedByName', clusterIdentifier);
    return new ProvisionedCluster(clusterIdentifier);
  }

  /** Made by the factories only. */
  protected constructor() {}

  /**
   * Tells a connector how to reach the warehouse.
   *
   * @internal
   */
  public abstract _bind(scope: IConstruct, database: string, secret?: secretsmanager.ISecret): Warehouse;
}

class ProvisionedCluster extends RedshiftCluster {
  public constructor(private readonly clusterIdentifier: string, private readonly cluster?: IClusterRef) {
    super();
  }

  public _bind(scope: IConstruct, database: string, secret?: secretsmanager.ISecret): Warehouse {
    const stack = Stack.of(scope);
    if (this.cluster) {
      const { account, region } = this.cluster.env;
      for (const [what, found, expected] of [['account', account, stack.account], ['region', region, stack.region]]) {
        if (!Token.isUnresolved(found) && !Token.isUnresolved(expected) && found !== expected) {
          throw invalid('RedshiftLookoutConnector', 'cluster', `is in another ${what} than the connector's stack (${expected})`, found,
            `put the connector into a stack of the cluster's ${what}`);
        }
      }
    }
    return provisionedWarehouse(scope, this.clusterIdentifier, database, secret);
  }
}
