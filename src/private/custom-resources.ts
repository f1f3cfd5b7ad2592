import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct, IDependable } from 'constructs';
import { createFunctionRole, createHandlerFunction } from './functions';
import { Infrastructure } from './infrastructure';
import { createStateMachineLogs } from './state-machine';

/** The one provider of a connector's custom resources. */
export class ResourceProvider extends Construct {
  /** Role of the functions that answer CloudFormation: both, so that one can follow the statement that the other submitted. */
  public readonly role: iam.IRole;
  /** Answers the Bootstrap state machine; has rights of its own. */
  public readonly detectorFunction: lambda.IFunction;
  public readonly detectorRole: iam.IRole;
  private readonly provider: cr.Provider;

  public constructor(scope: Construct, id: string, infrastructure: Infrastructure) {
    super(scope, id);
    const timeout = Duration.minutes(5);
    const memorySize = 512;
    const onEvent = createHandlerFunction(this, 'OnEvent', infrastructure, {
      handlerName: 'detector', entry: 'onEvent', description: 'cdk-redshift-lookout: creates, changes and deletes the custom resources', timeout, memorySize,
    });
    const isComplete = createHandlerFunction(this, 'IsComplete', infrastructure, {
      handlerName: 'detector', entry: 'isComplete', description: 'cdk-redshift-lookout: tells when a custom resource is ready', timeout, memorySize, shared: onEvent,
    });
    const detector = createHandlerFunction(this, 'DetectorFunction', infrastructure, {
      handlerName: 'detector', description: 'cdk-redshift-lookout: activates and describes the detector', timeout, memorySize,
    });

    const logGroup = infrastructure.createLogGroup(this, 'FrameworkLogs');
    this.provider = new cr.Provider(this, 'Provider', {
      onEventHandler: onEvent.function,
      isCompleteHandler: isComplete.function,
      queryInterval: Duration.seconds(10),
      totalTimeout: Duration.hours(1), // a cluster takes a role, and deletes a detector, within minutes
      logGroup,
      frameworkOnEventRole: createFunctionRole(this, 'FrameworkOnEventRole', infrastructure, logGroup),
      frameworkCompleteAndTimeoutRole: createFunctionRole(this, 'FrameworkCompleteRole', infrastructure, logGroup),
      disableWaiterStateMachineLogging: false,
      waiterStateMachineLogOptions: { destination: createStateMachineLogs(this, 'WaiterLogs', infrastructure), level: sfn.LogLevel.ALL },
      ...infrastructure.network,
    });
    this.role = onEvent.role;
    this.detectorFunction = detector.function;
    this.detectorRole = detector.role;
  }

  /**
   * Makes a custom resource. Its configuration travels as one JSON text, since CloudFormation turns every scalar into a string.
   *
   * @param after What must exist before the resource and be deleted after it, beside what its configuration refers to
   */
  public createResource(scope: Construct, id: string, resourceType: string, configuration: object, after: IDependable[]): CustomResource {
    const resource = new CustomResource(scope, id, {
      serviceToken: this.provider.serviceToken,
      resourceType,
      properties: { Configuration: Stack.of(scope).toJsonString(configuration) },
    });
    // the rights and the functions must be there as long as the resource is
    resource.node.addDependency(this, ...after);
    return resource;
  }
}
