// SPDX-License-Identifier: Apache-2.0

import type { PythonClients } from './python';

/** A shape of botocore's service model, as far as it is used. */
export interface ModelShape {
  readonly type: 'structure' | 'list' | 'map' | 'string' | 'integer' | 'double' | 'boolean' | 'timestamp';
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string; readonly location?: 'uri' | 'querystring'; readonly locationName?: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly exception?: boolean;
  readonly error?: { readonly httpStatusCode: number };
}

/** An operation of the model. */
export interface ModelOperation {
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input: { readonly shape: string };
  readonly output: { readonly shape: string };
  readonly errors: readonly { readonly shape: string }[];
}

/** The service model. */
export interface ServiceModel {
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

/** The service model that botocore 1.34 has. */
export async function serviceModel(python: PythonClients): Promise<ServiceModel> {
  const { output, refused } = await python.ask<{ output?: ServiceModel; refused?: string }>({ client: 'model' });
  if (!output) {
    throw new Error(`botocore gave no model: ${refused}`);
  }
  return output;
}

/** An input as the body of a request has it: without what travels in the address, under the names of the wire. */
export function bodyOf(model: ServiceModel, operation: string, input: object): Record<string, unknown> {
  const { members = {} } = model.shapes[model.operations[operation].input.shape];
  return Object.fromEntries(Object.entries(input)
    .filter(([name]) => members[name]?.location === undefined)
    .map(([name, value]) => [members[name]?.locationName ?? name, value]));
}

/** A pattern of the model, which is one of Java, as JavaScript has it. It must match a whole value. */
export function wholeMatch(pattern: string): RegExp {
  // ranges of characters beyond the first plane need the flag u, which forbids the escapes that other patterns have
  return new RegExp(`^(?:${pattern.replaceAll('[:alnum:]', 'a-zA-Z0-9')})$`, pattern.includes('\\uD800') ? 'su' : 's');
}
