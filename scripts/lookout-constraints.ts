// SPDX-License-Identifier: Apache-2.0

/**
 * Writes handlers/lookout/model-constraints.ts: what the service model of Lookout for Metrics allows in an operation's input. Facts only
 * (types, members, lengths, patterns, enums, ranges), none of the model's documentation. The source is botocore's model, of the version
 * that test/conformance/requirements.txt pins.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelShape, serviceModel, type ServiceModel } from '../test/conformance/model';
import { PythonClients } from '../test/conformance/python';

/** Where the table is committed. */
export const CONSTRAINTS_FILE = join(__dirname, '..', 'handlers', 'lookout', 'model-constraints.ts');

const [, VERSION] = /^botocore==(\S+)$/m.exec(readFileSync(join(__dirname, '..', 'test', 'conformance', 'requirements.txt'), 'utf8'))!;

const HEADER = `// SPDX-License-Identifier: Apache-2.0

/**
 * What the service model of Lookout for Metrics allows in an operation's input. Written by scripts/lookout-constraints.ts out of the model
 * of botocore ${VERSION}: do not edit. Lengths are in characters, bounds are inclusive and absent where there is none, patterns are those of
 * JavaScript (flags \`s\` and \`u\`) and hold for the whole text. A member that must be given has a \`!\` after its shape. Members are named
 * as they travel, that of the path as the model names it.
 */
`;

/** Kinds of shapes, in the order of the table. */
type Kind = 'texts' | 'choices' | 'numbers' | 'flags' | 'lists' | 'maps' | 'structures';
const KINDS: readonly Kind[] = ['texts', 'choices', 'numbers', 'flags', 'lists', 'maps', 'structures'];

/** Source of the table. */
export function constraintsSource(model: ServiceModel): string {
  const table: Record<Kind, string[]> = { texts: [], choices: [], numbers: [], flags: [], lists: [], maps: [], structures: [] };
  for (const name of inputShapes(model)) {
    const { kind, value } = constraintOf(name, model.shapes[name]);
    table[kind].push(`    ${name}: ${literal(value)},`);
  }
  const kinds = KINDS.map(kind => `  ${kind}: {\n${table[kind].join('\n')}\n  },`);
  return `${HEADER}export const MODEL = {\n${kinds.join('\n')}\n} as const;\n`;
}

/** Names of the shapes that inputs are made of, sorted. */
function inputShapes(model: ServiceModel): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const { members = {}, member, key, value } = model.shapes[name];
    for (const inner of [...Object.values(members), member, key, value]) if (inner) visit(inner.shape);
  };
  for (const [operation, { input }] of Object.entries(model.operations)) {
    // the service finds an input's shape by this name
    if (input.shape !== `${operation}Request`) throw new Error(`the input of ${operation} is ${input.shape}, not ${operation}Request`);
    visit(input.shape);
  }
  return [...found].sort();
}

function constraintOf(name: string, shape: ModelShape): { readonly kind: Kind; readonly value: unknown } {
  const { min, max } = shape;
  switch (shape.type) {
    case 'string':
      return shape.enum
        ? { kind: 'choices', value: shape.enum }
        : { kind: 'texts', value: { min, max, pattern: shape.pattern === undefined ? undefined : inJavaScript(shape.pattern) } };
    case 'integer':
      return { kind: 'numbers', value: { min, max } };
    case 'boolean':
      return { kind: 'flags', value: {} };
    case 'list':
      return { kind: 'lists', value: { of: shape.member!.shape, min, max } };
    case 'map':
      return { kind: 'maps', value: { keys: shape.key!.shape, values: shape.value!.shape, min, max } };
    case 'structure':
      return { kind: 'structures', value: membersOf(shape) };
    default:
      throw new Error(`shape ${name} is of type ${shape.type}, which the table has no place for`);
  }
}

function membersOf({ members = {}, required = [] }: ModelShape): Record<string, string> {
  return Object.fromEntries(Object.entries(members).map(([name, { shape, location, locationName }]) => (
    [location === 'uri' ? name : locationName ?? name, `${shape}${required.includes(name) ? '!' : ''}`])));
}

/** A pattern of the model, which is one of Java, as JavaScript has it with the flag u: no POSIX classes, no escapes that are not needed. */
function inJavaScript(pattern: string): string {
  const converted = pattern.replaceAll('[:alnum:]', 'a-zA-Z0-9').replaceAll('\\_', '_')
    .replace(/\[(?:\\.|[^\]\\])*\]|\\-/g, part => part === '\\-' ? '-' : part); // outside of brackets
  new RegExp(converted, 'su'); // throws for what JavaScript does not know
  return converted;
}

/** A value as the source text of a constant, in the style of the linter. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => `${name}: ${literal(member)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'')}'` : String(value);
}

async function main(): Promise<void> {
  const python = await PythonClients.start();
  try {
    writeFileSync(CONSTRAINTS_FILE, constraintsSource(await serviceModel(python)));
  } finally {
    await python.stop();
  }
}

if (require.main === module) void main();
