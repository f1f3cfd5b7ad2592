// SPDX-License-Identifier: Apache-2.0

import type { ServiceModel } from './model';
import type { HttpAnswer } from '../../handlers/shared/lambda-request-handler';

/**
 * What is wrong with an answer: undefined when it is what the model has for the operation, either its output or one of its errors.
 * An InternalServerException is wrong too, although the model has it: the request was the client's.
 *
 * @param operation undefined when it is not known which one was called, if any
 */
export function faultOf(model: ServiceModel, operation: string | undefined, answer: HttpAnswer): string | undefined {
  const errorType = answer.headers['x-amzn-errortype'];
  let body: unknown;
  try {
    body = answer.body === '' && answer.statusCode === 204 ? {} : JSON.parse(answer.body);
  } catch {
    return `the body is not JSON: ${answer.body.slice(0, 200)}`;
  }
  return errorType === undefined ? successFault(model, operation, answer.statusCode, body) : errorFault(model, operation, errorType, answer, body);
}

function successFault(model: ServiceModel, operation: string | undefined, status: number, body: unknown): string | undefined {
  if (operation === undefined) {
    return status === 200 || status === 204 ? undefined : `the status is ${status}, without an error`;
  }
  const { http, output } = model.operations[operation];
  return status === (http.responseCode ?? 200) ? mismatch(model, output.shape, body, 'output') : `the status is ${status}, without an error`;
}

function errorFault(model: ServiceModel, operation: string | undefined, errorType: string, answer: HttpAnswer, body: unknown): string | undefined {
  const shape = model.shapes[errorType];
  if (errorType === 'InternalServerException' || !shape?.exception) {
    return `the error is ${errorType}: ${answer.body.slice(0, 200)}`;
  }
  if (operation !== undefined && !model.operations[operation].errors.some(error => error.shape === errorType)) {
    return `the operation has no ${errorType}: ${answer.body.slice(0, 200)}`;
  }
  return answer.statusCode === shape.error!.httpStatusCode
    ? mismatch(model, errorType, body, errorType) : `the status of ${errorType} is ${answer.statusCode}`;
}

/** What in a value differs from a shape of the model; undefined when nothing does. */
export function mismatch(model: ServiceModel, shapeName: string, value: any, path: string): string | undefined {
  const shape = model.shapes[shapeName];
  switch (shape.type) {
    case 'structure': {
      if (typeof value !== 'object' || value === null) {
        return `${path} is no object`;
      }
      const missing = shape.required?.find(name => value[name] === undefined);
      const unknown = Object.keys(value as object).find(name => !Object.hasOwn(shape.members ?? {}, name));
      if (missing !== undefined || unknown !== undefined) {
        return missing !== undefined ? `${path}.${missing} is missing` : `${path}.${unknown} is not in the model`;
      }
      return first(Object.entries(value as object).map(([name, member]) => mismatch(model, shape.members![name].shape, member, `${path}.${name}`)));
    }
    case 'list':
      return Array.isArray(value)
        ? first(value.map((entry, index) => (entry === null ? undefined : mismatch(model, shape.member!.shape, entry, `${path}[${index}]`))))
        : `${path} is no list`;
    case 'map':
      return typeof value === 'object' && value !== null && Object.values(value as object).every(entry => typeof entry === 'string')
        ? undefined : `${path} is no map of texts`;
    case 'string':
      return typeof value === 'string' && (!shape.enum || shape.enum.includes(value)) ? undefined : `${path} is ${JSON.stringify(value)}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${path} is no boolean`;
    default:
      return typeof value === 'number' ? undefined : `${path} is no number`;
  }
}

function first(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find(fault => fault !== undefined);
}
