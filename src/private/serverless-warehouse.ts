// SPDX-License-Identifier: Apache-2.0

import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { grantSecret, secretArgument, Warehouse } from './warehouse';

/** Services as which Redshift Serverless assumes a role (Redshift management guide, "Granting permissions to Amazon Redshift Serverless"). */
const SERVICES = ['redshift-serverless.amazonaws.com', 'redshift.amazonaws.com'];

/**
 * Database of a Serverless workgroup in the scope's account and region.
 *
 * @param workgroupArn ends in an id that cannot be told from the name; undefined where it is not known
 */
export function serverlessWarehouse(
  scope: IConstruct, workgroupName: string, workgroupArn: string | undefined, database: string, secret?: secretsmanager.ISecret,
): Warehouse {
  const stack = Stack.of(scope);
  const all = (resource: string) => stack.formatArn({ service: 'redshift-serverless', resource, resourceName: '*' });
  const arn = workgroupArn ?? all('workgroup');
  // as with a cluster, but that the user's ARN holds the workgroup's id: any workgroup of this account
  const externalId = stack.formatArn({
    service: 'redshift', resource: 'dbuser', resourceName: `serverless-${stack.account}-*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return {
    arn,
    connection: { WorkgroupName: workgroupName, Database: database, ...secretArgument(secret) },
    grantCredentials: grantee => {
      if (secret) {
        grantSecret(secret, grantee);
      } else {
        grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['redshift-serverless:GetCredentials'], resources: [arn] }));
      }
    },
    unloadPrincipal: new iam.CompositePrincipal(...SERVICES.map(service => new iam.ServicePrincipal(service, {
      conditions: { StringLike: { 'sts:ExternalId': externalId } },
    }))),
    roleAttachment: {
      configuration: { workgroupName },
      statements: [
        new iam.PolicyStatement({ actions: ['redshift-serverless:GetWorkgroup'], resources: [arn] }),
        // the namespace's id is known only when the workgroup has been asked for it
        new iam.PolicyStatement({ actions: ['redshift-serverless:GetNamespace', 'redshift-serverless:UpdateNamespace'], resources: [all('namespace')] }),
      ],
      passedTo: SERVICES,
    },
  };
}
