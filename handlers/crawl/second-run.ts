// SPDX-License-Identifier: Apache-2.0

import { DAY_MINUTES, dailyRunMinute, SECOND_RUN_MINUTES, type ConnectorSettings } from '../../src/private/contract';
import { zoneOffsetSeconds } from '../shared/wall-clock';

/**
 * Whether a run is the second one of its day, which daily crawls have for the days on which clocks go forward: see `SECOND_RUN_MINUTES`. It
 * reads what no run has tried, and tries nothing again: attempts at an interval that fails are a day apart.
 *
 * @param scheduledTime ISO 8601. A run that somebody starts with another time of the day is none.
 */
export function isSecondRun({ frequency, timezone, delaySeconds }: ConnectorSettings, scheduledTime: string): boolean {
  if (frequency !== 'P1D') return false;
  const instant = Date.parse(scheduledTime) / 1000;
  const wall = instant + zoneOffsetSeconds(timezone, instant);
  return (wall / 60) % DAY_MINUTES === (dailyRunMinute(delaySeconds) + SECOND_RUN_MINUTES) % DAY_MINUTES;
}
