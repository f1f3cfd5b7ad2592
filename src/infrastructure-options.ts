// SPDX-License-Identifier: Apache-2.0

import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';

/**
 * How the resources behind a construct of this library are set up.
 */
export interface InfrastructureOptions {
  /**
   * Key that encrypts buckets, tables, log groups and dead-letter queues, and the data that Redshift unloads.
   *
   * The key's policy must let CloudWatch Logs use it. This is added by itself to a key of this app; for an imported key the synthesis
   * warns (`cdk-redshift-lookout:keyPolicyNotUpdated`).
   *
   * @default - keys that Amazon S3, DynamoDB, CloudWatch Logs and Amazon SQS own
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What happens to the data (buckets and tables) when the stack is deleted or the construct is removed from it. Logs always go.
   * `SNAPSHOT` is refused: buckets and tables have none.
   *
   * With `DESTROY` the buckets are emptied first, which `RemovalPolicies.of(scope).destroy()` of aws-cdk-lib does not do. The function that does so belongs to the CDK and not to this construct: the CDK places it
   * in no VPC and gives its log group no retention (`CustomResourceConfig.of(stack)` of aws-cdk-lib sets one).
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Runtime of the Lambda functions. Their code is made for Node.js 22 and later; another one is refused.
   *
   * The functions of the CDK's custom resource framework have the runtime that aws-cdk-lib gives them.
   *
   * @default lambda.Runtime.NODEJS_24_X
   */
  readonly runtime?: lambda.Runtime;

  /**
   * VPC of all Lambda functions, those of the custom resource framework included.
   *
   * The functions call AWS only: the Redshift Data API, not the warehouse itself. The subnets need a NAT gateway or endpoints for
   * S3, DynamoDB, Lambda, Step Functions, STS, SNS, Redshift and the Redshift Data API, EventBridge for alerts to event buses, and
   * Redshift Serverless for a workgroup to which the unload role is attached. Logs and metrics need none: Lambda sends them itself.
   *
   * @default - the functions are in no VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of the Lambda functions. Only with `vpc`.
   *
   * @default - the VPC's private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the Lambda functions. Only with `vpc`.
   *
   * @default - one security group that allows all outbound traffic
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * How long logs are kept.
   *
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
}
