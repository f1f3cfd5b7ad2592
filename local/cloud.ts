// SPDX-License-Identifier: Apache-2.0

import { loadAssembly, type Assembly } from './assembly/assembly';
import type { SimulatedClock } from './clock';
import { pseudoParameters, startParts, type CloudParts, type EmbeddedCloudOptions } from './cloud-parts';
import { Exports } from './deployment/exports';
import { DeploymentError, StackDeployment, type ListedResource } from './deployment/stack-deployment';
import type { BusEvent } from './gateway/event-buses';
import type { Notification } from './gateway/notifications';
import type { EmbeddedMetric } from './lambda/function-pool';
import type { LostInvocation } from './lambda/functions';
import type { CloudServices } from './resources/resource';
import type { S3Server } from './s3/server';
import type { ScheduledRun } from './schedule/scheduler';
import type { Execution } from './states/execution';

export type { EmbeddedCloudOptions, WarehouseEndpoints, WarehouseSurroundings } from './cloud-parts';

/** Outcome of an invocation: the answer, or the error as Lambda tells it. */
export type InvocationResult =
  | { readonly payload: unknown; readonly functionError?: undefined }
  | { readonly payload: { readonly errorType: string; readonly errorMessage: string }; readonly functionError: 'Unhandled' };

/**
 * An AWS account on loopback ports, into which a synthesised app is deployed: it runs the Lambda bundles, state machine definitions and
 * schedules that lie in cdk.out. What it does not know is an error that names it.
 */
export class EmbeddedCloud {
  /** Starts the servers; nothing is deployed yet. */
  public static async start(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
    const assembly = loadAssembly(options.assembly);
    return new EmbeddedCloud(options, assembly, await startParts(options, assembly.stacks[0]));
  }

  /** The simulated time. */
  public readonly clock: SimulatedClock;
  /** Environment variables with which an SDK client reaches this cloud: endpoints, region, credentials. */
  public readonly environment: Readonly<Record<string, string>>;
  private readonly services: Omit<CloudServices, 'assembly'>;
  private readonly stacks: StackDeployment[] = [];
  private readonly exports = new Exports();

  private constructor(private readonly options: EmbeddedCloudOptions, private assembly: Assembly, private readonly parts: CloudParts) {
    this.clock = parts.clock;
    this.environment = parts.environment;
    this.services = parts.services;
  }

  /**
   * Deploys the stacks of the assembly, in order. A second call deploys again what is in the folder by then, or in another one: resources are
   * changed, made and deleted as CloudFormation would. An error leaves what was made before it. With the name of a stack, only that one
   * is deployed, as `cdk deploy --exclusively` does.
   */
  public async deploy(assembly?: string, only?: string): Promise<void> {
    if (assembly !== undefined || this.stacks.length > 0) this.assembly = loadAssembly(assembly ?? this.options.assembly);
    for (const artifact of this.assembly.stacks.filter(({ name }) => only === undefined || name === only)) {
      let stack = this.stacks.find((candidate) => candidate.name === artifact.name);
      if (!stack) {
        const services = { ...this.services, assembly: this.assembly };
        stack = new StackDeployment(artifact.name, pseudoParameters(this.options, artifact), this.exports, services);
        this.stacks.push(stack);
      } else {
        stack.useAssembly(this.assembly);
      }
      await stack.deploy(artifact, this.options.onResource ?? (() => undefined));
    }
  }

  /** Deletes the stacks, the last first; with the name of a stack, only that one. */
  public async destroy(only?: string): Promise<void> {
    for (const stack of this.stacks.filter(({ name }) => only === undefined || name === only).reverse()) {
      await stack.destroy();
      this.stacks.splice(this.stacks.indexOf(stack), 1);
    }
  }

  /** Invokes a function by logical id, construct path, name or ARN. */
  public async invoke(reference: string, payload: unknown): Promise<InvocationResult> {
    const outcome = await this.services.functions.invoke(this.physicalName(reference) ?? reference, JSON.stringify(payload));
    if (!outcome) throw new DeploymentError(`there is no Lambda function ${JSON.stringify(reference)}`);
    return 'result' in outcome ? { payload: JSON.parse(outcome.result) } : { payload: outcome.failure, functionError: 'Unhandled' };
  }

  /** Starts a state machine by logical id, construct path or ARN, and waits until the execution has ended. */
  public startExecution(reference: string, input: unknown = {}, name?: string): Promise<Execution> {
    return this.services.machines.finished(this.services.machines.start(this.physicalName(reference) ?? reference, JSON.stringify(input), name));
  }

  /** Goes on with an execution that did not succeed where it ended, and waits for its end. */
  public redriveExecution(arn: string): Promise<Execution> {
    return this.services.machines.finished(this.services.machines.redrive(arn));
  }

  /** Waits until no execution runs. */
  public allExecutionsFinished(): Promise<void> {
    return this.services.machines.allFinished();
  }

  /** Fires the schedules up to and including `date`, one execution after the other. `onRun` is awaited after every one. */
  public runScheduleUntil(date: Date, onRun?: (run: ScheduledRun) => void | Promise<void>): Promise<void> {
    return this.services.scheduler.runUntil(date, onRun);
  }

  /** Moves the clock to `date` as if the schedules were disabled up to then: nothing fires, then or afterwards, of what was due. */
  public pauseScheduleUntil(date: Date): Promise<void> {
    return this.services.scheduler.pauseUntil(date);
  }

  /**
   * What Ref gives for a resource: its name, or its ARN where CloudFormation gives that. By logical id, `stack.logicalId`, or construct path
   * (`Stack/Connector/Bucket/Resource`, with or without `/Resource`). Undefined: there is none, or several.
   */
  public physicalName(reference: string): string | undefined {
    return this.resource(reference)?.ref;
  }

  /** Attribute of a resource, as Fn::GetAtt gives it. */
  public attribute(reference: string, name: string): unknown {
    return this.resource(reference)?.attributes[name];
  }

  /** The resources that exist, of one type or all. */
  public resources(type?: string): ListedResource[] {
    return this.stacks.flatMap((stack) => stack.list()).filter((resource) => type === undefined || resource.type === type);
  }

  /** Outputs of all stacks, by output id; of several stacks with the same id, the last. */
  public get outputs(): Readonly<Record<string, string>> {
    return Object.assign({}, ...this.stacks.map((stack) => stack.outputs)) as Record<string, string>;
  }

  /** All executions, in the order in which they were started. */
  public get executions(): readonly Execution[] {
    return this.services.machines.executions;
  }

  /** Messages published to topics. */
  public get notifications(): readonly Notification[] {
    return this.services.topics.notifications;
  }

  /** Events put on event buses. */
  public get events(): readonly BusEvent[] {
    return this.services.eventBuses.events;
  }

  /** Metrics that functions wrote in embedded metric format. */
  public get metrics(): readonly EmbeddedMetric[] {
    return this.services.functions.metrics;
  }

  /** Asynchronous invocations that failed with all their retries. */
  public get lostInvocations(): readonly LostInvocation[] {
    return this.services.functions.lost;
  }

  /** Requests to services that the embedded cloud does not have, in words. */
  public get refusedRequests(): readonly string[] {
    return this.parts.gateway.refused;
  }

  /** The S3 server. */
  public get s3(): S3Server {
    return this.services.s3;
  }

  public get dynamodbEndpoint(): string {
    return this.services.tables.endpoint;
  }

  /** Ends all servers and processes. What lies in the folder stays. */
  public close(): Promise<void> {
    return this.parts.close();
  }

  private resource(reference: string) {
    const found = this.stacks.flatMap((stack) => stack.find(reference));
    return found.length === 1 ? found[0] : undefined;
  }
}
