// SPDX-License-Identifier: Apache-2.0

import { IConstruct } from 'constructs';
import { invalid } from './errors';

/**
 * Refuses a second call of a method that makes a construct of a fixed id: the CDK would tell of that id, which the caller never gave.
 *
 * @param scope Where the construct is made
 * @param advice What to do instead
 */
export function refuseSecondCall(scope: IConstruct, id: string, subject: string, method: string, advice: string): void {
  const existing = scope.node.tryFindChild(id);
  if (existing) throw invalid(subject, method, 'was called before', existing.node.path, advice);
}
