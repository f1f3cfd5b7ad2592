// SPDX-License-Identifier: Apache-2.0

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage, CDK_FLOOR, cdkSynth, CONTEXTS, copyExample, run, synthesise, typescriptTemplate, workFolder } from './packages';
import { expectLinksOfPage, linksOf } from '../documents/document-links';
import { prose, read } from '../documents/documents';

const MODULE = 'github.com/cdk-redshift-lookout/cdk-redshift-lookout-go/redshiftlookout';
/** A dependency of aws-cdk-lib whose version there (the key) is missing in some proxies; its content is a file that is deprecated. */
const PROXY_AGENT = 'github.com/cdklabs/awscdk-asset-node-proxy-agent-go/nodeproxyagentv6/v2';
const PROXY_AGENT_VERSION = 'v2.1.2';

const WORK = workFolder('go');
const DIST = join(WORK, 'dist');
const app = copyExample('go', WORK);
// aws-cdk-go is large: without inlining it is compiled in three quarters of the time
process.env.GOFLAGS = `${process.env.GOFLAGS ?? ''} -gcflags=all=-l`.trim();

/** README's Go in its sentences, which is compiled with the example. */
const SPANS = [...prose(read('README.md')).matchAll(/`(awscdk\.\w+\([^`]*\))`/g)].map(([, span]) => span);
const NAMES = `package main
import (
  "github.com/aws/aws-cdk-go/awscdk/v2"
  "github.com/aws/jsii-runtime-go"
)
func names() []interface{} { return []interface{}{${SPANS.join(', ')}} }
`;

beforeAll(() => {
  buildPackage('go', DIST); // what is released is source; the app compiles it
  writeFileSync(join(app, 'names.go'), NAMES);
  run('go', ['mod', 'edit', '-replace', `${MODULE}=${join(DIST, 'go', 'redshiftlookout')}`, '-replace', `${PROXY_AGENT}=${PROXY_AGENT}@${PROXY_AGENT_VERSION}`], app);
  run('go', ['mod', 'tidy'], app);
  run('go', ['vet', './...'], app);
}, 900_000);

test('what README says of names in Go compiles', () => {
  expect(SPANS.length).toBeGreaterThanOrEqual(2);
  expect(run('go', ['vet', './...'], app)).toBe('');
});

test('the module asks for the Go that the example has', () => {
  const asked = [join(DIST, 'go', 'redshiftlookout'), app].map(folder => /^go (\d+\.\d+)/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))![1]);
  expect(asked).toEqual(['1.25', '1.25']);
  expect(read('README.md')).toContain('Go 1.25 or newer.');
});

test('the example is written for the oldest CDK that the library takes', () => {
  expect(readFileSync(join(app, 'go.mod'), 'utf8')).toContain(`github.com/aws/aws-cdk-go/awscdk/v2 v${CDK_FLOOR}\n`);
});

test.each(CONTEXTS)('the example on the module synthesises the same template as the one in TypeScript: %j', context => {
  const template = synthesise(WORK, context, cdkSynth(app));
  expect(template).toEqual(typescriptTemplate(context));
}, 180_000);

test('the links of the module\'s README lead somewhere', () => {
  expectLinksOfPage(linksOf(readFileSync(join(DIST, 'go', 'redshiftlookout', 'README.md'), 'utf8')).map(({ target }) => target));
});

test('a wrong value is refused with the prop\'s name; a wrong prop does not compile', () => {
  const file = join(app, 'main.go');
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, source.replace('"l4m-demo"', '"no cluster"'));
  expect(() => run('go', ['run', '.'], app, { CDK_OUTDIR: join(WORK, 'wrong.out') })).toThrow(/clusterIdentifier is not the identifier of a cluster, got "no cluster"/);
  writeFileSync(file, source.replace('Database: ', 'Databse: '));
  expect(() => run('go', ['vet', './...'], app)).toThrow(/unknown field Databse in struct literal of type redshiftlookout\.RedshiftLookoutConnectorProps/);
}, 180_000);
