// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import { ConnectorSettings, DEFAULT_HISTORY_INTERVALS, Frequency, FREQUENCY_SECONDS, HISTORY_CHUNK_INTERVALS } from './contract';
import { RedshiftLookoutConnectorProps } from '../connector-props';

/** Most intervals of history that Lookout for Metrics reads for a detector that goes on (developer guide "quotas"). */
export const LOOKOUT_HISTORY_INTERVALS = 2500;

/** Events that one execution of a state machine may write to its history (Step Functions quota). */
const EXECUTION_HISTORY_EVENTS = 25_000;

/** Events of one interval beside its waits, and of one wait with the look at the statement that follows it; rounded up. */
const EVENTS_OF_INTERVAL = 50;
const EVENTS_OF_WAIT = 12;

/** First wait for a statement, and what each further wait is longer, in seconds. */
export const FIRST_WAIT_SECONDS = 3;
export const WAIT_GROWTH_SECONDS = 5;

/** Numbers of a connector, with defaults filled in. */
export interface ConnectorNumbers {
  readonly frequency: Frequency;
  readonly intervalSeconds: number;
  readonly delaySeconds: number;
  readonly settleSeconds?: number;
  readonly historyIntervals: number;
  readonly historyChunkIntervals: number;
  readonly queryTimeoutSeconds: number;
  readonly catchUpLimit: number;
  readonly maxAttempts: number;
}

/** Defaults that are documented in `RedshiftLookoutConnectorProps`. */
export const DEFAULTS = {
  timezone: 'UTC',
  delay: Duration.minutes(5),
  queryTimeout: Duration.hours(1),
  catchUpLimit: 48,
  maxAttempts: 3,
};

/** Fills in the numbers. To be called after validation. */
export function connectorNumbers(props: RedshiftLookoutConnectorProps): ConnectorNumbers {
  const frequency = props.frequency.value as Frequency;
  const intervalSeconds = FREQUENCY_SECONDS[frequency];
  const queryTimeoutSeconds = (props.queryTimeout ?? DEFAULTS.queryTimeout).toSeconds();
  const inAccount = props.detector?.isInAccount ?? true;
  const defaultHistory = inAccount
    ? DEFAULT_HISTORY_INTERVALS[frequency]
    : Math.min(DEFAULT_HISTORY_INTERVALS[frequency], LOOKOUT_HISTORY_INTERVALS);
  const historyIntervals = props.history ? props.history.toSeconds() / intervalSeconds : defaultHistory;
  return {
    frequency,
    intervalSeconds,
    delaySeconds: (props.delay ?? DEFAULTS.delay).toSeconds(),
    ...(props.settleTime ? { settleSeconds: props.settleTime.toSeconds() } : {}),
    historyIntervals,
    historyChunkIntervals: historyChunkIntervals(historyIntervals, queryTimeoutSeconds),
    queryTimeoutSeconds,
    catchUpLimit: props.catchUpLimit ?? Math.min(DEFAULTS.catchUpLimit, largestCatchUp(queryTimeoutSeconds)),
    maxAttempts: props.maxAttempts ?? DEFAULTS.maxAttempts,
  };
}

/** Longer chunks where statements may take so long that one execution cannot record all chunks of the usual length. */
function historyChunkIntervals(historyIntervals: number, queryTimeoutSeconds: number): number {
  const mostChunks = largestCatchUp(queryTimeoutSeconds) - 1; // the first and the last may be parts
  return Math.max(HISTORY_CHUNK_INTERVALS, Math.ceil(historyIntervals / mostChunks));
}

/** Most chunks in which a history is read: the first and the last may be parts. */
export function mostHistoryChunks({ historyIntervals, historyChunkIntervals: chunk }: Pick<ConnectorSettings, 'historyIntervals' | 'historyChunkIntervals'>): number {
  return chunk === undefined ? 1 : Math.ceil(historyIntervals / chunk) + 1;
}

/** Intervals that one execution can crawl even if every statement takes all the time it may. */
export function largestCatchUp(queryTimeoutSeconds: number): number {
  // the waits grow evenly, so their number is the root of their sum
  const waits = Math.ceil(Math.sqrt(2 * queryTimeoutSeconds / WAIT_GROWTH_SECONDS)) + 1;
  return Math.floor(EXECUTION_HISTORY_EVENTS / (EVENTS_OF_INTERVAL + waits * EVENTS_OF_WAIT));
}
