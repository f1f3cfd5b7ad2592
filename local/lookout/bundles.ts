// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DetectEvent, SampleEvent, WatchEvent } from '../../src/private/contract';

/** Where the records are: what it can do is between it and the functions. */
export type Store = object;

/** The bundles, as far as they are used here. */
export interface Bundles {
  readonly service: ServiceBundle;
  readonly detect: DetectBundle;
  /** Makes a store in this process. */
  readonly memoryStore: () => Store;
}

type ServiceHandler = (event: object, context: { readonly invokedFunctionArn: string; readonly awsRequestId: string }) => Promise<object>;

interface ServiceBundle {
  /** As deployed: on the table of the environment. */
  readonly handler: ServiceHandler;
  createHandler(store: () => Store): ServiceHandler;
}

type DetectHandler = (event: DetectEvent | SampleEvent | WatchEvent, context: { getRemainingTimeInMillis(): number }) => Promise<object>;

interface DetectBundle {
  readonly handler: DetectHandler;
  createHandler(services: () => object): DetectHandler;
  servicesOfEnvironment(store: Store): object;
}

const ROOT = join(__dirname, '..', '..');

/**
 * Loads the bundles into this process: those that are deployed, and the store in memory, which no deployed function has.
 * @throws Error when they are not built
 */
export async function loadBundles(): Promise<Bundles> {
  const { MemoryStore } = await load<{ readonly MemoryStore: new () => Store }>('.tmp/bundles/memory-store.mjs');
  return {
    service: await load('assets/service/index.mjs'),
    detect: await load('assets/detect/index.mjs'),
    memoryStore: () => new MemoryStore(),
  };
}

async function load<T>(path: string): Promise<T> {
  const file = join(ROOT, path);
  if (!existsSync(file)) throw new Error(`the bundle ${file} is missing: run "npx projen bundle" first`);
  return await import(pathToFileURL(file).href) as T;
}
