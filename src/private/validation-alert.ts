import { Token } from 'aws-cdk-lib';
import { refuse, validateDescription, validateName } from './validation-base';
import type { AlertOptions } from '../alert';

/** Refuses options that CreateAlert would refuse. */
export function validateAlert(options: AlertOptions): void {
  const { threshold } = options;
  if (threshold !== undefined && !Token.isUnresolved(threshold) && (!Number.isInteger(threshold) || threshold < 0 || threshold > 100)) {
    throw refuse('threshold', 'is not a whole number from 0 to 100', threshold, 'give the lowest severity to be told of, for example 70');
  }
  if (options.alertName !== undefined) validateName('alertName', options.alertName);
  if (options.description !== undefined) validateDescription('description', options.description);
}
