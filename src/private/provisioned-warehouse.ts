// SPDX-License-Identifier: Apache-2.0

import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { Credentials, grantSecret, secretArgument, Warehouse } from './warehouse';

/** Database of a provisioned cluster in the scope's account and region. */
export function provisionedWarehouse(
  scope: IConstruct, clusterIdentifier: string, database: string, { secret, databaseUser }: Credentials,
): Warehouse {
  const stack = Stack.of(scope);
  const arn = (resource: string, resourceName: string) => stack.formatArn({
    service: 'redshift', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const clusterArn = arn('cluster', clusterIdentifier);
  const databaseArn = arn('dbname', `${clusterIdentifier}/${database}`);
  return {
    arn: clusterArn,
    connection: {
      ClusterIdentifier: clusterIdentifier,
      Database: database,
      ...(databaseUser === undefined ? {} : { DbUser: databaseUser }),
      ...secretArgument(secret),
    },
    grantCredentials: grantee => {
      if (secret) {
        grantSecret(secret, grantee);
        return;
      }
      grantee.grantPrincipal.addToPrincipalPolicy(databaseUser === undefined
        ? new iam.PolicyStatement({ actions: ['redshift:GetClusterCredentialsWithIAM'], resources: [databaseArn] })
        : new iam.PolicyStatement({
          actions: ['redshift:GetClusterCredentials'], resources: [arn('dbuser', `${clusterIdentifier}/${databaseUser}`), databaseArn],
        }));
    },
    // Redshift names the database user for whom it acts as external id (Redshift management guide, "Restricting access to IAM roles");
    // so no other cluster can use the role. That it sends aws:SourceAccount is written nowhere.
    unloadPrincipal: new iam.ServicePrincipal('redshift.amazonaws.com', {
      conditions: { StringLike: { 'sts:ExternalId': arn('dbuser', `${clusterIdentifier}/*`) } },
    }),
    roleAttachment: {
      configuration: { clusterIdentifier },
      statements: [new iam.PolicyStatement({
        actions: ['redshift:DescribeClusters', 'redshift:ModifyClusterIamRoles'],
        resources: [clusterArn],
      })],
      passedTo: ['redshift.amazonaws.com'],
    },
  };
}
