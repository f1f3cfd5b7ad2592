// SPDX-License-Identifier: Apache-2.0

import { wallText } from './wall-text';
import { zoneOffsetSeconds } from '../../handlers/shared/wall-clock';
import { type DataFinding, type Frequency, FREQUENCY_SECONDS } from '../../src/private/contract';
import { formatNumber, shortLine } from '../report/text';

/** Longest dimension value in a text. */
const VALUE_CHARACTERS = 60;

/** A stretch of intervals in which rows were missing. Times are on the clock of the configured time zone. */
export interface MissingDataStretch {
  /** `NO_ROWS`: none came at all; `VALUE_STOPPED`: none of a dimension value that regularly has some. */
  readonly type: DataFinding['type'];
  /** Only of `VALUE_STOPPED`. */
  readonly dimension?: string;
  readonly value?: string;
  /** Start of the first interval without rows. */
  readonly from: string;
  /** Intervals without rows, up to the last one detected when it goes on. */
  readonly intervals: number;
  /** Whether rows were still missing at the end of the back test. */
  readonly isOngoing: boolean;
  /** In words. */
  readonly text: string;
}

/** Gathers what was missing in a back test, from what each interval tells of it. */
export class MissingDataHistory {
  private readonly ended: { readonly finding: DataFinding; readonly order: number }[] = [];
  private readonly ongoing = new Map<string, { readonly finding: DataFinding; readonly order: number }>();
  private found = 0;

  public constructor(private readonly frequency: Frequency, private readonly timezone: string) {}

  public add(findings: readonly DataFinding[]): void {
    for (const finding of findings) {
      const key = JSON.stringify([finding.dimension, finding.value]);
      const order = this.ongoing.get(key)?.order ?? this.found++;
      this.ongoing.delete(key);
      if (finding.status === 'BEGAN') this.ongoing.set(key, { finding, order });
      else this.ended.push({ finding, order });
    }
  }

  /**
   * All stretches, in the order in which they were found.
   * @param last slot of the last interval detected
   */
  public stretches(last: number): MissingDataStretch[] {
    return [...this.ended.map(entry => ({ ...entry, isOngoing: false })), ...[...this.ongoing.values()].map(entry => ({ ...entry, isOngoing: true }))]
      .sort((a, b) => a.order - b.order)
      .map(({ finding: { type, dimension, value, since, intervals }, isOngoing }) => {
        const start = Date.parse(since) / 1000;
        const wall = start + zoneOffsetSeconds(this.timezone, start);
        const lasted = isOngoing ? Math.round((last - wall) / FREQUENCY_SECONDS[this.frequency]) + 1 : intervals;
        const stretch = { type, ...dimension !== undefined && { dimension, value }, from: wallText(wall), intervals: lasted, isOngoing };
        return { ...stretch, text: textOf(stretch) };
      });
  }
}

function textOf({ dimension, value, from, intervals, isOngoing }: Omit<MissingDataStretch, 'text'>): string {
  const what = dimension === undefined ? 'no rows' : `${dimension}=${shortLine(value!, VALUE_CHARACTERS) || '(empty)'} stopped reporting: no rows`;
  return `${what} for ${formatNumber(intervals)} interval${intervals === 1 ? '' : 's'} from ${from.slice(0, 16)}${isOngoing ? ' to the end' : ''}`;
}
