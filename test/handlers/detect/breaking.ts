// SPDX-License-Identifier: Apache-2.0

import { S3Client } from '@aws-sdk/client-s3';
import { STATE_BUCKET, type World } from './world';
import { ModelStore } from '../../../handlers/detect/model/model-store';
import type { Store } from '../../../handlers/lookout/store';
import { SeriesValuesStore } from '../../../handlers/shared/series-values-store';

/**
 * A function whose calls of store and state bucket are numbered. At the given call it breaks: before the call has any effect, or after it.
 * A function that is killed makes no further call; one that only meets an error goes on.
 */
export function breakingIn(world: World, at: number, when: 'before' | 'after', killed: boolean): { handler: ReturnType<World['handler']>; calls: string[] } {
  const calls: string[] = [];
  const handler = wrappedIn(world, async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    calls.push(name);
    const breaks = killed ? calls.length >= at : calls.length === at;
    if (breaks && (when === 'before' || calls.length > at)) throw new Error(`broken before call ${calls.length}, ${name}`);
    if (!breaks) return work();
    await work().catch(() => undefined);
    throw new Error(`broken after call ${calls.length}, ${name}`);
  });
  return { handler, calls };
}

/** A function that waits before its given call of store or state bucket until something else is done. */
export function pausingIn(world: World, at: number, meanwhile: () => Promise<void>): { handler: ReturnType<World['handler']>; calls: string[] } {
  const calls: string[] = [];
  const handler = wrappedIn(world, async (name, work) => {
    calls.push(name);
    if (calls.length === at) await meanwhile();
    return work();
  });
  return { handler, calls };
}

/** A function whose calls of store and state bucket are made by `wrap`. */
function wrappedIn(world: World, wrap: <T>(name: string, work: () => Promise<T>) => Promise<T>): ReturnType<World['handler']> {
  const { store } = world;
  const wrapped = new Proxy(store, {
    get: (target, name: keyof Store) => (...values: unknown[]) => (
      wrap(name, () => (target[name] as (...given: unknown[]) => Promise<unknown>).apply(target, values))),
  });
  const client = new S3Client({});
  client.middlewareStack.add((next, { commandName }) => args => wrap(commandName!, () => next(args)), { step: 'initialize' });
  return world.handler({
    store: wrapped, models: new ModelStore(client, STATE_BUCKET), values: new SeriesValuesStore(client, STATE_BUCKET),
  });
}
