// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';

/** Under which jsii keeps the full name of a class. */
const JSII = Symbol.for('jsii.rtti');

/**
 * Error about a value that the user gave. Not the ValidationError of aws-cdk-lib: that one is internal there and changed its constructor.
 *
 * @param subject Construct or factory that refuses the value
 * @param prop Prop or argument that holds the value
 * @param problem What is wrong with it
 * @param got The value found
 * @param advice What to do
 */
export function invalid(subject: string, prop: string, problem: string, got: unknown, advice: string): Error {
  const error = new Error(`${subject}: ${prop} ${problem}, got ${show(got)}; ${advice}`);
  error.name = 'InvalidPropError';
  return error;
}

/** JSON of a value for an error message, with tokens shown as such, long texts cut, and of what is no data only what it is. */
function show(value: unknown): string {
  const json = JSON.stringify(value, (_key, part) => Token.isUnresolved(part) ? '<token>' : nameOf(part) ?? part) ?? String(value);
  return json.length > 300 ? `${json.slice(0, 297)}...` : json;
}

/** What a function or an object with a class is called: a construct in JSON would have no end. */
function nameOf(part: any): string | undefined {
  if (typeof part === 'function') return `<function ${part.name}>`;
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return undefined;
  const type = part.constructor ?? Object;
  if (type === Object) return undefined;
  // some classes of the CDK have a number after their name, which jsii knows without it
  const known: string | undefined = type[JSII]?.fqn.split('.').pop();
  return `<${known !== undefined && type.name.replace(/\d+$/, '') === known ? known : type.name}>`;
}
