// SPDX-License-Identifier: Apache-2.0

import { Stack, Token } from 'aws-cdk-lib';
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
    /** Services to which the role is handed. */
    readonly passedTo: string[];
  };
  /** Lets the grantee get credentials for the database, by the secret or by IAM. */
  grantCredentials(grantee: iam.IGrantable & IConstruct): void;
}

/** Who the statements run as: the user in a secret, a database user, or (neither) the user that stands for the IAM identity. */
export interface Credentials {
  readonly secret?: secretsmanager.ISecret;
  readonly databaseUser?: string;
}

/** Argument of the Data API for a secret. */
export function secretArgument(secret: secretsmanager.ISecret | undefined): Pick<WarehouseConnection, 'SecretArn'> {
  // the API takes a name as well; an ARN without its random suffix is not always understood
  return secret ? { SecretArn: secret.secretFullArn ?? secret.secretName } : {};
}

/**
 * Lets the grantee read the secret. Where a key of another stack encrypts it, `secret.grantRead` would name the grantee in that key's policy, and make the
 * stacks depend on each other. Needlessly: since the CDK made the secret, the policy lets this account use the key through Secrets Manager.
 */
export function grantSecret(secret: secretsmanager.ISecret, grantee: iam.IGrantable & IConstruct): void {
  const { encryptionKey } = secret;
  if (!encryptionKey || Stack.of(encryptionKey) === Stack.of(grantee)) {
    secret.grantRead(grantee);
    return;
  }
  grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], resources: [secret.secretFullArn ?? `${secret.secretArn}-??????`],
  }));
  grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [encryptionKey.keyArn],
    conditions: { StringLike: { 'kms:ViaService': `secretsmanager.${Stack.of(grantee).region}.amazonaws.com*` } }, // the suffix of China has more
  }));
}

/** Rights to run statements in the warehouse, to follow them and to read their results. */
export function grantStatements(warehouse: Warehouse, grantee: iam.IGrantable & IConstruct): void {
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

/** Refuses names that no workgroup of Redshift Serverless can have. */
export function validateWorkgroupName(subject: string, workgroupName: string): void {
  if (Token.isUnresolved(workgroupName)) return;
  if (!/^[a-z0-9-]{3,64}$/.test(workgroupName)) {
    throw invalid(subject, 'workgroupName', 'is not the name of a workgroup', workgroupName, 'give 3 to 64 lower-case letters, digits and hyphens');
  }
}
