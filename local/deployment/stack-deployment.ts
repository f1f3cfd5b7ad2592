// SPDX-License-Identifier: Apache-2.0

import type { Exports } from './exports';
import type { Assembly, StackArtifact } from '../assembly/assembly';
import { IntrinsicResolver, TemplateError, type PseudoParameters } from '../assembly/intrinsics';
import { creationOrder } from '../assembly/order';
import type { ResourceIdentity } from '../assembly/template';
import type { CloudServices, DeployedResource, Resource } from '../resources/resource';
import { resourceType } from '../resources/resource-types';

/** A stack could not be deployed or deleted. The message names stack, resource, construct and reason. */
export class DeploymentError extends Error {
  public override readonly name = 'DeploymentError';
}

/** A resource that exists, for lookups. */
export interface ListedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Path of its construct. */
  readonly path?: string;
  /** What Ref gives. */
  readonly physicalName: string;
}

/** One stack of the embedded cloud. */
export class StackDeployment {
  /** Values of the outputs, by output id. */
  public readonly outputs: Record<string, string> = {};
  private readonly deployed = new Map<string, DeployedResource>();

  public constructor(
    public readonly name: string, private readonly pseudo: PseudoParameters, private readonly exports: Exports, private services: CloudServices,
  ) {}

  /** Takes code and definitions from another assembly from now on. */
  public useAssembly(assembly: Assembly): void {
    this.services = { ...this.services, assembly };
  }

  /** Resources by logical id, `stack.logicalId` or construct path (with or without its `/Resource`). */
  public find(reference: string): ResourceIdentity[] {
    return this.list()
      .filter(({ logicalId, path }) => [logicalId, `${this.name}.${logicalId}`, path, path?.replace(/\/Resource$/, '')].includes(reference))
      .map(({ logicalId }) => this.identity(logicalId)!);
  }

  /** All resources, in the order in which they were made. */
  public list(): ListedResource[] {
    return [...this.deployed.values()].map(({ resource, identity }) => ({
      stack: this.name,
      logicalId: resource.logicalId,
      type: resource.type,
      ...(resource.path !== undefined && { path: resource.path }),
      physicalName: identity.ref,
    }));
  }

  /** What a resource is called; undefined: there is no such resource. */
  public identity(logicalId: string): ResourceIdentity | undefined {
    return this.deployed.get(logicalId)?.identity;
  }

  /**
   * Makes or changes every resource of the template, each after those it needs; then the outputs; then deletes the resources that the template
   * has no more.
   */
  public async deploy(artifact: StackArtifact, onResource: (where: string) => void): Promise<void> {
    const { template } = artifact;
    if (template.Transform !== undefined) {
      throw new DeploymentError(`stack ${this.name}: the embedded cloud does not know transforms (${JSON.stringify(template.Transform)})`);
    }
    const imported = new Set<string>();
    const resolver = new IntrinsicResolver({
      template,
      pseudo: this.pseudo,
      parameters: artifact.parameters,
      resource: (logicalId) => this.identity(logicalId),
      exported: (name) => {
        imported.add(name);
        return this.exports.value(name);
      },
    });
    const order = creationOrder(template);
    for (const logicalId of order) this.checkType(artifact, logicalId);
    const wanted = new Set<string>();
    for (const logicalId of order) {
      const definition = template.Resources![logicalId];
      if (definition.Condition !== undefined && !resolver.condition(definition.Condition, logicalId)) continue;
      wanted.add(logicalId);
      onResource(this.where(artifact, logicalId));
      await this.put(artifact, logicalId, resolver);
    }
    const exported = new Map<string, string>();
    for (const [id, output] of Object.entries(template.Outputs ?? {})) {
      if (output.Condition !== undefined && !resolver.condition(output.Condition, `Outputs.${id}`)) continue;
      const value = String(resolver.resolve(output.Value, `Outputs.${id}.Value`));
      this.outputs[id] = value;
      if (output.Export) exported.set(String(resolver.resolve(output.Export.Name, `Outputs.${id}.Export.Name`)), value);
    }
    this.setExports(exported);
    for (const logicalId of [...this.deployed.keys()].reverse()) if (!wanted.has(logicalId)) await this.remove(logicalId);
    this.exports.setImports(this.name, imported);
  }

  /** Deletes all resources, each before those it needs. Those whose template says so (`DeletionPolicy: Retain`) stay, with what is in them. */
  public async destroy(): Promise<void> {
    this.setExports(new Map());
    for (const logicalId of [...this.deployed.keys()].reverse()) await this.remove(logicalId);
    this.exports.setImports(this.name, new Set());
  }

  private setExports(exported: ReadonlyMap<string, string>): void {
    try {
      this.exports.setExports(this.name, exported);
    } catch (error) {
      throw new DeploymentError(`stack ${this.name}: ${(error as Error).message}`, { cause: error });
    }
  }

  private checkType(artifact: StackArtifact, logicalId: string): void {
    const definition = artifact.template.Resources![logicalId];
    if (!resourceType(definition.Type)) {
      throw new DeploymentError(`${this.where(artifact, logicalId)}: the embedded cloud does not know the resource type ${definition.Type}`);
    }
  }

  private async put(artifact: StackArtifact, logicalId: string, resolver: IntrinsicResolver): Promise<void> {
    const where = this.where(artifact, logicalId);
    const definition = artifact.template.Resources![logicalId];
    const previous = this.deployed.get(logicalId);
    if (previous && previous.resource.type !== definition.Type) {
      throw new DeploymentError(`${where}: its type was ${previous.resource.type}; use another logical id`);
    }
    try {
      const properties = (resolver.resolve(definition.Properties ?? {}, `${logicalId}.Properties`) ?? {}) as Record<string, unknown>;
      const path = artifact.paths.get(logicalId);
      const resource: Resource = { logicalId, ...(path !== undefined && { path }), type: definition.Type, properties, isRetained: definition.DeletionPolicy?.startsWith('Retain') ?? false, pseudo: this.pseudo, where };
      // an update that fails is followed by one that leads back from it, as in CloudFormation's rollback
      if (previous && isCustom(definition.Type)) this.deployed.set(logicalId, { resource, identity: previous.identity });
      const identity = await resourceType(definition.Type)!.put(resource, this.services, previous);
      this.deployed.set(logicalId, { resource, identity });
    } catch (error) {
      throw error instanceof TemplateError ? error : new DeploymentError(`${where}: ${(error as Error).message}`, { cause: error });
    }
  }

  private async remove(logicalId: string): Promise<void> {
    const deployed = this.deployed.get(logicalId)!;
    try {
      if (!deployed.resource.isRetained) await resourceType(deployed.resource.type)!.delete?.(deployed, this.services);
    } catch (error) {
      throw new DeploymentError(`${deployed.resource.where}: ${(error as Error).message}`, { cause: error });
    }
    this.deployed.delete(logicalId);
  }

  private where({ template, paths }: StackArtifact, logicalId: string): string {
    const path = paths.get(logicalId);
    return `stack ${this.name}, resource ${logicalId} (${path ? `${path}, ` : ''}${template.Resources![logicalId].Type})`;
  }
}

function isCustom(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}
