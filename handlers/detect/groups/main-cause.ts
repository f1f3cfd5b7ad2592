// SPDX-License-Identifier: Apache-2.0

import type { GroupRecord, RootCauseRecord } from '../../lookout/store';

/** Share of the deviation, 0-100, from which on a root cause explains a group where there is room for one thing. 7 % of it explain nothing. */
const MOST_OF_IT = 50;

/** The combination of dimension values that explains most of a group; undefined where none does, and what contributed says more. */
export function mainRootCause({ rootCauses: [best] = [] }: Pick<GroupRecord, 'rootCauses'>): RootCauseRecord | undefined {
  return best !== undefined && best.share >= MOST_OF_IT ? best : undefined;
}
