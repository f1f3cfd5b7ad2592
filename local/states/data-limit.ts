// SPDX-License-Identifier: Apache-2.0

import { TaskFailure } from './errors';
import type { Task } from './resources';

/** Bytes that a state may take or give (Step Functions developer guide, "Service quotas": 256 KiB). */
export const DATA_BYTES = 262_144;

/** Runs a task; what it takes or gives must not be larger than Step Functions allows. */
export async function limited(task: Task, input: unknown, state: string): Promise<unknown> {
  checkSize(input, state, 'input');
  const output = await task(input);
  checkSize(output, state, 'output');
  return output;
}

function checkSize(value: unknown, state: string, what: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (bytes > DATA_BYTES) {
    throw new TaskFailure('States.DataLimitExceeded', `The state/task '${state}' exceeds the maximum number of bytes: its ${what} has ${bytes} bytes, the limit is ${DATA_BYTES}`, true);
  }
}
