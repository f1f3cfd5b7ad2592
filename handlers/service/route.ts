// SPDX-License-Identifier: Apache-2.0

import { invalid } from '../lookout/errors';
import type { Operation } from '../lookout/operation';
import { OPERATIONS } from '../lookout/operations';
import type { HttpEvent } from '../shared/lambda-request-handler';

/** What a request asks for. */
export interface Route {
  /** Name of the operation. */
  readonly name: string;
  readonly operation: Operation;
  /** HTTP status of success. 204 has no body. */
  readonly status: 200 | 204;
  /** Members of the input that are in the address. */
  readonly inAddress: Readonly<Record<string, unknown>>;
  /** Whether the other members are in the body; otherwise the body is ignored. */
  readonly hasBody: boolean;
}

/** The operations that are told apart by the method, on the path of a resource's tags. */
const TAG_OPERATIONS: ReadonlyMap<string, { readonly name: string; readonly status: 200 | 204 }> = new Map([
  ['POST', { name: 'TagResource', status: 204 }],
  ['DELETE', { name: 'UntagResource', status: 204 }],
  ['GET', { name: 'ListTagsForResource', status: 200 }],
]);

const TAG_NAMES: ReadonlySet<string> = new Set([...TAG_OPERATIONS.values()].map(({ name }) => name));

const TAGS_PATH = '/tags/';

/**
 * Finds the operation of a request.
 *
 * @throws ApiError ValidationException: there is no such operation, or the address cannot be decoded
 */
export function routeOf(event: HttpEvent): Route {
  const { method } = event.requestContext.http;
  const path = event.rawPath;
  const tagOperation = TAG_OPERATIONS.get(method);
  if (path.startsWith(TAGS_PATH) && path.length > TAGS_PATH.length && tagOperation) {
    const { name, status } = tagOperation;
    return {
      name,
      operation: OPERATIONS.get(name)!,
      status,
      inAddress: { ResourceArn: decoded(path.slice(TAGS_PATH.length)), ...name === 'UntagResource' && tagKeys(event.rawQueryString) },
      hasBody: name === 'TagResource',
    };
  }
  const name = path.slice(1);
  const operation = method === 'POST' && !TAG_NAMES.has(name) ? OPERATIONS.get(name) : undefined;
  if (!operation) {
    throw invalid(`this service has no operation ${method} ${JSON.stringify(path.slice(0, 200))}; it has POST, GET and DELETE ${TAGS_PATH}ARN and `
      + `POST /${[...OPERATIONS.keys()].filter(known => !TAG_NAMES.has(known)).join(', /')}`, 'UNKNOWN_OPERATION');
  }
  return { name, operation, status: 200, inAddress: {}, hasBody: true };
}

/** The ARN is one label of the path; some front ends decode its slashes, so all the rest of the path is taken for it. */
function decoded(label: string): string {
  try {
    return decodeURIComponent(label);
  } catch {
    throw invalid(`the ARN in the path ${JSON.stringify(label.slice(0, 200))} is not percent-encoded UTF-8`, 'CANNOT_PARSE');
  }
}

function tagKeys(query: string): { tagKeys?: string[] } {
  const keys = new URLSearchParams(query).getAll('tagKeys');
  return keys.length > 0 ? { tagKeys: keys } : {};
}
