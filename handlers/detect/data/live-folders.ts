// SPDX-License-Identifier: Apache-2.0

import type { S3Client } from '@aws-sdk/client-s3';
import { listTree, splitPath, type SourceFile } from './data-folder';
import { DEFAULT_HISTORY_INTERVALS } from '../../../src/private/contract';
import type { EpochSeconds } from '../../lookout/store';
import { fillTemplate, TimestampFormat } from '../../shared/time-format';
import type { Layout } from '../layout';

const DATE_KEY = /\{\{(.*?)\}\}/;

/**
 * Files of the intervals' folders that are there: what Lookout for Metrics learned where it was given no history. The newest intervals, as many
 * as a history has by default; those are left out whose files may not be complete yet.
 * @param path with date keys, and a slash at its end
 * @param complete intervals that end later are left out
 * @returns slots of the intervals, oldest first, and their files in the order of the keys
 */
export async function liveFolders(
  client: S3Client, path: string, { clock, frequency }: Layout, complete: EpochSeconds,
): Promise<{ readonly slots: readonly number[]; readonly files: readonly SourceFile[] }> {
  const [bucket, template] = splitPath(path);
  const slotOf = folderSlots(template, wall => clock.slotOf(wall));
  const bySlot = new Map<number, SourceFile[]>();
  for (const file of await listTree(client, bucket, template.split('{{', 1)[0])) {
    const slot = slotOf(file.key.slice(0, file.key.lastIndexOf('/') + 1));
    if (Number.isNaN(slot) || clock.startOf(clock.next(slot)) > complete) continue;
    bySlot.set(slot, [...bySlot.get(slot) ?? [], file]);
  }
  const slots = [...bySlot.keys()].sort((a, b) => a - b).slice(-DEFAULT_HISTORY_INTERVALS[frequency]);
  return { slots, files: slots.flatMap(slot => bySlot.get(slot)!) };
}

/** Gives the slot whose folder has a name, by reading the name's dates; NaN when it is no interval's folder. */
function folderSlots(template: string, slotOf: (wall: number) => number): (folder: string) => number {
  const parts = template.split(DATE_KEY); // texts and date keys in turn
  const keys = parts.filter((_, index) => index % 2 === 1);
  const pattern = parts.map((part, index) => index % 2 === 1 ? '(.+?)' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('');
  const whole = new RegExp(`^${pattern}$`, 's');
  let format: TimestampFormat;
  try {
    format = new TimestampFormat(keys.join(' '), 'UTC');
  } catch {
    return () => NaN; // a path that does not tell the year, for example
  }
  return folder => {
    const wall = format.parse(whole.exec(folder)?.slice(1).join(' ') ?? '');
    if (Number.isNaN(wall)) return NaN;
    const slot = slotOf(wall);
    return fillTemplate(template, slot) === folder ? slot : NaN;
  };
}
