// SPDX-License-Identifier: Apache-2.0

import { withinItemLimit } from './group-size';
import { pagePosition, pageToken, type PagedList } from './page-token';
import {
  statusConflict, StoreConflict, StoreFull,
  type AlertRecord, type Change, type DetectorRecord, type DetectorStatus, type EpochSeconds, type ExecutionRecord, type FeedbackRecord,
  type GroupRecord, type GroupSummary, type LearnedDataRecord, type MetricSetRecord, type Page, type PageRequest, type StatusFailure,
  type Store, type Tags,
} from './store';
import { sortableFeedback, sortableGroup, sortableTime } from './store-order';

/** The store in a process's memory: for tests and for learning over local files. Records are copied on their way in and out. */
export class MemoryStore implements Store {
  private readonly detectors = new Map<string, DetectorRecord>();
  /** By the detector's ARN: each detector has at most one. */
  private readonly metricSets = new Map<string, MetricSetRecord>();
  private readonly alerts = new Map<string, AlertRecord>();
  /** The following are by the detector's ARN, then by their own key. */
  private readonly executions = new Map<string, Map<string, ExecutionRecord>>();
  private readonly learnedData = new Map<string, LearnedDataRecord>();
  private readonly groups = new Map<string, Map<string, GroupRecord>>();
  private readonly feedback = new Map<string, Map<string, FeedbackRecord>>();

  public async createDetector(record: DetectorRecord, most = Infinity): Promise<void> {
    if (this.detectors.has(record.arn)) {
      throw new StoreConflict(`detector ${record.arn} exists`, record.arn);
    }
    if (this.detectors.size >= most) throw new StoreFull(most);
    this.deleteBelongings(record.arn);
    this.detectors.set(record.arn, structuredClone(record));
  }

  public async getDetector(arn: string): Promise<DetectorRecord | undefined> {
    return structuredClone(this.detectors.get(arn));
  }

  public async listDetectors(page: PageRequest): Promise<Page<DetectorRecord>> {
    return select('detectors', '', [...this.detectors], page);
  }

  public async updateDetector(
    arn: string, change: Partial<Omit<DetectorRecord, 'arn' | 'name' | 'status'>>,
  ): Promise<DetectorRecord | undefined> {
    const record = this.detectors.get(arn);
    if (!record) {
      return undefined;
    }
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    this.detectors.set(arn, structuredClone({ ...record, ...given }));
    return this.getDetector(arn);
  }

  public async changeDetectorTags(arn: string, change: Change<Tags>): Promise<boolean> {
    const record = this.detectors.get(arn);
    if (record) this.detectors.set(arn, { ...record, tags: { ...change(structuredClone(record.tags ?? {})) } });
    return record !== undefined;
  }

  public async changeStatus(
    arn: string, from: readonly DetectorStatus[], to: DetectorStatus, at: EpochSeconds,
    failure?: StatusFailure, learningId?: string,
  ): Promise<DetectorRecord> {
    const record = this.detectors.get(arn);
    if (!record || !from.includes(record.status)) throw statusConflict(arn, record?.status, from);
    return this.setStatus(record, to, at, failure, learningId);
  }

  public async changeLearning(
    arn: string, learningId: string, to: DetectorStatus, at: EpochSeconds, failure?: StatusFailure,
  ): Promise<DetectorRecord> {
    const record = this.detectors.get(arn);
    if (record?.learningId !== learningId) throw statusConflict(arn, record?.status);
    return this.setStatus(record, to, at, failure, to === 'BACK_TEST_ACTIVE' ? learningId : undefined);
  }

  public async deleteDetector(arn: string): Promise<void> {
    this.deleteBelongings(arn);
    this.detectors.delete(arn);
  }

  public async createMetricSet(record: MetricSetRecord): Promise<void> {
    const found = this.metricSets.get(record.detectorArn);
    if (found) {
      throw new StoreConflict(`detector ${record.detectorArn} has metric set ${found.arn}`, found.arn);
    }
    await this.putMetricSet(record);
  }

  public async putMetricSet(record: MetricSetRecord): Promise<void> {
    this.metricSets.set(record.detectorArn, structuredClone(record));
  }

  public async changeMetricSet(arn: string, change: Change<MetricSetRecord>): Promise<MetricSetRecord | undefined> {
    const record = [...this.metricSets.values()].find(candidate => candidate.arn === arn);
    if (record) this.metricSets.set(record.detectorArn, structuredClone(change(structuredClone(record))));
    return this.getMetricSet(arn);
  }

  public async getMetricSet(arn: string): Promise<MetricSetRecord | undefined> {
    return structuredClone([...this.metricSets.values()].find(record => record.arn === arn));
  }

  public async listMetricSets(detectorArn: string | undefined, page: PageRequest): Promise<Page<MetricSetRecord>> {
    const records = [...this.metricSets].filter(([owner]) => detectorArn === undefined || owner === detectorArn);
    return select('metricSets', detectorArn ?? '', records, page);
  }

  public async createAlert(record: AlertRecord, most = Infinity): Promise<void> {
    if (this.alerts.has(record.arn)) {
      throw new StoreConflict(`alert ${record.arn} exists`, record.arn);
    }
    if ([...this.alerts.values()].filter(({ detectorArn }) => detectorArn === record.detectorArn).length >= most) throw new StoreFull(most);
    await this.putAlert(record);
  }

  public async putAlert(record: AlertRecord): Promise<void> {
    this.alerts.set(record.arn, structuredClone(record));
  }

  public async changeAlert(arn: string, change: Change<AlertRecord>): Promise<AlertRecord | undefined> {
    const record = this.alerts.get(arn);
    if (record) this.alerts.set(arn, structuredClone(change(structuredClone(record))));
    return this.getAlert(arn);
  }

  public async getAlert(arn: string): Promise<AlertRecord | undefined> {
    return structuredClone(this.alerts.get(arn));
  }

  public async listAlerts(detectorArn: string | undefined, page: PageRequest): Promise<Page<AlertRecord>> {
    const records = [...this.alerts].filter(([, record]) => detectorArn === undefined || record.detectorArn === detectorArn);
    return select('alerts', detectorArn ?? '', records, page);
  }

  public async deleteAlert(arn: string): Promise<void> {
    this.alerts.delete(arn);
  }

  public async putExecution(record: ExecutionRecord): Promise<void> {
    const [executions, key] = [belongingsOf(this.executions, record.detectorArn), sortableTime(record.start)];
    if (record.status === 'COMPLETED' || executions.get(key)?.status !== 'COMPLETED') executions.set(key, structuredClone(record));
  }

  public async getExecution(detectorArn: string, start: EpochSeconds): Promise<ExecutionRecord | undefined> {
    return structuredClone(this.executions.get(detectorArn)?.get(sortableTime(start)));
  }

  public async listExecutions(detectorArn: string, page: PageRequest): Promise<Page<ExecutionRecord>> {
    return select('executions', detectorArn, [...this.executions.get(detectorArn) ?? []], page, true);
  }

  public async putLearnedData(record: LearnedDataRecord): Promise<void> {
    this.learnedData.set(record.detectorArn, structuredClone(record));
  }

  public async getLearnedData(detectorArn: string): Promise<LearnedDataRecord | undefined> {
    return structuredClone(this.learnedData.get(detectorArn));
  }

  public async putGroup(record: GroupRecord): Promise<void> {
    belongingsOf(this.groups, record.detectorArn).set(record.id, structuredClone(withinItemLimit(record)));
  }

  public async deleteGroup(detectorArn: string, id: string): Promise<void> {
    this.groups.get(detectorArn)?.delete(id);
  }

  public async getGroup(detectorArn: string, id: string): Promise<GroupRecord | undefined> {
    return structuredClone(this.groups.get(detectorArn)?.get(id));
  }

  public async listGroups(detectorArn: string, page: PageRequest): Promise<Page<GroupRecord>> {
    const records = [...this.groups.get(detectorArn)?.values() ?? []];
    return select('groups', detectorArn, records.map(record => [sortableGroup(record), record]), page, true);
  }

  public async listGroupSummaries(detectorArn: string, page: PageRequest): Promise<Page<GroupSummary>> {
    const { items, next } = await this.listGroups(detectorArn, page);
    return { items: items.map(({ id, measure, start, end, score }) => ({ id, measure, start, end, score })), ...next && { next } };
  }

  public async putFeedback(record: FeedbackRecord): Promise<void> {
    belongingsOf(this.feedback, record.detectorArn).set(`${record.groupId}#${record.timeSeriesId}`, structuredClone(record));
  }

  public async listFeedback(detectorArn: string, groupId: string, page: PageRequest): Promise<Page<FeedbackRecord>> {
    const records = [...this.feedback.get(detectorArn) ?? []].filter(([, record]) => record.groupId === groupId);
    return select('feedback', `${detectorArn}#${groupId}`, records, page);
  }

  public async listFeedbackSince(detectorArn: string, since: EpochSeconds, page: PageRequest): Promise<Page<FeedbackRecord>> {
    const records = [...this.feedback.get(detectorArn)?.values() ?? []].filter(({ at }) => at >= Math.trunc(since));
    return select('feedbackSince', detectorArn, records.map(record => [sortableFeedback(record), record]), page);
  }

  private setStatus(record: DetectorRecord, to: DetectorStatus, at: EpochSeconds, failure?: StatusFailure, learningId?: string): DetectorRecord {
    const { failureReason: _reason, failureType: _type, learningId: _learning, ...rest } = record;
    const changed: DetectorRecord = {
      ...rest,
      status: to,
      modifiedAt: at,
      ...failure && { failureReason: failure.reason },
      ...failure?.type && { failureType: failure.type },
      ...learningId !== undefined && { learningId },
    };
    this.detectors.set(record.arn, changed);
    return structuredClone(changed);
  }

  private deleteBelongings(arn: string): void {
    for (const [alertArn, alert] of this.alerts) {
      if (alert.detectorArn === arn) this.alerts.delete(alertArn);
    }
    for (const belongings of [this.metricSets, this.executions, this.learnedData, this.groups, this.feedback]) belongings.delete(arn);
  }
}

function belongingsOf<T>(all: Map<string, Map<string, T>>, detectorArn: string): Map<string, T> {
  const found = all.get(detectorArn) ?? new Map<string, T>();
  all.set(detectorArn, found);
  return found;
}

/** One page of the entries in the order of their keys. */
function select<T>(list: PagedList, owner: string, entries: [string, T][], page: PageRequest, backwards = false): Page<T> {
  const direction = backwards ? -1 : 1;
  const after = page.from === undefined ? undefined : pagePosition(list, owner, page.from);
  const rest = entries
    .filter(([key]) => after === undefined || (backwards ? key < after : key > after))
    .sort(([a], [b]) => (a < b ? -direction : direction));
  const shown = rest.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: structuredClone(shown.map(([, value]) => value)),
    ...last && rest.length > shown.length && { next: pageToken(list, owner, last[0]) },
  };
}
