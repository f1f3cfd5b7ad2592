// SPDX-License-Identifier: Apache-2.0

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage, CDK_FLOOR, cdkSynth, CONTEXTS, copyExample, run, synthesise, typescriptTemplate, workFolder } from './packages';
import { expectLinksOfPage, linksOf } from '../documents/document-links';

const MODULE = 'github.com/cdk-redshift-lookout/cdk-redshift-lookout-go/redshiftlookout';
/** A dependency of aws-cdk-lib whose version there (the key) is missing in some proxies; its content is a file that is deprecated. */
const PROXY_AGENT = 'github.com/cdklabs/awscdk-asset-node-proxy-agent-go/nodeproxyagentv6/v2';
const PROXY_AGENT_VERSION = 'v2.1.2';

const WORK = workFolder('go');
const DIST = join(WORK, 'dist');
const app = copyExample('go', WORK);
// aws-cdk-go is large: without inlining it is compiled in three quarters of the time
process.env.GOFLAGS = `${process.env.GOFLAGS ?? ''} -gcflags=all=-l`.trim();

beforeAll(() => {
  buildPackage('go', DIST); // what is released is source; the app compiles it
  run('go', ['mod', 'edit', '-replace', `${MODULE}=${join(DIST, 'go', 'redshiftlookout')}`, '-replace', `${PROXY_AGENT}=${PROXY_AGENT}@${PROXY_AGENT_VERSION}`], app);
  run('go', ['mod', 'tidy'], app);
  run('go', ['vet', './...'], app);
}, 900_000);

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
