// SPDX-License-Identifier: Apache-2.0

import type { Trial } from './query-trial';
import { OWNER_TAGS, type RESOURCE_TYPES } from '../../src/private/contract';

type ResourceType = typeof RESOURCE_TYPES[keyof typeof RESOURCE_TYPES];

/** What CloudFormation asks of a custom resource, as the CDK's provider framework passes it on. */
export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceType: ResourceType;
  readonly RequestId: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  /** Absent in a Create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: CustomResourceProperties;
  /** Present in an Update. */
  readonly OldResourceProperties?: CustomResourceProperties;
}

/** All properties travel as one JSON text, because CloudFormation turns their scalars into strings. */
export interface CustomResourceProperties {
  readonly Configuration: string;
}

/** Answer to `onEvent`. The framework adds its members to the event of `isComplete`. */
export interface Begun {
  readonly PhysicalResourceId: string;
  readonly Data?: Record<string, string>;
  /** What `isComplete` is to do with a detector. */
  readonly Change?: DetectorChange;
  /** Statements that try the queries. */
  readonly Trials?: Trial[];
  /** The batch of statements that loads sample data. */
  readonly StatementId?: string;
  /** ARN of a detector that is to be deleted; empty when there is none. */
  readonly DeletedArn?: string;
}

/** What becomes of a detector: made, stopped, changed and taught anew, or changed while it runs. */
export type DetectorChange = 'CREATE' | 'RELEARN' | 'IN_PLACE';

/** Event of `isComplete`: the request with the answer to `onEvent`. */
export type CompletionRequest = Omit<CustomResourceRequest, 'PhysicalResourceId'> & Begun;

/** Answer to `isComplete`. `Data` only when complete. */
export interface Completion {
  readonly IsComplete: boolean;
  readonly Data?: Record<string, string>;
}

/** One of the custom resources. */
export interface CustomResource {
  onEvent(request: CustomResourceRequest): Promise<Begun>;
  isComplete(request: CompletionRequest): Promise<Completion>;
}

/** Reads the configuration of a resource. */
export function configurationOf<T>(properties: CustomResourceProperties | undefined): T {
  try {
    return JSON.parse(properties!.Configuration) as T;
  } catch (error) {
    throw new Error(`the property Configuration of the custom resource must be JSON text, found ${JSON.stringify(properties?.Configuration)}: ${(error as Error).message}`);
  }
}

/** Tags by which a detector or alert is known again as made by a resource of a stack, and by which request. */
export function ownerTags(request: Pick<CustomResourceRequest, 'StackId' | 'LogicalResourceId' | 'RequestId'>): Record<string, string> {
  return { [OWNER_TAGS.stack]: request.StackId, [OWNER_TAGS.resource]: request.LogicalResourceId, [OWNER_TAGS.request]: request.RequestId };
}

/** Whether something was made by the resource of the request. */
export function isOwn(tags: Record<string, string> | undefined, request: Pick<CustomResourceRequest, 'StackId' | 'LogicalResourceId'>): boolean {
  return tags?.[OWNER_TAGS.stack] === request.StackId && tags[OWNER_TAGS.resource] === request.LogicalResourceId;
}

/** Whether something was made by this very request, which is being repeated. */
export function isOfRequest(tags: Record<string, string> | undefined, request: Pick<CustomResourceRequest, 'StackId' | 'LogicalResourceId' | 'RequestId'>): boolean {
  return isOwn(tags, request) && tags?.[OWNER_TAGS.request] === request.RequestId;
}

/** Whether an error of an AWS API has one of the given names. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** What passes by itself, under the names of the APIs that are called: throttling, and troubles of the service. */
const PASSING = [
  'InternalFailure', 'InternalServerException', 'RequestLimitExceeded', 'ServiceUnavailable', 'Throttling', 'ThrottlingException', 'TooManyRequestsException',
];

/** Whether an error of an AWS API passes by itself, so that the same is asked again later. */
export function isPassing(error: unknown): boolean {
  return isNamed(error, ...PASSING);
}
