// SPDX-License-Identifier: Apache-2.0

import type { Retrier, State } from './definition';

/** How long Step Functions would pause before it runs a failed task again, in seconds; without jitter. 0: it is not run again. `retries` counts by retrier. */
export function pauseBeforeRetry(state: State, error: Error, retries: number[]): number {
  const names = [error.name, 'States.ALL', 'States.TaskFailed'];
  const matches = ({ ErrorEquals }: Retrier) => ErrorEquals.some((name) => names.includes(name));
  const index = (state.Retry ?? []).findIndex(matches);
  if (index < 0) return 0;
  const { IntervalSeconds = 1, BackoffRate = 2, MaxAttempts = 3, MaxDelaySeconds = Infinity } = state.Retry![index];
  if (retries[index] >= MaxAttempts) {
    retries[index] = 0;
    return 0;
  }
  return Math.min(IntervalSeconds * BackoffRate ** retries[index]++, MaxDelaySeconds);
}
