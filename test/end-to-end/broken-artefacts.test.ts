// SPDX-License-Identifier: Apache-2.0

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleAssembly } from './example-assembly';
import { runScript, type Ended } from './run-script';

const STACK = 'RedshiftLookoutEcommerce';
const directory = mkdtempSync(join(tmpdir(), 'redshift-lookout-broken-'));
const whole = join(directory, 'whole');

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
}

beforeAll(() => exampleAssembly(whole), 180_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the demo on a copy of the assembly in which something is broken. */
function demoOnBroken(name: string, breakIt: (assembly: string, template: Template) => void): Promise<Ended> {
  const assembly = join(directory, name);
  cpSync(whole, assembly, { recursive: true });
  const file = join(assembly, `${STACK}.template.json`);
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  breakIt(assembly, template);
  writeFileSync(file, JSON.stringify(template));
  return runScript('local/demo/index.ts', ['--assembly', assembly, '--days', '1', '--output', join(directory, `${name}-output`)]);
}

function resource(template: Template, idStart: string, type: string) {
  const found = Object.entries(template.Resources).find(([id, { Type }]) => id.startsWith(idStart) && Type === type);
  if (!found) throw new Error(`no ${type} ${idStart}… in the template`);
  return { id: found[0], properties: found[1].Properties };
}

/** Changes a text in a state machine's definition; it must be there. */
function changeDefinition(template: Template, idStart: string, from: string, to: string): void {
  const { properties } = resource(template, idStart, 'AWS::StepFunctions::StateMachine');
  const text = JSON.stringify(properties.DefinitionString);
  if (!text.includes(from)) throw new Error(`${from} is not in the definition of ${idStart}`);
  properties.DefinitionString = JSON.parse(text.replace(from, to));
}

// The demo runs the artefacts in cdk.out and nothing else: what is broken there breaks it, and its message says what.
test('a Lambda bundle that is missing', async () => {
  const { code, stderr } = await demoOnBroken('bundle', (assembly, template) => {
    const { properties } = resource(template, 'EcommerceServiceDetectFunction', 'AWS::Lambda::Function');
    rmSync(join(assembly, `asset.${(properties.Code as { S3Key: string }).S3Key.replace('.zip', '')}`), { recursive: true });
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/EcommerceServiceDetectFunction/);
  expect(stderr).toMatch(/asset\.[0-9a-f]{64}/);
}, 180_000);

test('a state whose service action does not exist', async () => {
  const { code, stderr } = await demoOnBroken('action', (_, template) => {
    changeDefinition(template, 'EcommerceCrawl', ':aws-sdk:redshiftdata:executeStatement', ':aws-sdk:redshiftdata:executeStatment');
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/"Unload"/);
  expect(stderr).toMatch(/executeStatment/);
}, 180_000);

test('a state that calls a function that does not exist', async () => {
  const { code, stderr } = await demoOnBroken('function', (_, template) => {
    const { id: crawlFunction } = resource(template, 'EcommerceCrawlFunction', 'AWS::Lambda::Function');
    const { properties } = resource(template, 'EcommerceBootstrap', 'AWS::StepFunctions::StateMachine');
    const text = JSON.stringify(properties.DefinitionString);
    const reference = JSON.stringify({ 'Fn::GetAtt': [crawlFunction, 'Arn'] });
    expect(text).toContain(reference);
    properties.DefinitionString = JSON.parse(text.replace(reference, '"arn:aws:lambda:us-east-1:123456789012:function:gone"'));
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/function:gone/);
}, 180_000);

test('a folder that is no assembly', async () => {
  const { code, stderr } = await runScript('local/demo/index.ts', ['--assembly', join(directory, 'nowhere'), '--output', join(directory, 'out')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/--assembly ".*nowhere" does not exist/);
}, 180_000);
