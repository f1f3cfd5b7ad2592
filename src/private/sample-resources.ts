// SPDX-License-Identifier: Apache-2.0

import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as redshift from 'aws-cdk-lib/aws-redshift';
import * as redshiftserverless from 'aws-cdk-lib/aws-redshiftserverless';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { uniqueName } from './unique-name';
import { RedshiftCluster } from '../redshift-cluster';

/** The published solution's database. */
export const SAMPLE_DATABASE = 'l4mdemo';
const USERNAME = 'l4mdemo_admin';
const PORT = 5439;
/** Least capacity of a workgroup that all regions of Redshift Serverless have, in Redshift processing units. */
const BASE_CAPACITY = 8;
/** Longest name that is both a namespace's, a workgroup's and a cluster's (Redshift API reference: 64, 64, 63), less room for an ending. */
const NAME_LENGTH = 60;

/** A warehouse and the secret of its administrator. */
export interface SampleResources {
  readonly warehouse: RedshiftCluster;
  readonly secret: secretsmanager.ISecret;
}

/** Name of the warehouse: lower-case letters, digits and single hyphens, beginning with a letter. */
function warehouseName(scope: Construct): string {
  const name = uniqueName(scope, NAME_LENGTH).toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return /^[a-z]/.test(name) ? name : `w${name}`;
}

/** Secret in the published solution's shape, whose password is made when it is deployed. */
function createSecret(scope: Construct, members: Record<string, unknown>): secretsmanager.Secret {
  return new secretsmanager.Secret(scope, 'Secret', {
    description: 'cdk-redshift-lookout: administrator of the sample warehouse',
    generateSecretString: {
      secretStringTemplate: Stack.of(scope).toJsonString({ engine: 'redshift', username: USERNAME, db: SAMPLE_DATABASE, ...members }),
      generateStringKey: 'password',
      passwordLength: 32,
      excludePunctuation: true,
    },
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** Lets nobody in: statements come through the Data API. */
function createSecurityGroup(scope: Construct, vpc: ec2.IVpc): ec2.SecurityGroup {
  return new ec2.SecurityGroup(scope, 'SecurityGroup', { vpc, allowAllOutbound: false, description: 'Sample warehouse of cdk-redshift-lookout' });
}

/** Password as CloudFormation reads it at deployment: the template holds a reference only. */
function password(secret: secretsmanager.ISecret): string {
  return secret.secretValueFromJson('password').unsafeUnwrap();
}

/** A workgroup of Redshift Serverless with a namespace of its own. */
export function createSampleWorkgroup(scope: Construct, vpc: ec2.IVpc, subnetIds: string[], loadRole: iam.IRole): SampleResources {
  const { account, region, urlSuffix } = Stack.of(scope);
  const name = warehouseName(scope);
  // the address of a workgroup is made of its name (Redshift management guide, "Connecting to Amazon Redshift Serverless")
  const secret = createSecret(scope, { host: `${name}.${account}.${region}.redshift-serverless.${urlSuffix}`, port: PORT });
  const namespace = new redshiftserverless.CfnNamespace(scope, 'Namespace', {
    namespaceName: name,
    dbName: SAMPLE_DATABASE,
    adminUsername: USERNAME,
    adminUserPassword: password(secret),
    iamRoles: [loadRole.roleArn],
  });
  namespace.applyRemovalPolicy(RemovalPolicy.DESTROY);
  namespace.node.addDependency(loadRole); // with its rights
  const workgroup = new redshiftserverless.CfnWorkgroup(scope, 'Workgroup', {
    workgroupName: name,
    namespaceName: namespace.namespaceName,
    baseCapacity: BASE_CAPACITY,
    subnetIds,
    securityGroupIds: [createSecurityGroup(scope, vpc).securityGroupId],
    publiclyAccessible: false,
    configParameters: [{ parameterKey: 'require_ssl', parameterValue: 'true' }],
  });
  workgroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
  workgroup.node.addDependency(namespace);
  return { warehouse: RedshiftCluster.serverless(workgroup), secret };
}

/** A cluster of one node. */
export function createSampleCluster(scope: Construct, vpc: ec2.IVpc, subnetIds: string[], loadRole: iam.IRole): SampleResources {
  const name = warehouseName(scope);
  const secret = createSecret(scope, { dbClusterIdentifier: name });
  const subnetGroup = new redshift.CfnClusterSubnetGroup(scope, 'SubnetGroup', { description: 'Sample warehouse of cdk-redshift-lookout', subnetIds });
  const parameterGroup = new redshift.CfnClusterParameterGroup(scope, 'ParameterGroup', {
    description: 'Sample warehouse of cdk-redshift-lookout',
    parameterGroupFamily: 'redshift-1.0',
    parameters: [{ parameterName: 'require_ssl', parameterValue: 'true' }],
  });
  const cluster = new redshift.CfnCluster(scope, 'Cluster', {
    clusterIdentifier: name,
    clusterType: 'single-node',
    nodeType: 'ra3.large',
    dbName: SAMPLE_DATABASE,
    masterUsername: USERNAME,
    masterUserPassword: password(secret),
    port: PORT,
    encrypted: true,
    publiclyAccessible: false,
    automatedSnapshotRetentionPeriod: 1,
    clusterSubnetGroupName: subnetGroup.ref,
    clusterParameterGroupName: parameterGroup.ref,
    vpcSecurityGroupIds: [createSecurityGroup(scope, vpc).securityGroupId],
    iamRoles: [loadRole.roleArn],
  });
  cluster.applyRemovalPolicy(RemovalPolicy.DESTROY);
  cluster.node.addDependency(loadRole); // with its rights
  // adds `host` and `port`, which are known when the cluster is there
  new secretsmanager.CfnSecretTargetAttachment(scope, 'SecretAttachment', {
    secretId: secret.secretArn, targetId: cluster.ref, targetType: secretsmanager.AttachmentTargetType.REDSHIFT_CLUSTER,
  });
  return { warehouse: RedshiftCluster.provisioned(cluster), secret };
}
