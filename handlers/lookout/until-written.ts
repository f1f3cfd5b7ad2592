// SPDX-License-Identifier: Apache-2.0

import { StoreConflict } from './store';

/** Times that a change is begun anew because another call was quicker. */
const CHANGE_ATTEMPTS = 20;

/**
 * Reads and writes until nobody has written in between.
 * @param attempt gives undefined when somebody has
 * @throws StoreConflict when that has happened too often
 */
export async function untilWritten<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  for (let attempts = 0; attempts < CHANGE_ATTEMPTS; attempts++) {
    const written = await attempt();
    if (written !== undefined) return written;
  }
  throw new StoreConflict(`${what} was changed by others all the time`);
}
