// SPDX-License-Identifier: Apache-2.0

import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { DayValues } from './day-values';
import type { SeriesValues, SeriesValuesReader } from './series-values';
import { readStateObject, WriteConflict, writeStateObject } from './state-object';
import { fillTemplate } from './time-format';
import { WallClock } from './wall-clock';
import { PREFIXES } from '../../src/private/contract';
import type { EpochSeconds } from '../lookout/store';

const DAY_SECONDS = 86_400;

/** Days read and written at the same time. */
const CONCURRENCY = 8;

/** Times that an interval's values are merged into a day that others write too. */
const WRITE_ATTEMPTS = 5;

/**
 * Keeps the observed values of detectors in the state bucket, one object a day of the detector's wall clock:
 * `state/<detector name>/values/<yyyyMMdd>`.
 */
export class SeriesValuesStore implements SeriesValuesReader {
  /** The day that was written last. */
  private newest?: { readonly key: string; readonly etag: string; readonly day: DayValues };

  public constructor(private readonly client: S3Client, private readonly bucketName: string) {}

  /**
   * Writes whole days, over what was there. A few days are in memory at a time.
   * @param slots of the intervals to write, oldest first
   * @param valuesOf values of an interval, one for each of the series
   */
  public async replace(
    detectorArn: string, clock: WallClock, timeSeriesIds: readonly string[], slots: readonly number[], valuesOf: (slot: number) => Float64Array,
  ): Promise<void> {
    this.newest = undefined;
    await inParallel([...groupBy(slots, slot => keyOf(detectorArn, slot))], async ([key, ofDay]) => {
      const day = new DayValues(clock.timezone, clock.frequency);
      for (const slot of ofDay) day.set(slot, timeSeriesIds, valuesOf(slot));
      await writeStateObject(this.client, this.bucketName, key, day.encode(), 'any');
    });
  }

  /**
   * Writes one interval, over what was there of it.
   * @param isWanted asked when the day was read, for callers that come late: `replace` may have written it. It has not where the day is still the one
   *   that was written here last.
   */
  public async put(
    detectorArn: string, clock: WallClock, timeSeriesIds: readonly string[], slot: number, values: Float64Array,
    isWanted: () => Promise<boolean> = async () => true,
  ): Promise<void> {
    const key = keyOf(detectorArn, slot);
    for (let attempt = 1; ; attempt++) {
      const warm = this.newest?.key === key ? this.newest : undefined;
      const before = warm ?? await this.load(key);
      this.newest = undefined;
      if (before !== undefined && !warm && !await isWanted()) return;
      const isUsable = before?.day.timezone === clock.timezone && before.day.frequency === clock.frequency;
      const day = isUsable ? before.day : new DayValues(clock.timezone, clock.frequency);
      day.set(slot, timeSeriesIds, values);
      try {
        const etag = await writeStateObject(this.client, this.bucketName, key, day.encode(), before?.etag ?? 'none');
        this.newest = { key, etag, day };
        return;
      } catch (error) {
        if (!(error instanceof WriteConflict) || attempt === WRITE_ATTEMPTS) throw error;
      }
    }
  }

  /** See SeriesValuesReader. Without any values, nothing is known of the intervals either: no starts then. */
  public async read(detectorArn: string, timeSeriesIds: readonly string[], to: EpochSeconds, count: number): Promise<SeriesValues> {
    const known = await this.dayNear(detectorArn, to);
    if (known === undefined) return { starts: [], values: timeSeriesIds.map(() => new Float64Array(0)) };
    const clock = new WallClock(known.timezone, known.frequency);
    const slots: number[] = [];
    for (let slot = clock.slotOf(clock.wallSeconds(to)); slots.length < count; slot = clock.previous(slot)) slots.push(slot);
    slots.reverse();
    const positions = groupBy([...slots.keys()], position => keyOf(detectorArn, slots[position]));
    const values = timeSeriesIds.map(() => new Float64Array(slots.length).fill(NaN));
    await inParallel([...positions], async ([key, ofDay]) => {
      const day = (await this.load(key))?.day;
      if (day?.timezone !== clock.timezone || day.frequency !== clock.frequency) return;
      for (const position of ofDay) {
        for (const [index, id] of timeSeriesIds.entries()) values[index][position] = day.get(slots[position], id);
      }
    });
    return { starts: slots.map(slot => clock.startOf(slot)), values };
  }

  /** A day that tells time zone and frequency: the one asked for, whose name is at most a day off in UTC, or else the last there is. */
  private async dayNear(detectorArn: string, to: EpochSeconds): Promise<DayValues | undefined> {
    for (const offset of [0, DAY_SECONDS, -DAY_SECONDS]) {
      const found = await this.load(keyOf(detectorArn, to + offset));
      if (found) return found.day;
    }
    let last: string | undefined;
    let token: string | undefined;
    do {
      const list = new ListObjectsV2Command({ Bucket: this.bucketName, Prefix: prefixOf(detectorArn), ContinuationToken: token });
      const page = await this.client.send(list);
      last = page.Contents?.at(-1)?.Key ?? last;
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return last === undefined ? undefined : (await this.load(last))?.day;
  }

  private async load(key: string): Promise<{ readonly key: string; readonly etag: string; readonly day: DayValues } | undefined> {
    const object = await readStateObject(this.client, this.bucketName, key);
    return object && { key, etag: object.etag, day: DayValues.decode(object.bytes) };
  }
}

function prefixOf(detectorArn: string): string {
  return `${PREFIXES.state}${detectorArn.slice(detectorArn.lastIndexOf(':') + 1)}/values/`;
}

function keyOf(detectorArn: string, wallSeconds: number): string {
  return `${prefixOf(detectorArn)}${fillTemplate('{{yyyyMMdd}}', wallSeconds)}`;
}

function groupBy<T>(items: readonly T[], keyOfItem: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOfItem(item));
    if (group) group.push(item);
    else groups.set(keyOfItem(item), [item]);
  }
  return groups;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    for (const item of waiting) await work(item);
  }));
}
