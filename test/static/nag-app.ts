// SPDX-License-Identifier: Apache-2.0

/** Synthesises every variant under the rules of AwsSolutions; `check-static.ts` bundles it and runs it beside one version of CDK and cdk-nag. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { VARIANTS, variantStack } from './variants';

/** What a rule finds: its id with the detail in brackets, and the construct. */
export interface NagFinding {
  readonly rule: string;
  readonly construct: string;
}

/** cdk-nag 2 is an aspect whose findings are annotations, 3 a plugin whose findings are in a report. */
interface Nag {
  readonly NagSuppressions?: unknown;
  readonly AwsSolutionsChecks: new (...given: unknown[]) => cdk.IAspect;
}

const [outdir, result] = process.argv.slice(2);
// not an import: the checked folder has cdk-nag, the library does not
const nag = require('cdk-nag') as Nag; // eslint-disable-line @typescript-eslint/no-require-imports
// findings do not end the synthesis: whether they may be there is judged by check-static.ts
const app = new cdk.App({ outdir, analyticsReporting: false, context: { '@aws-cdk/core:failSynthOnValidationErrors': false } });
for (const name of Object.keys(VARIANTS)) variantStack(name, app);

if (nag.NagSuppressions) {
  cdk.Aspects.of(app).add(new nag.AwsSolutionsChecks({ verbose: false, reports: false }));
} else {
  const { Validations } = cdk as unknown as { Validations: { of(scope: cdk.App): { addPlugins(plugin: unknown): void } } };
  Validations.of(app).addPlugins(new nag.AwsSolutionsChecks(app));
}
const assembly = app.synth();

const annotations = assembly.stacks.flatMap(stack => stack.messages)
  .filter(({ entry }) => String(entry.data).startsWith('AwsSolutions-'))
  .map(({ id, entry }) => ({ rule: /^[\w-]+(?:\[.*\](?=: ))?/.exec(String(entry.data))![0], construct: id }));
writeFileSync(result, JSON.stringify([...annotations, ...reported(join(assembly.directory, 'validation-report.json'))]));
process.exitCode = 0; // the library sets it for findings

interface Report {
  readonly pluginReports: {
    readonly pluginName: string;
    readonly violations: { readonly ruleName: string; readonly violatingConstructs: { readonly constructPath?: string }[] }[];
  }[];
}

function reported(path: string): NagFinding[] {
  if (!existsSync(path)) return [];
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  return report.pluginReports.filter(({ pluginName }) => pluginName === 'AwsSolutions').flatMap(({ violations }) => violations)
    .flatMap(({ ruleName, violatingConstructs }) => violatingConstructs.map(({ constructPath }) => ({ rule: ruleName, construct: constructPath ?? '' })));
}
