// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'fs';
import * as path from 'path';
import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Infrastructure } from './infrastructure';

/** Handlers that are bundled when this library is built: folders in `assets/`. */
export type HandlerName = 'crawl' | 'detector' | 'detect' | 'service';

export interface HandlerFunctionProps {
  readonly handlerName: HandlerName;
  /** Exported function of the bundle. */
  readonly entry?: 'handler' | 'onEvent' | 'isComplete';
  readonly description: string;
  readonly timeout: Duration;
  /** MiB */
  readonly memorySize: number;
  readonly environment?: Record<string, string>;
  /** Role and log group of another function of the same handler, so that they act as one identity. */
  readonly shared?: { readonly role: iam.IRole; readonly logGroup: logs.ILogGroup };
}

/** A function with the role and log group that it has of its own. */
export interface HandlerFunction {
  readonly function: lambda.Function;
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
}

/** Function whose code is one of the bundles in `assets/`. */
export function createHandlerFunction(scope: Construct, id: string, infrastructure: Infrastructure, props: HandlerFunctionProps): HandlerFunction {
  const logGroup = props.shared?.logGroup ?? infrastructure.createLogGroup(scope, `${id}Logs`);
  const role = props.shared?.role ?? createFunctionRole(scope, `${id}Role`, infrastructure, logGroup);
  const handlerFunction = new lambda.Function(scope, id, {
    code: lambda.Code.fromAsset(assetFolder(props.handlerName)),
    handler: `index.${props.entry ?? 'handler'}`,
    runtime: infrastructure.runtime,
    architecture: lambda.Architecture.ARM_64,
    description: props.description,
    timeout: props.timeout,
    memorySize: props.memorySize,
    environment: props.environment,
    logGroup, // in the text format: the handlers write JSON themselves, and metrics in lines that must stay as they are
    role,
    ...infrastructure.network,
  });
  return { function: handlerFunction, role, logGroup };
}

/**
 * Role for functions that write to one log group. Without the managed policies that `lambda.Function` would add: those allow
 * writing to every log group of the account.
 */
export function createFunctionRole(scope: Construct, id: string, infrastructure: Infrastructure, logGroup: logs.ILogGroup): iam.Role {
  const role = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  if (infrastructure.network) {
    role.addToPrincipalPolicy(new iam.PolicyStatement({
      actions: [
        'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
      ],
      // Lambda creates the interfaces itself and checks these rights on all resources when the function is created
      resources: ['*'],
    }));
  }
  return role;
}

function assetFolder(name: HandlerName): string {
  const folder = path.join(__dirname, '..', '..', 'assets', name);
  if (!existsSync(folder)) {
    // only in a checkout: the published package carries its bundles
    throw new Error(`cdk-redshift-lookout: the bundle of the ${name} handler is missing (${folder}); run "npx projen bundle" first`);
  }
  return folder;
}
