// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Activity } from '../activity';
import type { CustomResourceResponse, ResponseServer } from './response-server';
import type { Functions } from '../lambda/functions';
import type { DeployedResource, Resource, ResourceType } from '../resources/resource';
import type { StateMachines } from '../states/state-machines';

/** How often it is looked whether anything still works on an answer, in milliseconds. */
const LOOK_INTERVAL = 1000;

/** CloudFormation's part in custom resources: sends events to functions and takes their answers. */
export class CustomResources {
  public constructor(
    private readonly responses: ResponseServer,
    private readonly functions: Functions,
    private readonly machines: StateMachines,
    private readonly activity: Activity,
  ) {}

  /**
   * Sends an event and waits for the answer. FAILED, a function that fails, and silence while nothing works any more are errors with the
   * reason.
   */
  public async request(type: 'Create' | 'Update' | 'Delete', resource: Resource, previous?: DeployedResource): Promise<CustomResourceResponse> {
    const { ServiceToken } = resource.properties;
    const reference = String(ServiceToken);
    const { url, response } = this.responses.expect();
    const event = {
      RequestType: type,
      ServiceToken,
      ResponseURL: url,
      StackId: resource.pseudo.stackId,
      RequestId: randomUUID(),
      ResourceType: resource.type,
      LogicalResourceId: resource.logicalId,
      ...(previous && { PhysicalResourceId: previous.identity.ref }),
      ResourceProperties: asText(resource.properties),
      ...(type === 'Update' && { OldResourceProperties: asText(previous!.resource.properties) }),
    };
    const invocation = this.functions.invoke(reference, JSON.stringify(event));
    if (!invocation) throw new Error(`its ServiceToken ${JSON.stringify(ServiceToken)} is no Lambda function of the stacks`);
    const outcome = await Promise.race([invocation, response.then(() => undefined)]);
    if (outcome && 'failure' in outcome) {
      throw new Error(`its function failed: ${outcome.failure.errorType}: ${outcome.failure.errorMessage}`);
    }
    const answer = await Promise.race([response, this.silence()]);
    if (!answer) throw new Error(`its function ${reference} sent no answer to the ${type} event, and nothing works on it any more`);
    if (answer.Status === 'FAILED') throw new Error(`${type} failed: ${answer.Reason ?? 'no reason was given'}`);
    return answer;
  }

  /** Ends when nothing has worked at two looks. */
  private async silence(): Promise<undefined> {
    for (let quiet = 0; quiet < 2;) {
      await sleep(LOOK_INTERVAL, undefined, { ref: false });
      const running = this.machines.executions.some((execution) => execution.status === 'RUNNING');
      quiet = running || !this.activity.idle ? 0 : quiet + 1;
    }
    return undefined;
  }
}

/** Every scalar as text, as CloudFormation passes properties. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
  }
  return String(value);
}

/** AWS::CloudFormation::CustomResource and Custom::*: answered by the function named in ServiceToken. */
export const customResource: ResourceType = {
  async put(resource, { customResources }, previous) {
    if (previous && JSON.stringify(asText(previous.resource.properties)) === JSON.stringify(asText(resource.properties))) {
      return previous.identity;
    }
    const answer = await customResources.request(previous ? 'Update' : 'Create', resource, previous);
    const ref = answer.PhysicalResourceId!;
    // CloudFormation deletes what an update replaced; there it waits until all of the stack is updated
    if (previous && ref !== previous.identity.ref) await customResources.request('Delete', previous.resource, previous);
    return { ref, attributes: answer.Data ?? {} };
  },
  async delete(deployed, { customResources }) {
    await customResources.request('Delete', deployed.resource, deployed);
  },
};
