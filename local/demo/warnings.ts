// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly artifacts?: Record<string, { readonly metadata?: Record<string, readonly { readonly type: string; readonly data?: unknown }[]> }>;
}

/** The warnings that constructs left in an assembly, which the CDK command line prints at synth; each with its construct's path, once. */
export function readWarnings(assembly: string): string[] {
  const { artifacts = {} } = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8')) as Manifest;
  const warnings = Object.values(artifacts).flatMap(({ metadata = {} }) => Object.entries(metadata).flatMap(([path, entries]) =>
    entries.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => `${path.replace(/^\//, '')}: ${String(data)}`)));
  return [...new Set(warnings)];
}
