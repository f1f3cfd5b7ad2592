// SPDX-License-Identifier: Apache-2.0

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Template } from './template';

/** Something in the cdk.out folder is missing or not as the CDK writes it. The message names the file. */
export class AssemblyError extends Error {
  public override readonly name = 'AssemblyError';
}

/** Where a stack is deployed to. Undefined parts are left open by the app. */
export interface StackEnvironment {
  readonly account?: string;
  readonly region?: string;
}

/** One stack of a cloud assembly. */
export interface StackArtifact {
  /** Name of the CloudFormation stack. */
  readonly name: string;
  readonly environment: StackEnvironment;
  readonly template: Template;
  /** Template file, for messages. */
  readonly file: string;
  /** Values that the app gives to template parameters. */
  readonly parameters: Record<string, string>;
  /** Paths of the constructs, by logical id: `Stack/Connector/Bucket/Resource`. */
  readonly paths: ReadonlyMap<string, string>;
}

/** One file asset: a file or a folder that would be zipped. */
export interface FileAsset {
  readonly path: string;
  readonly packaging: string;
}

/** A cloud assembly (cdk.out): its stacks, each after the stacks that it depends on, and its assets by object key. */
export interface Assembly {
  readonly directory: string;
  readonly stacks: StackArtifact[];
  readonly assets: ReadonlyMap<string, FileAsset>;
}

type ArtifactMetadata = Record<string, { readonly type: string; readonly data?: unknown }[]>;

interface ManifestArtifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: string[];
  readonly metadata?: ArtifactMetadata;
  /** Newer versions of the CDK put the metadata there. */
  readonly additionalMetadataFile?: string;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly file?: string;
    readonly directoryName?: string;
    readonly parameters?: Record<string, string>;
  };
}

/** Reads a cdk.out folder, with the nested assemblies of stages. */
export function loadAssembly(directory: string): Assembly {
  const assets = new Map<string, FileAsset>();
  const stacks = readFolder(resolve(directory), assets);
  if (stacks.length === 0) throw new AssemblyError(`${directory} holds no stack; synthesise the app first`);
  return { directory: resolve(directory), stacks, assets };
}

function readFolder(directory: string, assets: Map<string, FileAsset>): StackArtifact[] {
  const manifest = readJson(join(directory, 'manifest.json')) as { artifacts?: Record<string, ManifestArtifact> };
  const artifacts = manifest.artifacts ?? {};
  const stacks: StackArtifact[] = [];
  for (const id of inOrder(artifacts)) {
    const artifact = artifacts[id];
    const { properties = {} } = artifact;
    switch (artifact.type) {
      case 'aws:cloudformation:stack':
        stacks.push({
          name: properties.stackName ?? id,
          environment: environmentOf(artifact.environment),
          file: join(directory, properties.templateFile!),
          template: readJson(join(directory, properties.templateFile!)) as Template,
          parameters: properties.parameters ?? {},
          paths: pathsOf({
            ...artifact.metadata,
            ...(artifact.additionalMetadataFile && readJson(join(directory, artifact.additionalMetadataFile)) as ArtifactMetadata),
          }),
        });
        break;
      case 'cdk:asset-manifest':
        readAssets(directory, properties.file!, assets);
        break;
      case 'cdk:cloud-assembly':
        stacks.push(...readFolder(join(directory, properties.directoryName!), assets));
        break;
    }
  }
  return stacks;
}

function pathsOf(metadata: ArtifactMetadata): Map<string, string> {
  const paths = new Map<string, string>();
  for (const [path, entries] of Object.entries(metadata)) {
    for (const { type, data } of entries) if (type === 'aws:cdk:logicalId') paths.set(String(data), path.replace(/^\//, ''));
  }
  return paths;
}

/** Artifacts, each after those that it depends on. */
function inOrder(artifacts: Record<string, ManifestArtifact>): string[] {
  const order: string[] = [];
  const visit = (id: string) => {
    if (order.includes(id) || !(id in artifacts)) return;
    for (const dependency of artifacts[id].dependencies ?? []) visit(dependency);
    if (!order.includes(id)) order.push(id);
  };
  Object.keys(artifacts).forEach(visit);
  return order;
}

function environmentOf(text = ''): StackEnvironment {
  const [account, region] = text.replace(/^aws:\/\//, '').split('/');
  return {
    ...(account && account !== 'unknown-account' && { account }),
    ...(region && region !== 'unknown-region' && { region }),
  };
}

function readAssets(directory: string, file: string, assets: Map<string, FileAsset>): void {
  const manifest = readJson(join(directory, file)) as {
    files?: Record<string, { source: { path?: string; packaging?: string }; destinations: Record<string, { objectKey: string }> }>;
  };
  for (const [hash, asset] of Object.entries(manifest.files ?? {})) {
    if (asset.source.path === undefined) {
      throw new AssemblyError(`${join(directory, file)}: the asset ${hash} has no path; assets made by a command are not known`);
    }
    for (const destination of Object.values(asset.destinations)) {
      assets.set(destination.objectKey, { path: join(directory, asset.source.path), packaging: asset.source.packaging ?? 'file' });
    }
  }
}

/** Path of the asset with this object key; `kind` says what it has to be. `what` names who needs it. */
export function assetPath(assembly: Assembly, objectKey: unknown, kind: 'folder' | 'file', what: string): string {
  const asset = assembly.assets.get(String(objectKey));
  if (!asset) throw new AssemblyError(`${what}: no asset manifest in ${assembly.directory} lists the object ${JSON.stringify(objectKey)}`);
  if (!existsSync(asset.path)) throw new AssemblyError(`${what}: its asset ${asset.path} is missing; build and synthesise again`);
  const isFolder = statSync(asset.path).isDirectory();
  if (isFolder !== (kind === 'folder')) {
    throw new AssemblyError(`${what}: its asset ${asset.path} is a ${isFolder ? 'folder' : 'file'}, the embedded cloud needs a ${kind}`);
  }
  return asset.path;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new AssemblyError(`cannot read ${file}: ${(error as Error).message}; synthesise the app first`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AssemblyError(`${file} is not JSON: ${(error as Error).message}`);
  }
}
