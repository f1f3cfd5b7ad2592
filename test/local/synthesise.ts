// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

const folders: string[] = [];

/** A new folder under the system's temporary one. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-cloud-'));
  folders.push(folder);
  return folder;
}

/** Removes the folders that this test file made. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Synthesises an app with one stack, `Test`, and gives its cdk.out. */
export function synthesise(build: (stack: Stack) => void, outdir = temporaryFolder()): string {
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false });
  build(new Stack(app, 'Test'));
  return app.synth().directory;
}

/** A function whose code is an asset: an ES module with this text as `index.mjs`. */
export function moduleFunction(scope: Construct, id: string, code: string, props: Partial<lambda.FunctionProps> = {}): lambda.Function {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'index.mjs'), code);
  return new lambda.Function(scope, id, { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromAsset(folder), ...props });
}
