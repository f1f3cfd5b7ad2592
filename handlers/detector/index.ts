// SPDX-License-Identifier: Apache-2.0

import { ActivateAnomalyDetectorCommand, DeactivateAnomalyDetectorCommand, type LookoutMetricsClient } from '@aws-sdk/client-lookoutmetrics';
import { RedshiftClient } from '@aws-sdk/client-redshift';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { SFNClient } from '@aws-sdk/client-sfn';
import { AlertResource } from './alert-resource';
import { ClusterRoles } from './cluster-roles';
import { isNamed, isPassing, type Begun, type Completion, type CompletionRequest, type CustomResource, type CustomResourceRequest } from './custom-resource';
import { DetectorResource } from './detector-resource';
import { describeDetector } from './existing';
import { NamespaceRoles } from './namespace-roles';
import { QueryTrial } from './query-trial';
import { RoleAttachment } from './role-attachment';
import { SampleData } from './sample-data';
import { ServerlessClient, type ServerlessApi } from './serverless-client';
import { RESOURCE_TYPES, type Backend, type DetectorEvent } from '../../src/private/contract';
import { lookoutClient } from '../shared/lookout-client';

/** What the handlers work with. */
export interface DetectorParts {
  readonly redshift: RedshiftClient;
  readonly serverless: ServerlessApi;
  readonly redshiftData: RedshiftDataClient;
  readonly stateMachines: SFNClient;
  readonly lookout: (backend: Backend) => LookoutMetricsClient;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Answer to each `DetectorEvent`. */
export interface DetectorCondition {
  readonly status: string;
  /** Empty unless the status is FAILED. */
  readonly failureReason: string;
}

/** The three entry points. */
export interface DetectorHandlers {
  onEvent(request: CustomResourceRequest): Promise<Begun>;
  isComplete(request: CompletionRequest): Promise<Completion>;
  handler(event: DetectorEvent): Promise<DetectorCondition>;
}

/** Statuses of a detector that is active or about to be. */
const ACTIVATED = ['ACTIVATING', 'LEARNING', 'ACTIVE'];

/** Makes the entry points. */
export function detectorHandlers({ redshift, serverless, redshiftData, stateMachines, lookout, clock }: DetectorParts): DetectorHandlers {
  const resources: Record<string, CustomResource> = {
    [RESOURCE_TYPES.roleAttachment]: new RoleAttachment(new ClusterRoles(redshift), new NamespaceRoles(serverless)),
    [RESOURCE_TYPES.detector]: new DetectorResource(lookout, new QueryTrial(redshiftData, clock), stateMachines),
    [RESOURCE_TYPES.alert]: new AlertResource(lookout),
    [RESOURCE_TYPES.sampleData]: new SampleData(redshiftData),
  };
  const resource = ({ ResourceType: type }: Pick<CustomResourceRequest, 'ResourceType'>): CustomResource => {
    if (!Object.hasOwn(resources, type)) {
      throw new Error(`the detector function does not know the resource type ${JSON.stringify(type)}, only ${Object.keys(resources).join(', ')}`);
    }
    return resources[type];
  };
  return {
    onEvent: async request => resource(request).onEvent(request),
    isComplete: async request => {
      try {
        return await resource(request).isComplete(request);
      } catch (error) {
        if (!isPassing(error)) throw error;
        // it is asked again anyway, and a deployment must not fail because many others go on in the account
        console.warn(`asked again later: ${(error as Error).name}: ${(error as Error).message}`);
        return { IsComplete: false };
      }
    },
    handler: async event => {
      const client = lookout(event.backend);
      switch (event.action) {
        case 'deactivate': return deactivate(client, event.detectorArn);
        case 'activate': return activate(client, event.detectorArn);
        case 'describe': return condition(client, event.detectorArn);
        default: throw new Error(`action ${JSON.stringify((event as { action?: unknown }).action)} is unknown to the detector function, which knows deactivate, activate and describe`);
      }
    },
  };
}

/**
 * Stops a detector that detects: the history that was read holds intervals that it has not seen, and the crawl goes on after them. One that
 * learns for an earlier run cannot be stopped, and is not to be taken for this run's: it may have begun before the newest rows were there. The
 * caller asks again until it has ended.
 */
async function deactivate(client: LookoutMetricsClient, detectorArn: string): Promise<DetectorCondition> {
  const found = await condition(client, detectorArn);
  if (!ACTIVATED.includes(found.status)) return found;
  await client.send(new DeactivateAnomalyDetectorCommand({ AnomalyDetectorArn: detectorArn })).catch((error: Error) => {
    if (!isNamed(error, 'ConflictException')) throw error; // it is ACTIVATING, or has just changed its state
  });
  return condition(client, detectorArn);
}

/**
 * Has a detector learn the history that was read. The caller has found it stopped since then: so one that is activated is so by this call's
 * earlier try, whose answer was lost, or by whom else it may be; it learns all that was read.
 */
async function activate(client: LookoutMetricsClient, detectorArn: string): Promise<DetectorCondition> {
  try {
    await client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: detectorArn }));
  } catch (error) {
    if (!isNamed(error, 'ConflictException')) throw error;
    const found = await condition(client, detectorArn);
    if (!ACTIVATED.includes(found.status)) throw error;
    return found;
  }
  return condition(client, detectorArn);
}

async function condition(client: LookoutMetricsClient, detectorArn: string): Promise<DetectorCondition> {
  const detector = await describeDetector(client, detectorArn);
  if (!detector) throw new Error(`detector ${detectorArn} does not exist any more`);
  return { status: detector.Status!, failureReason: detector.FailureReason ?? '' };
}

let handlers: DetectorHandlers | undefined;

function ofThisProcess(): DetectorHandlers {
  const redshift = new RedshiftClient({});
  return handlers ??= detectorHandlers({
    redshift,
    serverless: new ServerlessClient(redshift),
    redshiftData: new RedshiftDataClient({}),
    stateMachines: new SFNClient({}),
    lookout: lookoutClient,
    clock: Date.now,
  });
}

/** Entry point of the custom resources' provider: begins to create, update or delete. */
export const onEvent: DetectorHandlers['onEvent'] = async request => ofThisProcess().onEvent(request);

/** Entry point of the custom resources' provider: asked again and again until the resource is ready or gone. */
export const isComplete: DetectorHandlers['isComplete'] = async request => ofThisProcess().isComplete(request);

/** Entry point of the Bootstrap state machine: stops and activates the detector and tells how it is. */
export const handler: DetectorHandlers['handler'] = async event => ofThisProcess().handler(event);
