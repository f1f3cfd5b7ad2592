import { Duration, Token } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { InfrastructureOptions } from './infrastructure-options';
import { ENVIRONMENT, PREFIXES, SERVICE_KEYS } from './private/contract';
import { invalid } from './private/errors';
import { createHandlerFunction } from './private/functions';
import { Infrastructure, validateNetwork } from './private/infrastructure';

/**
 * Props of `LookoutService`.
 */
export interface LookoutServiceProps extends InfrastructureOptions {
  /**
   * Most detectors that the service has; CreateAnomalyDetector is refused beyond, with status 402. A connector has one detector.
   *
   * @default 10, as Lookout for Metrics had in a region
   */
  readonly maximumDetectors?: number;
}

/**
 * Options of `LookoutService.addFunctionUrl`.
 */
export interface ServiceUrlOptions {
  /**
   * Most requests that are answered at the same time, by the URL and by callers of the function together; what comes beyond is refused with
   * status 429. Reserved from the account's concurrency, of which 100 must stay unreserved.
   *
   * @default 20
   */
  readonly maximumConcurrency?: number;
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

  /** Models, and the values of recent intervals. */
  public readonly stateBucket: s3.IBucket;

  /** Answers the API's requests. */
  public readonly serviceFunction: lambda.IFunction;

  /** Learns and detects. */
  public readonly detectFunction: lambda.IFunction;

  /**
   * Role of `detectFunction`. Roles that a data set or an alert names must let it assume them.
   */
  public readonly detectRole: iam.IRole;

  private readonly infrastructure: Infrastructure;
  private url?: lambda.FunctionUrl;

  /**
   * Makes a service.
   *
   * @throws when `vpcSubnets` or `securityGroups` is given without `vpc`
   */
  public constructor(scope: Construct, id: string, props: LookoutServiceProps = {}) {
    super(scope, id);
    validateNetwork('LookoutService', props);
    const { maximumDetectors } = props;
    if (maximumDetectors !== undefined && !Token.isUnresolved(maximumDetectors) && !(Number.isInteger(maximumDetectors) && maximumDetectors >= 1)) {
      throw invalid('LookoutService', 'maximumDetectors', 'is not a whole number from 1', maximumDetectors, 'give 100, for example');
    }
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
        ...props.maximumDetectors !== undefined && { [ENVIRONMENT.maximumDetectors]: `${props.maximumDetectors}` },
      },
    });
    for (const { role } of [detect, service]) {
      this.infrastructure.grantItems(table, role);
      // the service reads values and removes the state of a deleted detector; `detect` writes them
      this.infrastructure.grantObjects(stateBucket, [PREFIXES.state], role, role === detect.role
        ? ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'] : ['s3:DeleteObject', 's3:GetObject'], 'bucket');
    }
    detect.function.grantInvoke(service.role);

    this.table = table;
    this.stateBucket = stateBucket;
    this.serviceFunction = service.function;
    this.detectFunction = detect.function;
    this.detectRole = detect.role;
  }

  /** Security groups of the Lambda functions. Throws when the service has no `vpc`. */
  public get connections(): ec2.Connections {
    return this.infrastructure.connections('LookoutService');
  }

  /**
   * Lets a principal call the API: create, change, delete and read every detector of this service.
   *
   * @param grantee Who may call
   */
  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.serviceFunction.grantInvoke(grantee);
  }

  /**
   * Gives the API an HTTPS address, for boto3, the AWS CLI and SDKs of other languages. Only requests that are signed by an identity with the
   * right to call the URL are answered: `grantInvokeUrl` of the URL gives it. Requests must be signed for the service name `lambda`;
   * docs/access.md shows how.
   *
   * @param options Throttling
   * @throws when the service has an address already, or `maximumConcurrency` is no whole number from 1
   */
  public addFunctionUrl(options: ServiceUrlOptions = {}): lambda.FunctionUrl {
    const { maximumConcurrency = 20 } = options;
    if (this.url) {
      throw invalid('LookoutService', 'addFunctionUrl', 'was called before', this.url.node.path, 'use the URL that it gave');
    }
    if (!Token.isUnresolved(maximumConcurrency) && (!Number.isInteger(maximumConcurrency) || maximumConcurrency < 1)) {
      throw invalid('LookoutService', 'maximumConcurrency', 'is not a whole number from 1', maximumConcurrency, 'give 20, for example');
    }
    (this.serviceFunction.node.defaultChild as lambda.CfnFunction).reservedConcurrentExecutions = maximumConcurrency;
    this.url = this.serviceFunction.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM });
    return this.url;
  }
}
