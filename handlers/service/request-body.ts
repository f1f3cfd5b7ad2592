// SPDX-License-Identifier: Apache-2.0

import { invalid } from '../lookout/errors';
import type { HttpEvent } from '../shared/lambda-request-handler';

/** Largest body, in bytes. The largest that clients send, a data set with its columns, has some kilobytes; Lambda itself takes 6 MB. */
const BODY_BYTES = 2 * 1024 * 1024;

/** Levels of objects and lists in one another. The deepest input, CreateMetricSet's, has six. */
const DEPTH = 32;

/**
 * The JSON object in a request's body; an empty body is an empty object.
 * @throws ApiError ValidationException: the body is too large, too deep, or no JSON object
 */
export function requestBody(event: HttpEvent): object {
  // before it is decoded: base64 has four characters for three bytes
  if ((event.body?.length ?? 0) > 2 * BODY_BYTES) throw tooLarge(`more than ${2 * BODY_BYTES} characters`);
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length === 0) return {};
  if (bytes.length > BODY_BYTES) throw tooLarge(`${bytes.length}`);
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid(`the request's body is not JSON: ${(error as Error).message}`, 'CANNOT_PARSE');
  }
  // first of all: what shows a value in a message goes down its levels by recursion
  if (isDeeper(body, DEPTH)) throw invalid(`the request's body has more than ${DEPTH} levels of objects and lists in one another`, 'CANNOT_PARSE');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid(`the request's body must be a JSON object, found ${JSON.stringify(body).slice(0, 80)}`, 'CANNOT_PARSE');
  }
  return body;
}

function tooLarge(found: string): Error {
  return invalid(`the request's body may have ${BODY_BYTES} bytes, found ${found}`, 'CANNOT_PARSE');
}

/** Goes through a value level by level, without recursion. */
function isDeeper(value: unknown, most: number): boolean {
  const nested = (values: readonly unknown[]): object[] => values.filter(entry => typeof entry === 'object' && entry !== null) as object[];
  let level = nested([value]);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === most) return true;
    level = level.flatMap(entry => nested(Object.values(entry)));
  }
  return false;
}
