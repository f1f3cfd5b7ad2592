// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import { textOf } from './duration-text';
import { refuse, validateDescription, validateName } from './validation-base';
import { validateAlertTypes } from './validation-types';
import type { AlertOptions } from '../alert';

/** Limits of the API's AlertFilters. */
const MOST_FILTERED = 5;
const MOST_VALUES = 10;

/** What the connector of an alert knows and can do. */
export interface AlertSurroundings {
  readonly metrics: readonly string[];
  readonly dimensions: readonly string[];
  readonly isInAccount: boolean;
}

/** Refuses options that CreateAlert would refuse, and filters that nothing can pass. */
export function validateAlert(options: AlertOptions, surroundings: AlertSurroundings): void {
  validateAlertTypes(options);
  const { threshold, remindAfter } = options;
  if (threshold !== undefined && !Token.isUnresolved(threshold) && (!Number.isInteger(threshold) || threshold < 0 || threshold > 100)) {
    throw refuse('threshold', 'is not a whole number from 0 to 100', threshold, 'give the lowest severity to be told of, for example 70');
  }
  if (options.alertName !== undefined) validateName('alertName', options.alertName);
  if (options.description !== undefined) validateDescription('description', options.description);
  validateFilters(options, surroundings);
  if (remindAfter === undefined || remindAfter.isUnresolved()) return;
  if (!surroundings.isInAccount) {
    throw refuse('remindAfter', 'is nothing that Lookout for Metrics does', textOf(remindAfter), 'use Detector.inAccount()');
  }
  if (remindAfter.toMilliseconds() < 3_600_000 || remindAfter.toMilliseconds() % 3_600_000 !== 0) {
    throw refuse('remindAfter', 'is not a whole number of hours', textOf(remindAfter), 'give Duration.hours(24), for example');
  }
}

function validateFilters({ metrics, dimensionValues }: AlertOptions, known: AlertSurroundings): void {
  if (metrics !== undefined) {
    validateCount('metrics', metrics, MOST_FILTERED);
    metrics.forEach(name => validateKnown('metrics', name, known.metrics));
  }
  if (dimensionValues === undefined) return;
  validateCount('dimensionValues', Object.keys(dimensionValues), MOST_FILTERED);
  for (const [name, values] of Object.entries(dimensionValues)) {
    validateKnown('dimensionValues', name, known.dimensions);
    validateCount(`dimensionValues[${JSON.stringify(name)}]`, values, MOST_VALUES);
  }
}

function validateCount(prop: string, entries: readonly string[], most: number): void {
  if (Token.isUnresolved(entries)) return;
  if (entries.length < 1 || entries.length > most) throw refuse(prop, `does not have 1 to ${most} entries`, entries.length, 'leave it away to be told of all');
}

function validateKnown(prop: string, name: string, known: readonly string[]): void {
  if (!Token.isUnresolved(name) && !known.some(entry => Token.isUnresolved(entry) || entry === name)) {
    throw refuse(prop, 'names what the connector does not have', name, known.length > 0 ? `give some of ${known.join(', ')}` : 'the connector has none: leave it away');
  }
}
