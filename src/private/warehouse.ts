import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { RoleAttachmentConfiguration, WarehouseConnection } from './contract';
import { invalid } from './errors';

/** What a connector needs to know of the place where its statements run. */
export interface Warehouse {
  readonly connection: WarehouseConnection;
  /** ARN of the cluster or workgroup: the resource of `redshift-data:ExecuteStatement`. */
  readonly arn: string;
  /** Who assumes the unload role. */
  readonly unloadPrincipal: iam.IPrincipal;
  /** Who must hold the unload role, and what it takes to attach it. */
  readonly roleAttachment: {
    readonly configuration: Omit<RoleAttachmentConfiguration, 'roleArn'>;
    readonly statements: iam.PolicyStatement[];
  };
  /** Lets the grantee get credentials for the database, by the secret or by IAM. */
  grantCredentials(grantee: iam.IGrantable): void;
}

/** Database of a provisioned cluster in the scope's account and region. */
export function provisionedWarehouse(
  scope: IConstruct, clusterIdentifier: string, database: string, secret?: secretsmanager.ISecret,
): Warehouse {
  const stack = Stack.of(scope);
  const arn = (resource: string, resourceName: string) => stack.formatArn({
    service: 'redshift', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const clusterArn = arn('cluster', clusterIdentifier);
  return {
    arn: clusterArn,
    connection: {
      ClusterIdentifier: clusterIdentifier,
      Database: database,
      // the API takes a name as well; an ARN without its random suffix is not always understood
      ...(secret ? { SecretArn: secret.secretFullArn ?? secret.secretName } : {}),
    },
    grantCredentials: grantee => {
      if (secret) {
        secret.grantRead(grantee);
      } else {
        grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
          actions: ['redshift:GetClusterCredentialsWithIAM'],
          resources: [arn('dbname', `${clusterIdentifier}/${database}`)],
        }));
      }
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
    },
  };
}

/** Rights to run statements in the warehouse, to follow them and to read their results. */
export function grantStatements(warehouse: Warehouse, grantee: iam.IGrantable): void {
  warehouse.grantCredentials(grantee);
  grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['redshift-data:ExecuteStatement'],
    resources: [warehouse.arn],
  }));
  grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'],
    // These know no resources. The Data API itself lets only the role that ran a statement see it. The condition
    // redshift-data:statement-owner-iam-userid would ask for the same session, which the two functions of one role do not share.
    resources: ['*'],
  }));
}

/** Refuses identifiers that no cluster can have. */
export function validateClusterIdentifier(subject: string, clusterIdentifier: string): void {
  if (Token.isUnresolved(clusterIdentifier)) return;
  if (!/^[a-z](?!.*--)[a-z0-9-]{0,62}$/.test(clusterIdentifier) || clusterIdentifier.endsWith('-')) {
    throw invalid(subject, 'clusterIdentifier', 'is not the identifier of a cluster', clusterIdentifier,
      'give 1 to 63 lower-case letters, digits and single hyphens, beginning with a letter and not ending with a hyphen');
  }
}
