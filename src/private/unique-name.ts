// SPDX-License-Identifier: Apache-2.0

import { Names, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Name made of stack name, path and a hash: unique in account and region, the same in every synthesis.
 * Letters, digits, `-` and `_`, beginning with a letter or digit.
 */
export function uniqueName(construct: IConstruct, maxLength: number): string {
  const nested = Stack.of(construct).nested;
  // the name of a nested stack is not known at synthesis, and its path alone need not be unique
  const suffix = nested ? `-${construct.node.addr.slice(-8)}` : '';
  const name = Names.uniqueResourceName(construct, {
    maxLength: maxLength - suffix.length, separator: '-', allowedSpecialCharacters: '-_',
  });
  return name.replace(/^[-_]+/, '') + suffix;
}
