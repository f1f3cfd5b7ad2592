// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import { Frequency, problemOfTimestampFormat } from './contract';
import { refuse } from './validation-base';
import { DetectorFrequency } from '../detector-frequency';

/** Refuses formats that cannot say when a row happened. */
export function validateTimestampFormat(format: string, frequency: DetectorFrequency): void {
  if (Token.isUnresolved(format)) return;
  const found = problemOfTimestampFormat(format, frequency.value as Frequency);
  if (found) throw refuse('timestampColumn', `has a format that ${found.problem}`, format, found.advice);
}
