// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import { LIMITS } from './contract';
import { invalid } from './errors';

/** Beginning of every message. */
export const SUBJECT = 'RedshiftLookoutConnector';

const NAME_RULE = `give 1 to ${LIMITS.nameLength} letters, digits, "-" and "_", beginning with a letter or digit`;

/** Error about one of the connector's props. */
export function refuse(prop: string, problem: string, got: unknown, advice: string): Error {
  return invalid(SUBJECT, prop, problem, got, advice);
}

/** Names of detectors, alerts and columns, as the Lookout for Metrics API takes them. */
export function validateName(prop: string, name: string, advice: string = NAME_RULE): void {
  if (Token.isUnresolved(name)) return;
  if (name === '') throw refuse(prop, 'is empty', name, advice);
  if (name.length > LIMITS.nameLength) throw refuse(prop, `is longer than ${LIMITS.nameLength} characters (${name.length})`, name, advice);
  if (!LIMITS.namePattern.test(name)) throw refuse(prop, 'has characters that the Lookout for Metrics API does not take', name, advice);
}

/** Descriptions, as the API takes them. */
export function validateDescription(prop: string, description: string): void {
  if (Token.isUnresolved(description)) return;
  if (description.trim() === '') throw refuse(prop, 'is blank', description, 'write something, or leave it out');
  if (description.length > LIMITS.descriptionLength) {
    throw refuse(prop, `is longer than ${LIMITS.descriptionLength} characters (${description.length})`, description, 'shorten it');
  }
}
