// SPDX-License-Identifier: Apache-2.0

import { setTimeout } from 'node:timers/promises';
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

/** Answer to `describe`, and to `activate`. */
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

/** Statuses of a detector that detects. */
const DETECTING = ['LEARNING', 'ACTIVE'];

/** How long a detector that is being stopped is waited for within one call; the in-account service stops it at once. */
const STOPPING_POLLS = 10;
const STOPPING_POLL_MILLISECONDS = 1000;

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
        case 'activate': return activate(client, event.detectorArn, setTimeout);
        case 'describe': return condition(client, event.detectorArn);
        default: throw new Error(`action ${JSON.stringify((event as { action?: unknown }).action)} is unknown to the detector function, which knows activate and describe`);
      }
    },
  };
}

/**
 * Has a detector learn the history that was read. One that detects is stopped first: the history holds intervals that it has not seen, and
 * the crawl goes on after them. Asked for again after its answer was lost, it learns the same once more.
 */
async function activate(
  client: LookoutMetricsClient, detectorArn: string, wait: (milliseconds: number) => Promise<unknown>,
): Promise<DetectorCondition> {
  let found = await condition(client, detectorArn);
  if (DETECTING.includes(found.status)) {
    await client.send(new DeactivateAnomalyDetectorCommand({ AnomalyDetectorArn: detectorArn })).catch((error: Error) => {
      if (!isNamed(error, 'ConflictException')) throw error; // it has just changed its state
    });
    found = await condition(client, detectorArn);
  }
  for (let poll = 0; found.status === 'DEACTIVATING' && poll < STOPPING_POLLS; poll++) {
    await wait(STOPPING_POLL_MILLISECONDS);
    found = await condition(client, detectorArn);
  }
  if (found.status === 'ACTIVATING') return found; // asked before
  try {
    await client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: detectorArn }));
  } catch (error) {
    if (!isNamed(error, 'ConflictException')) throw error;
    found = await condition(client, detectorArn);
    if (!ACTIVATED.includes(found.status)) throw error;
    return found; // by a call that came before this one
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

/** Entry point of the Bootstrap state machine: activates the detector and tells how it is. */
export const handler: DetectorHandlers['handler'] = async event => ofThisProcess().handler(event);
