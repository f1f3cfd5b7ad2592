// SPDX-License-Identifier: Apache-2.0

/** The stream of hours, and how its times are written. */

/** Start of the stream, and end of the history. */
export const START = Date.UTC(2026, 0, 5);
export const HOUR = 3_600_000;
/** Delay of the connector. */
export const DELAY = 300_000;

/** Start of an hour of the stream. */
export function startOf(hour: number): Date {
  return new Date(START + hour * HOUR);
}

/** When the schedule fires for an hour: at its end and the delay. */
export function scheduledTimeOf(hour: number): Date {
  return new Date(startOf(hour + 1).getTime() + DELAY);
}

/** As SQL writes a time. */
export function sqlTime(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

/** As the ledger writes a time. */
export function ledgerTime(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
