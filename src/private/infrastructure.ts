// SPDX-License-Identifier: Apache-2.0

import { ArnFormat, Annotations, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { invalid } from './errors';
import { InfrastructureOptions } from '../infrastructure-options';

/** Context key under which a construct tells those beneath it which key CloudWatch Logs may use. */
const KEY_CONTEXT = 'cdk-redshift-lookout:key';

/** Where the Lambda functions run. */
export interface Network {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly securityGroups: ec2.ISecurityGroup[];
}

/** InfrastructureOptions with defaults filled in, and the resources that are the same everywhere. */
export class Infrastructure {
  public readonly encryptionKey?: kms.IKey;
  public readonly removalPolicy: RemovalPolicy;
  public readonly runtime: lambda.Runtime;
  public readonly network?: Network;
  public readonly logRetention: logs.RetentionDays;

  public constructor(scope: Construct, options: InfrastructureOptions) {
    this.encryptionKey = options.encryptionKey;
    this.removalPolicy = options.removalPolicy ?? RemovalPolicy.RETAIN;
    this.runtime = options.runtime ?? lambda.Runtime.NODEJS_24_X;
    this.logRetention = options.logRetention ?? logs.RetentionDays.THREE_MONTHS;
    if (this.encryptionKey && scope.node.tryGetContext(KEY_CONTEXT) !== this.encryptionKey.node.addr) {
      scope.node.setContext(KEY_CONTEXT, this.encryptionKey.node.addr); // constructs beneath need not do so again
      allowLogsToUseKey(scope, this.encryptionKey);
    }
    if (options.vpc) {
      this.network = {
        vpc: options.vpc,
        vpcSubnets: options.vpcSubnets,
        securityGroups: options.securityGroups ?? [new ec2.SecurityGroup(scope, 'SecurityGroup', {
          vpc: options.vpc,
          description: 'Lambda functions of cdk-redshift-lookout',
        })],
      };
    }
  }

  /** Props that the construct was given, defaults included, for a construct beneath it. */
  public toOptions(): InfrastructureOptions {
    return {
      encryptionKey: this.encryptionKey,
      removalPolicy: this.removalPolicy,
      runtime: this.runtime,
      logRetention: this.logRetention,
      ...this.network,
    };
  }

  /** Security groups of the functions, for `IConnectable`. */
  public connections(subject: string): ec2.Connections {
    if (!this.network) {
      throw new Error(`${subject}: connections exist only in a VPC; give it the prop vpc`);
    }
    return new ec2.Connections({ securityGroups: this.network.securityGroups });
  }

  /** Encrypted bucket without public access, reached over TLS only. */
  public createBucket(scope: Construct, id: string, props: s3.BucketProps = {}): s3.Bucket {
    return new s3.Bucket(scope, id, {
      ...(this.encryptionKey
        ? { encryption: s3.BucketEncryption.KMS, encryptionKey: this.encryptionKey, bucketKeyEnabled: true }
        : { encryption: s3.BucketEncryption.S3_MANAGED }),
      enforceSSL: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      removalPolicy: this.removalPolicy,
      autoDeleteObjects: this.removalPolicy === RemovalPolicy.DESTROY,
      ...props,
    });
  }

  /** Table with two text keys, paid by request, with point-in-time recovery. */
  public createTable(scope: Construct, id: string, keys: { readonly partition: string; readonly sort: string }): dynamodb.Table {
    return new dynamodb.Table(scope, id, {
      partitionKey: { name: keys.partition, type: dynamodb.AttributeType.STRING },
      sortKey: { name: keys.sort, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(this.encryptionKey ? { encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED, encryptionKey: this.encryptionKey } : {}),
      removalPolicy: this.removalPolicy,
    });
  }

  /** Encrypted queue, reached over TLS only, that keeps what comes as long as a queue can: 14 days. */
  public createDeadLetterQueue(scope: Construct, id: string): sqs.Queue {
    return new sqs.Queue(scope, id, {
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      ...(this.encryptionKey
        ? { encryption: sqs.QueueEncryption.KMS, encryptionMasterKey: this.encryptionKey }
        : { encryption: sqs.QueueEncryption.SQS_MANAGED }),
    });
  }

  /** Lets the grantee read and write items by their keys; not scan, nor read the table's stream. */
  public grantItems(table: dynamodb.ITable, grantee: iam.IGrantable): void {
    table.grant(grantee, 'dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem',
      'dynamodb:Query', 'dynamodb:UpdateItem');
    this.encryptionKey?.grantEncryptDecrypt(grantee);
  }

  /**
   * Lets the grantee do the actions with objects under the prefixes, and list them.
   *
   * @param listing `prefixes`: these only. `bucket`: all, for a bucket that holds nothing else; S3 then answers "not found" for an object
   *   that is not there, where it answers "forbidden" to those who may list a part
   */
  public grantObjects(bucket: s3.IBucket, prefixes: string[], grantee: iam.IGrantable, actions: string[], listing: 'prefixes' | 'bucket'): void {
    const principal = grantee.grantPrincipal;
    principal.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: prefixes.map(prefix => bucket.arnForObjects(`${prefix}*`)) }));
    principal.addToPrincipalPolicy(new iam.PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: listing === 'prefixes' ? { StringLike: { 's3:prefix': prefixes.map(prefix => `${prefix}*`) } } : undefined,
    }));
    if (actions.includes('s3:PutObject')) {
      this.encryptionKey?.grantEncryptDecrypt(grantee);
    } else {
      this.encryptionKey?.grantDecrypt(grantee);
    }
  }

  /** Log group that goes with the stack: logs are not data. */
  public createLogGroup(scope: Construct, id: string, logGroupName?: string): logs.LogGroup {
    return new logs.LogGroup(scope, id, {
      logGroupName,
      retention: this.logRetention,
      encryptionKey: this.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** Refuses what CloudFormation refuses too late: of a stack that is made up to its first bucket. */
export function validateRemovalPolicy(subject: string, policy: RemovalPolicy | undefined): void {
  if (policy !== RemovalPolicy.SNAPSHOT) return;
  throw invalid(subject, 'removalPolicy', 'is one that buckets and tables do not have', 'SNAPSHOT', 'give RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY');
}

/** Names the props that say nothing without `vpc`. */
export function validateNetwork(subject: string, options: InfrastructureOptions): void {
  if (options.vpc !== undefined) return;
  if (options.vpcSubnets !== undefined) {
    throw invalid(subject, 'vpcSubnets', 'is given without vpc', options.vpcSubnets, 'give vpc as well, or leave vpcSubnets out');
  }
  if (options.securityGroups !== undefined) {
    throw invalid(subject, 'securityGroups', 'is given without vpc', `${options.securityGroups.length} groups`, 'give vpc as well, or leave securityGroups out');
  }
}

/**
 * Lets CloudWatch Logs use the key for log groups of this account and region.
 * The groups are not named: with a key of another stack that would make the stacks depend on each other.
 */
function allowLogsToUseKey(scope: Construct, key: kms.IKey): void {
  const stack = Stack.of(scope);
  const statement = new iam.PolicyStatement({
    // the one principal here whose name is another in China: it has the partition's suffix
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    resources: ['*'], // in a key's policy `*` is that key
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
          service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    },
  });
  if (!key.addToResourcePolicy(statement, true).statementAdded) {
    const region = Token.isUnresolved(stack.region) ? '<region>' : stack.region;
    Annotations.of(scope).addWarningV2('cdk-redshift-lookout:keyPolicyNotUpdated',
      `the policy of the imported encryptionKey cannot be changed from here; let the principal logs.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''} `
      + 'use the key (kms:Encrypt, Decrypt, ReEncrypt*, GenerateDataKey*, DescribeKey), or the log groups cannot be created');
  }
}
