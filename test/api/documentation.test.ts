// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Documented {
  readonly name: string;
  readonly docs?: { readonly summary?: string; readonly default?: string; readonly custom?: Record<string, string> };
  readonly optional?: boolean;
  readonly overrides?: string;
  readonly parameters?: Documented[];
}
interface Declared extends Documented {
  readonly datatype?: boolean;
  readonly properties?: Documented[];
  readonly methods?: Documented[];
  readonly members?: Documented[];
  readonly initializer?: Documented;
}

const assembly = JSON.parse(readFileSync(join(__dirname, '..', '..', '.jsii'), 'utf8')) as { types: Record<string, Declared> };
const types = Object.values(assembly.types);
/** What implements or overrides a declaration has its documentation. */
const own = (members: Documented[] = []) => members.filter(({ overrides }) => overrides === undefined);

test('every public declaration says what it is', () => {
  expect(types.length).toBeGreaterThan(20);
  const silent = types.flatMap(type => [type, ...own(type.properties), ...own(type.methods), ...type.members ?? []]
    .filter(({ docs }) => !docs?.summary).map(({ name }) => name === type.name ? name : `${type.name}.${name}`));
  expect(silent).toEqual([]);
});

test('every parameter says what it is, those of constructors too', () => {
  const silent = types.flatMap(type => [...type.initializer && !type.initializer.overrides ? [{ ...type.initializer, name: 'constructor' }] : [], ...own(type.methods)]
    .flatMap(({ name, parameters }) => (parameters ?? []).filter(({ docs }) => !docs?.summary).map(parameter => `${type.name}.${name}(${parameter.name})`)));
  expect(silent).toEqual([]);
});

test('what it is stands in a sentence of its own, which tables and editors show alone', () => {
  const cut = types.flatMap(type => [type, ...own(type.properties), ...own(type.methods), ...type.members ?? []]
    .filter(({ docs }) => docs?.summary && !/[.)]$/.test(docs.summary)).map(({ name, docs }) => `${type.name}.${name}: ${docs!.summary}`));
  expect(cut).toEqual([]);
});

test('every optional prop says what holds without it', () => {
  const silent = types.filter(({ datatype }) => datatype).flatMap(type => own(type.properties)
    .filter(({ optional, docs }) => optional && !docs?.default).map(({ name }) => `${type.name}.${name}`));
  expect(silent).toEqual([]);
});

test('what a method throws stands in its text: API.md does not show the tag', () => {
  const hidden = types.flatMap(type => own(type.methods).filter(({ docs }) => docs?.custom?.throws !== undefined).map(({ name }) => `${type.name}.${name}`));
  expect(hidden).toEqual([]);
});

test('what holds without a prop has no backquotes: Javadoc shows them as they are', () => {
  const quoted = types.flatMap(type => own(type.properties).filter(({ docs }) => docs?.default?.includes('`')).map(({ name }) => `${type.name}.${name}`));
  expect(quoted).toEqual([]);
});
