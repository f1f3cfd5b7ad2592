// SPDX-License-Identifier: Apache-2.0

import { readLiveInterval } from './data/live-interval';
import { timeSeriesOf } from './detect-slot';
import { type Request, complete, sendGroups } from './finish';
import { missingDataOf } from './groups/data-findings';
import { oldestEnd } from './groups/group-records';
import { renamed, replaceGroups } from './groups/replaced-groups';
import { keepDetected, writtenValues } from './model/kept-values';
import type { Replacement } from './model/model-header';
import type { StoredModel } from './model/model-store';
import type { Services } from './services';
import { Replay } from './settled-model';
import type { DetectEvent, DetectionOutcome } from '../../src/private/contract';
import type { EpochSeconds, GroupRecord } from '../lookout/store';

/** Groups read at once. */
const PAGE = 100;

/**
 * Detects an interval again, with the rows of its second reading in place of those of the first.
 *
 * A model cannot forget. So the model as it was before the interval is kept (`model-settled`); from there the interval is detected with its
 * new rows and all later ones with the values that were kept of them, and what comes of it takes the place of the detector's model in the
 * one write that counts, as in `detect`. The kept model stays before the interval until the next one is read again: so this can be
 * done any number of times, with whichever rows, and the interval is learned once.
 * @param timeLeft milliseconds until the function is ended
 * @throws WriteConflict when another call has changed the model meanwhile; Error when the interval cannot be detected now
 */
export async function replaceInterval(
  services: Services, request: Request, event: Extract<DetectEvent, { action: 'detect' }>, stored: StoredModel, timeLeft: () => number,
): Promise<DetectionOutcome> {
  const { detector, layout, requested } = request;
  const { model: current, etag } = stored;
  const read = await readLiveInterval(services, layout, event);
  if (read.reason !== '') services.log.warn('rows could not be read', { detector: detector.name, interval: event.interval, reason: read.reason, quality: read.quality });
  const start = layout.clock.startOf(read.slot);

  const replay = await Replay.before(services, detector, layout, current, event, read.slot, timeLeft);
  const { model } = replay;
  const before = [...model.ongoing, ...model.paused];
  const formed = new Map<string, GroupRecord>();
  const note = (): void => {
    for (const { record } of model.ongoing) formed.set(record.id, record);
  };
  const { observation, findings } = replay.detect(read.slot, read.table);
  note();
  const inInterval = model.ongoing.map(({ record }) => record.id);
  const missing = missingDataOf(model, findings);
  await replay.after(read.slot, note);

  const known = await groupsFrom(services, request, 2 * oldestEnd(layout.clock, read.slot) - start);
  const { groups, withdrawn, ids } = replaceGroups(known, [...formed.values()], before, start);
  const byId = new Map(groups.map(group => [group.id, group]));
  for (const open of ['ongoing', 'paused'] as const) {
    model[open] = model[open].map(group => {
      const record = renamed(group.record, ids);
      return { ...group, record: { ...record, alertsSent: byId.get(record.id)?.alertsSent ?? record.alertsSent } };
    });
  }
  model.detection = current.detection;
  model.fences = current.fences;
  model.replacement = {
    detection: {
      requested,
      slot: read.slot,
      rows: read.rows,
      bytes: read.bytes,
      rowsRejected: read.rejected,
      ...timeSeriesOf(observation),
      ...missing,
      values: writtenValues(observation.values),
    },
    files: event.files!,
    anomalyGroupIds: inInterval.map(id => ids.get(id) ?? id),
    groups,
    withdrawn,
  };
  return finishReplacement(services, request, await services.models.save(detector, model, etag), model.replacement);
}

/** Whether what a second reading has changed was told to the end. */
export async function isReplaced({ store }: Services, { detector }: Request, { detection, files }: Replacement): Promise<boolean> {
  const execution = await store.getExecution(detector.arn, detection.requested);
  return execution?.status === 'COMPLETED' && (execution.outcome as DetectionOutcome | undefined)?.files === files;
}

/** Does what follows the replacing of an interval. May be done any number of times. */
export async function finishReplacement(
  services: Services, { detector, layout }: Request, stored: StoredModel, replacement: Replacement,
): Promise<DetectionOutcome> {
  const { store } = services;
  const { detection, files, anomalyGroupIds, withdrawn } = replacement;
  await keepDetected(services, detector, layout, stored, detection);
  for (const id of withdrawn) await store.deleteGroup(detector.arn, id);
  const groups = await Promise.all(replacement.groups.map(async group => {
    const alertsSent = (await store.getGroup(detector.arn, group.id))?.alertsSent ?? [];
    const current: GroupRecord = { ...group, alertsSent: [...new Set([...group.alertsSent, ...alertsSent])] };
    await store.putGroup(current);
    return current;
  }));
  const alerts = await sendGroups(services, groups, layout, ({ end }) => end);
  return complete(services, { detector, layout, requested: detection.requested }, detection, {
    anomalyGroupIds, alerts, detectorStatus: detector.status, files, ...withdrawn.length > 0 && { withdrawnGroupIds: withdrawn },
  });
}

/** Groups that end at or after a time. */
async function groupsFrom({ store }: Services, { detector }: Request, end: EpochSeconds): Promise<GroupRecord[]> {
  const groups: GroupRecord[] = [];
  let from: string | undefined;
  do {
    const page = await store.listGroups(detector.arn, { limit: PAGE, from });
    groups.push(...page.items.filter(group => group.end >= end));
    from = page.items.some(group => group.end < end) ? undefined : page.next;
  } while (from !== undefined);
  return groups;
}
