// SPDX-License-Identifier: Apache-2.0

import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct, IDependable } from 'constructs';
import { createFunctionRole, createHandlerFunction, HandlerFunction } from './functions';
import { Infrastructure } from './infrastructure';
import { createStateMachineLogs } from './state-machine';

/** Time limit and memory (MiB) of the functions. */
const FUNCTION = { timeout: Duration.minutes(5), memorySize: 512 };

/** The one provider of a construct's custom resources. */
export class ResourceProvider extends Construct {
  /** Role of the functions that answer CloudFormation: both, so that one can follow the statement that the other submitted. */
  public readonly role: iam.IRole;
  private readonly provider: cr.Provider;

  public constructor(scope: Construct, id: string, private readonly infrastructure: Infrastructure) {
    super(scope, id);
    const { timeout, memorySize } = FUNCTION;
    const onEvent = createHandlerFunction(this, 'OnEvent', infrastructure, {
      handlerName: 'detector', entry: 'onEvent', description: 'cdk-redshift-lookout: creates, changes and deletes the custom resources', timeout, memorySize,
    });
    const isComplete = createHandlerFunction(this, 'IsComplete', infrastructure, {
      handlerName: 'detector', entry: 'isComplete', description: 'cdk-redshift-lookout: tells when a custom resource is ready', timeout, memorySize, shared: onEvent,
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
  }

  /** Makes the function of the same handler that answers the Bootstrap state machine; it has rights of its own. */
  public createDetectorFunction(): HandlerFunction {
    return createHandlerFunction(this, 'DetectorFunction', this.infrastructure, {
      handlerName: 'detector', description: 'cdk-redshift-lookout: activates and describes the detector', ...FUNCTION,
    });
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
