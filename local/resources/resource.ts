// SPDX-License-Identifier: Apache-2.0

import type { Assembly } from '../assembly/assembly';
import type { PseudoParameters } from '../assembly/intrinsics';
import type { ResourceIdentity } from '../assembly/template';
import type { CustomResources } from '../deployment/custom-resources';
import type { Tables } from '../dynamodb/tables';
import type { EventBuses } from '../gateway/event-buses';
import type { FunctionUrls } from '../gateway/function-urls';
import type { Topics } from '../gateway/notifications';
import type { Roles } from '../gateway/roles';
import type { Functions } from '../lambda/functions';
import type { S3Server } from '../s3/server';
import type { Scheduler } from '../schedule/scheduler';
import type { StateMachines } from '../states/state-machines';

/** A resource of a template, its properties resolved. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** It stays when its stack has it no more. */
  readonly isRetained: boolean;
  readonly pseudo: PseudoParameters;
  /** Names stack, resource and construct in messages. */
  readonly where: string;
  /** Path of its construct. */
  readonly path?: string;
}

/** A resource that exists. */
export interface DeployedResource {
  readonly resource: Resource;
  readonly identity: ResourceIdentity;
}

/** The parts of the embedded cloud that resources are made in. */
export interface CloudServices {
  readonly assembly: Assembly;
  /** Folder for files that a deployment writes. */
  readonly directory: string;
  readonly s3: S3Server;
  readonly tables: Tables;
  readonly roles: Roles;
  readonly topics: Topics;
  readonly eventBuses: EventBuses;
  readonly functions: Functions;
  readonly functionUrls: FunctionUrls;
  readonly machines: StateMachines;
  readonly scheduler: Scheduler;
  readonly customResources: CustomResources;
}

/** How one type of resource is made, changed and deleted. */
export interface ResourceType {
  /** Makes the resource, or changes it when `previous` is there. */
  put(resource: Resource, services: CloudServices, previous?: DeployedResource): ResourceIdentity | Promise<ResourceIdentity>;
  /** @default - nothing to do */
  delete?(deployed: DeployedResource, services: CloudServices): void | Promise<void>;
}

/** An ARN in the stack's partition, region and account. `place` leaves region or account out, as some services do. */
export function arn(resource: Resource, service: string, name: string, place: { readonly region?: string; readonly account?: string } = {}): string {
  const { partition, region, account } = resource.pseudo;
  return `arn:${partition}:${service}:${place.region ?? region}:${place.account ?? account}:${name}`;
}
