// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as lambdadestinations from 'aws-cdk-lib/aws-lambda-destinations';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { InfrastructureOptions } from './infrastructure-options';
import { refuseSecondCall } from './private/called-before';
import { ENVIRONMENT, PREFIXES, READ_ALIAS, SERVICE_KEYS } from './private/contract';
import { createHandlerFunction } from './private/functions';
import { Infrastructure, validateNetwork, validateRemovalPolicy } from './private/infrastructure';
import { ServiceQuotas, serviceQuotas, validateCount } from './private/service-quotas';
import { validateInfrastructurePlaces } from './private/validation-places';
import { validateRuntime } from './private/validation-runtime';
import { createWatchSchedule } from './private/watch-schedule';

/**
 * Props of `LookoutService`.
 */
export interface LookoutServiceProps extends InfrastructureOptions {
  /**
   * Most detectors that the service has. CreateAnomalyDetector is refused beyond, with status 402. A connector has one detector: more connectors
   * of the app than that fail the synthesis.
   *
   * @default 10, as Lookout for Metrics had in a region
   */
  readonly maximumDetectors?: number;

  /**
   * Most alerts that a detector has. CreateAlert is refused beyond, with status 402. One anomaly sends as many messages at most.
   *
   * @default 10, as Lookout for Metrics had
   */
  readonly maximumAlertsPerDetector?: number;

  /**
   * Most metrics of a detector's data set, 1-100. CreateMetricSet and UpdateMetricSet are refused beyond, with status 402. Each combination of
   * dimension values has a time series for each metric: see `maximumTimeSeriesPerDetector`.
   *
   * @default 10, as Lookout for Metrics had
   */
  readonly maximumMetricsPerDataSet?: number;

  /**
   * Most dimensions of a detector's data set, 1-100. CreateMetricSet and UpdateMetricSet are refused beyond, with status 402.
   *
   * @default 10, as Lookout for Metrics had
   */
  readonly maximumDimensionsPerDataSet?: number;

  /**
   * Most time series of a detector: metrics times combinations of dimension values, 1-1,000,000. The data show how many there are, and so no
   * request is refused: a history that has more makes the detector FAILED, with the reason. Combinations that come later and find no room are
   * left out of an interval; GetDataQualityMetrics and a warning in the log say how many. A detector with more needs more of the detect
   * function's memory and time, about 1 KB for each time series. Totals, 100 to 600 at most, are not counted.
   *
   * @default - as Lookout for Metrics had: 5,000 of 5 minutes, 10,000 of 10 minutes, 50,000 of hours or days
   */
  readonly maximumTimeSeriesPerDetector?: number;

  /**
   * Most tags of a detector, data set or alert, 10-100. A request can name 50 at most. Creating with more is refused with status 402,
   * TagResource beyond it with a ValidationException. A connector tags its detector and alerts itself, with up to 5.
   *
   * @default 50, as Lookout for Metrics had
   */
  readonly maximumTagsPerResource?: number;

  /**
   * Whether the service looks at the live folders of its active detectors itself, every five minutes, as Lookout for Metrics did: for detectors
   * that are made by the API's clients. The detectors of connectors need it not, and are left out: their crawl has each interval detected.
   *
   * @default false
   */
  readonly continuousDetection?: boolean;
}

/**
 * Options of `LookoutService.addFunctionUrl`.
 */
export interface ServiceUrlOptions {
  /**
   * Most requests that are answered at the same time, by the URL and by callers of the function together. What comes beyond is refused with
   * status 429. Reserved from the account's concurrency, of which 100 must stay unreserved: a new account, which has 10, can reserve none.
   * It is the function's, so that of several addresses the last number holds.
   *
   * @default - nothing is reserved: the function answers as many as the account's concurrency lets it
   */
  readonly maximumConcurrency?: number;

  /**
   * Whether the address answers only operations that read: those for which `grantRead` is enough. A service can have one such address, and one
   * for all operations.
   *
   * @default false
   */
  readonly readOnly?: boolean;
}

/**
 * The detection service: answers the API of Amazon Lookout for Metrics in your own account.
 *
 * A connector makes one for itself unless it is given one. Share one service when there are many detectors.
 *
 * The service has no public address unless `addFunctionUrl` gives it one: callers invoke `serviceFunction` with IAM. It holds no rights to the data of the detectors: it
 * assumes the roles that their data sets and alerts name.
 *
 * @stateful
 *
 * @example
 * const service = new LookoutService(this, 'Lookout');
 * const detector = Detector.inAccount({ service });
 */
export class LookoutService extends Construct implements ec2.IConnectable {
  /** Detectors, data sets, alerts, executions, anomaly groups and feedback. */
  public readonly table: dynamodb.ITable;

  /** Models, and the observed values of each day, until their detector is deleted. */
  public readonly stateBucket: s3.IBucket;

  /** Answers the API's requests. */
  public readonly serviceFunction: lambda.IFunction;

  /** Learns and detects. */
  public readonly detectFunction: lambda.IFunction;

  /**
   * Role of `detectFunction`. Roles that a data set or an alert names must let it assume them.
   */
  public readonly detectRole: iam.IRole;

  /**
   * Alerts that did not reach their targets, after all attempts: each message has the alert's event under `requestPayload`, and the reason.
   * Its metric `ApproximateNumberOfMessagesVisible` tells how many there are.
   */
  public readonly deadLetterQueue: sqs.IQueue;

  private readonly infrastructure: Infrastructure;
  private readAlias?: lambda.Alias;

  /**
   * Quotas as the synthesis knows them.
   *
   * @internal
   */
  public readonly _quotas: ServiceQuotas;

  /**
   * Makes a service.
   *
   * @param scope Where it belongs
   * @param id Id of the construct
   * @param props Its settings
   * @throws when `vpcSubnets` or `securityGroups` is given without `vpc`, `encryptionKey` or `vpc` is of another region, `runtime` is not Node.js 22
   *   or newer, `removalPolicy` is `SNAPSHOT`, or a maximum is no whole number in its range
   */
  public constructor(scope: Construct, id: string, props: LookoutServiceProps = {}) {
    super(scope, id);
    validateNetwork('LookoutService', props);
    validateRemovalPolicy('LookoutService', props.removalPolicy);
    validateRuntime('LookoutService', props.runtime);
    validateInfrastructurePlaces(this, 'LookoutService', props);
    const quotas = this._quotas = serviceQuotas(props);
    this.infrastructure = new Infrastructure(this, props);

    const table = this.infrastructure.createTable(this, 'Table', SERVICE_KEYS);
    // Not versioned: a model is replaced after every interval, and the conditional write keeps an older one from winning.
    const stateBucket = this.infrastructure.createBucket(this, 'StateBucket');

    const detect = createHandlerFunction(this, 'DetectFunction', this.infrastructure, {
      handlerName: 'detect',
      description: 'cdk-redshift-lookout: learns and detects',
      timeout: Duration.minutes(15), // the longest there is: learning reads the whole history
      memorySize: 3008,
      environment: {
        [ENVIRONMENT.serviceTable]: table.tableName,
        [ENVIRONMENT.stateBucket]: stateBucket.bucketName,
        ...quotas.detectEnvironment,
      },
    });
    const service = createHandlerFunction(this, 'ServiceFunction', this.infrastructure, {
      handlerName: 'service',
      description: 'cdk-redshift-lookout: answers the Lookout for Metrics API',
      timeout: Duration.seconds(60),
      memorySize: 1024,
      environment: {
        [ENVIRONMENT.serviceTable]: table.tableName,
        [ENVIRONMENT.stateBucket]: stateBucket.bucketName,
        [ENVIRONMENT.detectFunction]: detect.function.functionName,
        ...quotas.serviceEnvironment,
      },
    });
    for (const { role } of [detect, service]) {
      this.infrastructure.grantItems(table, role);
      // the service reads values and removes the state of a deleted detector; `detect` writes them
      this.infrastructure.grantObjects(stateBucket, [PREFIXES.state], role, role === detect.role
        ? ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'] : ['s3:DeleteObject', 's3:GetObject'], 'bucket');
    }
    detect.function.grantInvoke(service.role);

    const deadLetterQueue = this.infrastructure.createDeadLetterQueue(this, 'DeadLetterQueue');
    detect.function.configureAsyncInvoke({ onFailure: new lambdadestinations.SqsDestination(deadLetterQueue), retryAttempts: 2 });
    // a policy of its own: the function comes after the role's default policy, which therefore cannot name the function
    new iam.Policy(this, 'DetectRedeliveryPolicy', {
      roles: [detect.role],
      statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [detect.function.functionArn] })],
    });

    if (props.continuousDetection) createWatchSchedule(this, 'WatchSchedule', detect.function);

    this.table = table;
    this.stateBucket = stateBucket;
    this.serviceFunction = service.function;
    this.detectFunction = detect.function;
    this.detectRole = detect.role;
    this.deadLetterQueue = deadLetterQueue;
  }

  /** Security groups of the Lambda functions. Throws when the service has no `vpc`. */
  public get connections(): ec2.Connections {
    return this.infrastructure.connections('LookoutService');
  }

  /**
   * The service function under another name, by which it answers only operations that read: Describe, List and Get, but not GetSampleData and
   * DetectMetricSetConfig, which read files. Clients that invoke the function need its ARN in place of that of `serviceFunction`.
   */
  public get readFunction(): lambda.IFunction {
    this.readAlias ??= new lambda.Alias(this, 'ReadAlias', {
      aliasName: READ_ALIAS,
      version: this.serviceFunction.latestVersion,
      description: 'cdk-redshift-lookout: answers operations that read',
    });
    return this.readAlias;
  }

  /**
   * Lets a principal read the detectors, data sets, alerts, executions, anomalies and tags of this service: by invoking `readFunction`, or by an
   * address made with `readOnly`. It can change nothing.
   *
   * @param grantee Who may read
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return grantCalls(this.readFunction, grantee);
  }

  /**
   * Lets a principal call every operation on every detector of this service: by invoking `serviceFunction` or by any of its addresses.
   *
   * @param grantee Who may call
   */
  public grantFullAccess(grantee: iam.IGrantable): iam.Grant {
    return grantCalls(this.serviceFunction, grantee);
  }

  /**
   * Lets a principal call every operation on every detector of this service, by invoking `serviceFunction` only.
   *
   * @param grantee Who may call
   */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.serviceFunction.grantInvoke(grantee);
  }

  /**
   * Gives the API an HTTPS address, for boto3, the AWS CLI and SDKs of other languages. Only requests that are signed by an identity with the
   * right to call the URL are answered: `grantFullAccess`, or `grantRead` for an address made with `readOnly`, gives it. Requests must be signed
   * for the service name `lambda`; docs/access.md of the repository shows how.
   *
   * Throws when the service has such an address already, or `maximumConcurrency` is no whole number from 1.
   *
   * @example
   *
   * const url = service.addFunctionUrl({ maximumConcurrency: 20 });
   * service.grantFullAccess(role);
   * new CfnOutput(this, 'LookoutUrl', { value: url.url });
   *
   * @param options Throttling, and what is answered
   */
  public addFunctionUrl(options: ServiceUrlOptions = {}): lambda.FunctionUrl {
    const { maximumConcurrency, readOnly = false } = options;
    validateCount('maximumConcurrency', maximumConcurrency, 20);
    const called = readOnly ? this.readFunction : this.serviceFunction;
    refuseSecondCall(called, 'FunctionUrl', 'LookoutService', 'addFunctionUrl', 'use the URL that it gave');
    if (maximumConcurrency !== undefined) {
      (this.serviceFunction.node.defaultChild as lambda.CfnFunction).reservedConcurrentExecutions = maximumConcurrency;
    }
    return called.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
  }
}

/** The right to invoke, directly and by an address: without an address the second lets nobody in. */
function grantCalls(called: lambda.IFunction, grantee: iam.IGrantable): iam.Grant {
  return called.grantInvoke(grantee).combine(called.grantInvokeUrl(grantee));
}
