// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as DetectBundle from '../../handlers/detect';
import type * as ServiceBundle from '../../handlers/service';

/** The bundles that are deployed. */
export interface Bundles {
  readonly service: typeof ServiceBundle;
  readonly detect: typeof DetectBundle;
}

const ASSETS = join(__dirname, '..', '..', 'assets');

/**
 * Loads the bundles into this process.
 * @throws Error when they are not built
 */
export async function loadBundles(): Promise<Bundles> {
  return { service: await load('service'), detect: await load('detect') };
}

async function load<T>(name: string): Promise<T> {
  const file = join(ASSETS, name, 'index.mjs');
  if (!existsSync(file)) throw new Error(`the bundle ${file} is missing: run "npx projen bundle" first`);
  return await import(pathToFileURL(file).href) as T;
}
