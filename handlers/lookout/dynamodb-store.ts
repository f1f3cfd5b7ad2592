// SPDX-License-Identifier: Apache-2.0

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { detectorArnOfMetricSet } from './arn';
import { DynamoDbGroups } from './dynamodb-groups';
import { positionIn, readItems } from './dynamodb-pages';
import { DynamoDbTable, type ItemQuery } from './dynamodb-table';
import { pagePosition, pageToken } from './page-token';
import { Places } from './places';
import {
  statusConflict, StoreConflict, StoreFull,
  type AlertRecord, type Change, type DetectorRecord, type DetectorStatus, type EpochSeconds, type ExecutionRecord, type FeedbackRecord,
  type GroupRecord, type GroupSummary, type LearnedDataRecord, type MetricSetRecord, type Page, type PageRequest, type StatusFailure,
  type Store, type Tags,
} from './store';
import { asText, detectorAttributes, detectorRecord, fromText } from './store-items';
import { sortableFeedback, sortableTime } from './store-order';
import { untilWritten } from './until-written';
import { SERVICE_KEYS } from '../../src/private/contract';

/** Partitions that hold all detectors and all alerts, by ARN. What belongs to a detector is in the partition named by its ARN. */
const DETECTORS = 'DETECTOR';
const ALERTS = 'ALERT';

/** Sort key of the places of all detectors, in their partition. */
const PLACES = 'PLACES';

/** Sort keys in a detector's own partition. One metric set a detector: so its key is fixed, and a second one cannot be created. */
const METRIC_SET = 'METRIC_SET';
const ALERT_PLACES = 'ALERT_PLACES';
const EXECUTION = 'EXECUTION#';
const LEARNED_DATA = 'LEARNED_DATA';
const FEEDBACK = 'FEEDBACK#';
/** The same feedback in the order in which it was put; that which was replaced stays, as it does no harm. */
const FEEDBACK_ORDER = 'FEEDBACK_ORDER#';

/**
 * The store in one DynamoDB table without secondary indexes.
 *
 * A detector's item has an attribute for each field, since its status is compared and set. Every other item holds its record as JSON
 * text in `record`: measures may exceed what DynamoDB's client takes for a number (2^53), and tags may have any key.
 */
export class DynamoDbStore implements Store {
  private readonly table: DynamoDbTable;
  private readonly groups: DynamoDbGroups;

  public constructor(client: DynamoDBClient, tableName: string) {
    this.table = new DynamoDbTable(client, tableName);
    this.groups = new DynamoDbGroups(this.table);
  }

  public async createDetector(record: DetectorRecord, most = Infinity): Promise<void> {
    if (!await this.table.create(DETECTORS, record.arn, detectorAttributes(record))) {
      throw new StoreConflict(`detector ${record.arn} exists`, record.arn);
    }
    if (most !== Infinity) await this.takePlace(this.detectorPlaces, DETECTORS, record.arn, most);
    // what a run wrote that was under way when a detector of this name was deleted
    await this.deleteBelongings(record.arn);
  }

  public async getDetector(arn: string): Promise<DetectorRecord | undefined> {
    const found = await this.table.get(DETECTORS, arn);
    return found && detectorRecord(found);
  }

  public async listDetectors(page: PageRequest): Promise<Page<DetectorRecord>> {
    return readItems(this.table, 'detectors', '', DETECTORS, { prefix: 'arn:' }, page, detectorRecord);
  }

  public async updateDetector(
    arn: string, change: Partial<Omit<DetectorRecord, 'arn' | 'name' | 'status'>>,
  ): Promise<DetectorRecord | undefined> {
    const changed = await this.table.update(DETECTORS, arn, detectorAttributes(change));
    return changed && detectorRecord(changed);
  }

  public async changeDetectorTags(arn: string, change: Change<Tags>): Promise<boolean> {
    return await untilWritten(arn, async () => {
      const found = await this.table.get(DETECTORS, arn);
      if (!found) return 'absent';
      const tags = change(detectorRecord(found).tags ?? {});
      const values = found.tags === undefined ? [] : [String(found.tags)];
      return await this.table.update(DETECTORS, arn, { tags: JSON.stringify(tags) }, [], { attribute: 'tags', values }) && tags;
    }) !== 'absent';
  }

  public async changeStatus(
    arn: string, from: readonly DetectorStatus[], to: DetectorStatus, at: EpochSeconds,
    failure?: StatusFailure, learningId?: string,
  ): Promise<DetectorRecord> {
    return this.setStatus(arn, to, at, failure, learningId, { attribute: 'status', values: from });
  }

  public async changeLearning(
    arn: string, learningId: string, to: DetectorStatus, at: EpochSeconds, failure?: StatusFailure,
  ): Promise<DetectorRecord> {
    const goesOn = to === 'BACK_TEST_ACTIVE' ? learningId : undefined;
    return this.setStatus(arn, to, at, failure, goesOn, { attribute: 'learningId', values: [learningId] });
  }

  public async deleteDetector(arn: string): Promise<void> {
    // the detector's own item goes last: as long as it is there, the deletion can be asked for again
    await this.deleteBelongings(arn);
    await this.detectorPlaces.giveBack(arn);
    await this.table.delete(DETECTORS, arn);
  }

  public async createMetricSet(record: MetricSetRecord): Promise<void> {
    if (!await this.table.create(record.detectorArn, METRIC_SET, asText(record))) {
      const found = await this.metricSetOf(record.detectorArn);
      throw new StoreConflict(`detector ${record.detectorArn} has metric set ${found?.arn}`, found?.arn);
    }
  }

  public async putMetricSet(record: MetricSetRecord): Promise<void> {
    await this.table.put(record.detectorArn, METRIC_SET, asText(record));
  }

  public async changeMetricSet(arn: string, change: Change<MetricSetRecord>): Promise<MetricSetRecord | undefined> {
    const detectorArn = detectorArnOfMetricSet(arn);
    if (detectorArn === undefined) return undefined;
    // a detector has one metric set, which may be another
    return this.changeText<MetricSetRecord>(detectorArn, METRIC_SET, record => record.arn === arn ? change(record) : undefined);
  }

  public async getMetricSet(arn: string): Promise<MetricSetRecord | undefined> {
    const detectorArn = detectorArnOfMetricSet(arn);
    const found = detectorArn === undefined ? undefined : await this.metricSetOf(detectorArn);
    return found?.arn === arn ? found : undefined;
  }

  public async listMetricSets(detectorArn: string | undefined, page: PageRequest): Promise<Page<MetricSetRecord>> {
    if (detectorArn !== undefined) {
      const after = page.from === undefined ? undefined : pagePosition('metricSets', detectorArn, page.from);
      const found = after === undefined ? await this.metricSetOf(detectorArn) : undefined;
      return { items: found ? [found] : [] };
    }
    const after = page.from === undefined ? undefined : positionIn('metricSets', '', 'arn:', page.from);
    const items: MetricSetRecord[] = [];
    let position = after;
    for (let more = true; more && items.length <= page.limit;) {
      const detectors = await this.table.query(DETECTORS, {
        prefix: 'arn:', limit: page.limit + 1, ...position !== undefined && { after: position },
      });
      const found = await this.table.getMany(detectors.items.map(item => [item.sort, METRIC_SET] as const));
      items.push(...found.map(item => fromText<MetricSetRecord>(item)).sort((a, b) => (a.detectorArn < b.detectorArn ? -1 : 1)));
      position = detectors.items.at(-1)?.sort;
      more = detectors.more;
    }
    const shown = items.slice(0, page.limit);
    const last = shown.at(-1);
    return { items: shown, ...last && items.length > shown.length && { next: pageToken('metricSets', '', last.detectorArn) } };
  }

  public async createAlert(record: AlertRecord, most = Infinity): Promise<void> {
    if (!await this.table.create(ALERTS, record.arn, { ...asText(record), detectorArn: record.detectorArn })) {
      throw new StoreConflict(`alert ${record.arn} exists`, record.arn);
    }
    if (most !== Infinity) await this.takePlace(this.alertPlaces(record.detectorArn), ALERTS, record.arn, most);
  }

  public async putAlert(record: AlertRecord): Promise<void> {
    await this.table.put(ALERTS, record.arn, { ...asText(record), detectorArn: record.detectorArn });
  }

  public async changeAlert(arn: string, change: Change<AlertRecord>): Promise<AlertRecord | undefined> {
    return this.changeText<AlertRecord>(ALERTS, arn, change);
  }

  public async getAlert(arn: string): Promise<AlertRecord | undefined> {
    const found = await this.table.get(ALERTS, arn);
    return found && fromText(found);
  }

  /** Of one detector: reads all alerts of the table and picks its own, which is cheaper than an index as long as alerts are few. */
  public async listAlerts(detectorArn: string | undefined, page: PageRequest): Promise<Page<AlertRecord>> {
    const where = detectorArn === undefined ? {} : { where: ofDetector(detectorArn) };
    return readItems(this.table, 'alerts', detectorArn ?? '', ALERTS, { prefix: 'arn:', ...where }, page, fromText<AlertRecord>);
  }

  public async deleteAlert(arn: string): Promise<void> {
    const alert = await this.getAlert(arn);
    if (!alert) return;
    await this.alertPlaces(alert.detectorArn).giveBack(arn);
    await this.table.delete(ALERTS, arn);
  }

  public async putExecution(record: ExecutionRecord): Promise<void> {
    const { detectorArn, start, status } = record;
    const stays = status === 'COMPLETED' ? undefined : { attribute: 'status', value: 'COMPLETED' };
    await this.table.put(detectorArn, `${EXECUTION}${sortableTime(start)}`, { ...asText(record), status }, stays);
  }

  public async getExecution(detectorArn: string, start: EpochSeconds): Promise<ExecutionRecord | undefined> {
    const found = await this.table.get(detectorArn, `${EXECUTION}${sortableTime(start)}`);
    return found && fromText(found);
  }

  public async listExecutions(detectorArn: string, page: PageRequest): Promise<Page<ExecutionRecord>> {
    return readItems(this.table, 'executions', detectorArn, detectorArn, { prefix: EXECUTION, backwards: true }, page, fromText<ExecutionRecord>);
  }

  public async putLearnedData(record: LearnedDataRecord): Promise<void> {
    await this.table.put(record.detectorArn, LEARNED_DATA, asText(record));
  }

  public async getLearnedData(detectorArn: string): Promise<LearnedDataRecord | undefined> {
    const found = await this.table.get(detectorArn, LEARNED_DATA);
    return found && fromText(found);
  }

  public async putGroup(record: GroupRecord): Promise<void> {
    await this.groups.put(record);
  }

  public async deleteGroup(detectorArn: string, id: string): Promise<void> {
    await this.groups.delete(detectorArn, id);
  }

  public async getGroup(detectorArn: string, id: string): Promise<GroupRecord | undefined> {
    return this.groups.get(detectorArn, id);
  }

  public async listGroups(detectorArn: string, page: PageRequest): Promise<Page<GroupRecord>> {
    return this.groups.list(detectorArn, page);
  }

  public async listGroupSummaries(detectorArn: string, page: PageRequest): Promise<Page<GroupSummary>> {
    return this.groups.listSummaries(detectorArn, page);
  }

  public async putFeedback(record: FeedbackRecord): Promise<void> {
    // the entry in the order first: a put that breaks in between fails and is done again, and what counts for detection is there
    await this.table.put(record.detectorArn, `${FEEDBACK_ORDER}${sortableFeedback(record)}`, asText(record));
    await this.table.put(record.detectorArn, `${FEEDBACK}${record.groupId}#${record.timeSeriesId}`, asText(record));
  }

  public async listFeedback(detectorArn: string, groupId: string, page: PageRequest): Promise<Page<FeedbackRecord>> {
    const prefix = `${FEEDBACK}${groupId}#`;
    return readItems(this.table, 'feedback', `${detectorArn}#${groupId}`, detectorArn, { prefix }, page, fromText<FeedbackRecord>);
  }

  public async listFeedbackSince(detectorArn: string, since: EpochSeconds, page: PageRequest): Promise<Page<FeedbackRecord>> {
    // text before all entries of that second
    const from = page.from ?? pageToken('feedbackSince', detectorArn, `${FEEDBACK_ORDER}${sortableTime(since)}`);
    return readItems(this.table, 'feedbackSince', detectorArn, detectorArn, { prefix: FEEDBACK_ORDER }, { ...page, from }, fromText<FeedbackRecord>);
  }

  private get detectorPlaces(): Places {
    return new Places(this.table, DETECTORS, PLACES, () => this.arnsIn(DETECTORS));
  }

  private alertPlaces(detectorArn: string): Places {
    return new Places(this.table, detectorArn, ALERT_PLACES, () => this.arnsIn(ALERTS, ofDetector(detectorArn)));
  }

  /** Deletes the alerts of a detector and what is in its partition. */
  private async setStatus(
    arn: string, to: DetectorStatus, at: EpochSeconds, failure: StatusFailure | undefined,
    learningId: string | undefined, only: { readonly attribute: 'status' | 'learningId'; readonly values: readonly string[] },
  ): Promise<DetectorRecord> {
    const change = { status: to, modifiedAt: at, failureReason: failure?.reason, failureType: failure?.type, learningId };
    const cleared = (['failureReason', 'failureType', 'learningId'] as const).filter(name => change[name] === undefined);
    const changed = await this.table.update(DETECTORS, arn, change, cleared, only);
    if (!changed) throw statusConflict(arn, (await this.getDetector(arn))?.status, only.attribute === 'status' ? only.values : undefined);
    return detectorRecord(changed);
  }

  private async deleteBelongings(detectorArn: string): Promise<void> {
    await this.table.deleteMany((await this.arnsIn(ALERTS, ofDetector(detectorArn))).map(arn => [ALERTS, arn] as const));
    await this.table.deletePartition(detectorArn);
  }

  /** Takes a place for a record that was just created, or deletes it again. */
  private async takePlace(places: Places, partition: string, arn: string, most: number): Promise<void> {
    let isTaken = false;
    try {
      isTaken = await places.take(arn, most);
    } finally {
      if (!isTaken) await this.table.delete(partition, arn);
    }
    if (!isTaken) throw new StoreFull(most);
  }

  private async arnsIn(partition: string, where?: ItemQuery['where']): Promise<string[]> {
    const { items } = await this.table.query(partition, { prefix: 'arn:', limit: Infinity, ...where && { where } });
    return items.map(({ sort }) => sort);
  }

  /** Changes an item that holds its record as text, provided that it is the text that was read; `change` gives undefined for another record. */
  private async changeText<T extends object>(partition: string, sort: string, change: (record: T) => T | undefined): Promise<T | undefined> {
    const changed = await untilWritten(sort, async () => {
      const found = await this.table.get(partition, sort);
      const record = found && change(fromText<T>(found));
      if (found === undefined || record === undefined) return 'absent';
      const { [SERVICE_KEYS.partition]: _partition, [SERVICE_KEYS.sort]: _sort, ...attributes } = found;
      const only = { attribute: 'record', value: String(found.record) };
      return await this.table.replace(partition, sort, { ...attributes, ...asText(record) }, only) ? record : undefined;
    });
    return changed === 'absent' ? undefined : changed;
  }

  private async metricSetOf(detectorArn: string): Promise<MetricSetRecord | undefined> {
    const found = await this.table.get(detectorArn, METRIC_SET);
    return found && fromText(found);
  }

}

function ofDetector(arn: string): { attribute: string; value: string } {
  return { attribute: 'detectorArn', value: arn };
}
