// SPDX-License-Identifier: Apache-2.0

import type { EpochSeconds } from './store';
import { zoneOffsetSeconds } from '../shared/wall-clock';

/**
 * A time as the service writes it in anomalies and alerts: to the minute, with the metric set's zone in brackets, as Java prints it:
 * `2020-12-05T01:00Z[UTC]`, `2020-12-05T02:00+01:00[Europe/Berlin]`.
 *
 * @param timezone IANA name
 */
export function anomalyTime(at: EpochSeconds, timezone: string): string {
  const offset = Math.round(zoneOffsetSeconds(timezone, at) / 60);
  const wall = new Date((at + offset * 60) * 1000).toISOString().slice(0, 16);
  return `${wall}${offset === 0 ? 'Z' : offsetText(offset)}[${timezone}]`;
}

/**
 * The instant of a time that a client gives: as `anomalyTime` writes it, or with seconds as the service model has it. The zone in
 * brackets is not needed, as the offset is there. Undefined when the text is neither.
 */
export function parseAnomalyTime(text: string): EpochSeconds | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})(?:\[[^\]]+\])?$/.exec(text);
  if (!match) {
    return undefined;
  }
  const milliseconds = Date.parse(`${match[1]}${match[2] ?? ':00'}${match[3]}`);
  return Number.isNaN(milliseconds) ? undefined : Math.trunc(milliseconds / 1000);
}

function offsetText(minutes: number): string {
  const two = (value: number): string => Math.trunc(value).toString().padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}
