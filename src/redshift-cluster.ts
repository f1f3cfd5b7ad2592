// SPDX-License-Identifier: Apache-2.0

import { IClusterRef } from 'aws-cdk-lib/aws-redshift';
import { CfnWorkgroup, IWorkgroupRef } from 'aws-cdk-lib/aws-redshiftserverless';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { invalid } from './private/errors';
import { provisionedWarehouse } from './private/provisioned-warehouse';
import { serverlessWarehouse } from './private/serverless-warehouse';
import { SUBJECT } from './private/validation-base';
import { requireSame, requireSecretHere } from './private/validation-places';
import { Credentials, validateClusterIdentifier, validateWorkgroupName, Warehouse } from './private/warehouse';

/** Members of the secret that the published solution (and the Redshift console) writes. */
const SECRET_FIELDS = { clusterIdentifier: 'dbClusterIdentifier', database: 'db' };

/**
 * The Redshift warehouse that the connector reads: a provisioned cluster or a Serverless workgroup, in the account and region of the
 * connector's stack. (The connector's bucket is there too, so UNLOAD never crosses regions.)
 *
 * A warehouse with enhanced VPC routing reaches S3 through its own VPC only: the VPC needs a gateway endpoint for S3, or a way to the
 * internet, and the endpoint's policy has to allow the connector's bucket (`connector.bucket`). Otherwise UNLOAD hangs until `queryTimeout`.
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
   * Throws when the text cannot be the identifier of a cluster.
   *
   * @param clusterIdentifier Identifier of the cluster, as the Redshift console shows it
   */
  public static provisionedByName(clusterIdentifier: string): RedshiftCluster {
    validateClusterIdentifier('RedshiftCluster.provisionedByName', clusterIdentifier);
    return new ProvisionedCluster(clusterIdentifier);
  }

  /**
   * The provisioned cluster that a secret names, with its database and the user: JSON with `dbClusterIdentifier`, `db`, `username` and
   * `password`, as the published solution has it. The connector then needs neither `database` nor `secret`.
   *
   * Cluster and database are read when the stack is deployed (dynamic references of CloudFormation); they stand in the template's resources
   * in plain text afterwards. The password does not.
   *
   * @param secret The secret
   */
  public static provisionedFromSecret(secret: secretsmanager.ISecret): RedshiftCluster {
    return new ProvisionedCluster(fieldOf(secret, SECRET_FIELDS.clusterIdentifier), undefined, secret);
  }

  /**
   * A workgroup of Redshift Serverless that is a construct: `CfnWorkgroup` of aws-cdk-lib.
   *
   * The unload role is attached to the workgroup's namespace. The call replaces the namespace's list of roles, so the deployment hands over
   * those that are in it already as well; where IAM refuses that, bring a role that is attached as `unloadRole`.
   *
   * @param workgroup The workgroup
   */
  public static serverless(workgroup: IWorkgroupRef): RedshiftCluster {
    return new ServerlessWorkgroup(workgroup.workgroupRef.workgroupName, workgroup);
  }

  /**
   * A workgroup of Redshift Serverless, known by its name.
   *
   * IAM knows workgroups by an id that is not in their name. So the connector's roles may use all workgroups of account and region; with
   * `RedshiftCluster.serverless` and a `CfnWorkgroup` they may use that one only.
   *
   * Throws when the text cannot be the name of a workgroup.
   *
   * @param workgroupName Name of the workgroup
   */
  public static serverlessByName(workgroupName: string): RedshiftCluster {
    validateWorkgroupName('RedshiftCluster.serverlessByName', workgroupName);
    return new ServerlessWorkgroup(workgroupName);
  }

  /** Made by the factories only. */
  protected constructor() {}

  /**
   * Tells a connector how to reach the warehouse.
   *
   * @internal
   */
  public abstract _bind(scope: IConstruct, database: string | undefined, credentials: Credentials): Warehouse;
}

class ProvisionedCluster extends RedshiftCluster {
  public constructor(
    private readonly clusterIdentifier: string, private readonly cluster?: IClusterRef, private readonly secret?: secretsmanager.ISecret,
  ) {
    super();
  }

  public _bind(scope: IConstruct, database: string | undefined, credentials: Credentials): Warehouse {
    if (this.cluster) checkEnvironment(scope, this.cluster);
    if (this.secret) requireSecretHere(scope, 'cluster', this.secret);
    const named = database ?? (this.secret && fieldOf(this.secret, SECRET_FIELDS.database));
    const secret = credentials.databaseUser === undefined ? credentials.secret ?? this.secret : undefined;
    return provisionedWarehouse(scope, this.clusterIdentifier, databaseOf(named), { ...credentials, secret });
  }
}

class ServerlessWorkgroup extends RedshiftCluster {
  public constructor(private readonly workgroupName: string, private readonly workgroup?: IWorkgroupRef) {
    super();
  }

  public _bind(scope: IConstruct, database: string | undefined, credentials: Credentials): Warehouse {
    if (this.workgroup) checkEnvironment(scope, this.workgroup);
    if (credentials.databaseUser !== undefined) {
      throw invalid(SUBJECT, 'databaseUser', 'is given with a Serverless workgroup, which takes the user from the IAM identity',
        credentials.databaseUser, 'leave it out and grant the tables to the roles of the state machines, or give secret');
    }
    const arn = CfnWorkgroup.isCfnWorkgroup(this.workgroup) ? this.workgroup.attrWorkgroupWorkgroupArn : undefined;
    return serverlessWarehouse(scope, this.workgroupName, arn, databaseOf(database), credentials.secret);
  }
}

/** A member of a secret's JSON, as CloudFormation reads it at deployment. */
function fieldOf(secret: secretsmanager.ISecret, field: string): string {
  return secret.secretValueFromJson(field).unsafeUnwrap(); // a name, and no password
}

function databaseOf(database: string | undefined): string {
  if (database !== undefined) return database;
  throw invalid(SUBJECT, 'database', 'is missing', database, 'name the database in which the query runs, or use RedshiftCluster.provisionedFromSecret');
}

/** Refuses a warehouse that is known to be elsewhere: the Data API and the unload role reach their own account and region only. */
function checkEnvironment(scope: IConstruct, warehouse: IClusterRef | IWorkgroupRef): void {
  for (const what of ['account', 'region'] as const) {
    requireSame(scope, SUBJECT, 'cluster', warehouse, what, () => `put the connector into a stack of the cluster's ${what}`);
  }
}
