// SPDX-License-Identifier: Apache-2.0

import type { Frequency, MetricSetConfiguration } from '../../src/private/contract';

/** Seconds since 1970, as the API sends CreationTime. Fractions allowed. */
export type EpochSeconds = number;

export type DetectorStatus =
  | 'INACTIVE' | 'ACTIVATING' | 'LEARNING' | 'ACTIVE' | 'DEACTIVATING' | 'DEACTIVATED'
  | 'BACK_TEST_ACTIVATING' | 'BACK_TEST_ACTIVE' | 'BACK_TEST_COMPLETE' | 'FAILED' | 'DELETING';

export type FailureType = 'ACTIVATION_FAILURE' | 'BACK_TEST_ACTIVATION_FAILURE' | 'DELETION_FAILURE' | 'DEACTIVATION_FAILURE';

export interface DetectorRecord {
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  readonly frequency: Frequency;
  readonly kmsKeyArn?: string;
  readonly status: DetectorStatus;
  readonly failureReason?: string;
  readonly failureType?: FailureType;
  /** Of a detector that is learning: for which activation or back test. */
  readonly learningId?: string;
  readonly createdAt: EpochSeconds;
  readonly modifiedAt: EpochSeconds;
  readonly tags?: Record<string, string>;
}

/** `definition` is the input of CreateMetricSet without the detector's ARN, name and tags, with Offset and Timezone filled in. */
export interface MetricSetRecord {
  readonly arn: string;
  readonly detectorArn: string;
  readonly name: string;
  readonly definition: Omit<MetricSetConfiguration, 'MetricSetName' | 'DimensionList'> & {
    readonly DimensionList?: string[];
    /** Rows are read that have one of the values of each. */
    readonly DimensionFilterList?: { readonly Name?: string; readonly FilterList?: { readonly DimensionValue?: string; readonly FilterOperation?: 'EQUALS' }[] }[];
  };
  readonly createdAt: EpochSeconds;
  readonly modifiedAt: EpochSeconds;
  readonly tags?: Record<string, string>;
}

export interface AlertAction {
  readonly SNSConfiguration?: { readonly RoleArn: string; readonly SnsTopicArn: string; readonly SnsFormat?: 'JSON' | 'LONG_TEXT' | 'SHORT_TEXT' };
  readonly LambdaConfiguration?: { readonly RoleArn: string; readonly LambdaArn: string };
}

/** What an alert tells of; absent members restrict nothing. */
export interface AlertFilters {
  readonly MetricList?: string[];
  readonly DimensionFilterList?: { readonly DimensionName?: string; readonly DimensionValueList?: string[] }[];
}

export interface AlertRecord {
  readonly arn: string;
  readonly name: string;
  readonly detectorArn: string;
  readonly description?: string;
  readonly threshold: number;
  readonly action: AlertAction;
  readonly filters?: AlertFilters;
  readonly type: 'SNS' | 'LAMBDA';
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly createdAt: EpochSeconds;
  readonly modifiedAt: EpochSeconds;
  readonly tags?: Record<string, string>;
}

/** One run of the detector over one interval. `outcome` is the DetectionOutcome that a second request for the interval gets. */
export interface ExecutionRecord {
  readonly detectorArn: string;
  /** Interval start. */
  readonly start: EpochSeconds;
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly failureReason?: string;
  readonly outcome?: unknown;
}

/** What became of the rows of the newest history that a detector learned or was back-tested on. */
export interface LearnedDataRecord {
  readonly detectorArn: string;
  /** Start of the first interval of the history. */
  readonly start: EpochSeconds;
  /** Start of the last one; absent when there is none. */
  readonly end?: EpochSeconds;
  /** All rows but headers. */
  readonly rows: number;
  readonly rowsRejected: number;
  readonly timeSeries: number;
  /** Rows rejected by a column that could not be read in them. */
  readonly rejectedByColumn: Readonly<Record<string, number>>;
  /** First and last interval start of a back test's parts. */
  readonly backTest?: {
    readonly trainingStart: EpochSeconds;
    readonly trainingEnd: EpochSeconds;
    readonly inferenceStart: EpochSeconds;
    readonly inferenceEnd: EpochSeconds;
  };
}

/** Shares of the dimension values in the event, 0-100, adding up to 100 for each dimension. */
export interface DimensionContribution {
  readonly dimension: string;
  readonly values: { readonly value: string; readonly contribution: number }[];
}

/** One anomalous time series of a group. */
export interface GroupSeriesRecord {
  readonly timeSeriesId: string;
  readonly dimensions: { readonly name: string; readonly value: string }[];
  /** 0-100 */
  readonly severity: number;
  /** At the interval where the series was most severe. */
  readonly observed: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Distance from the expected value in usual errors, with its sign, before feedback changed it; absent in groups of earlier versions. */
  readonly score?: number;
  /** Present where the series is stuck at one value: that is the anomaly, and the value may be as expected. */
  readonly stuck?: true;
  /** Start of that interval. */
  readonly at: EpochSeconds;
}

/** A combination of dimension values whose time series deviate alike; without dimensions: all of the measure does. */
export interface RootCauseRecord {
  readonly dimensions: { readonly name: string; readonly value: string }[];
  /** Share of the measure's deviation that the combination holds, 0-100, two decimals. */
  readonly share: number;
  /** Share of the combination's time series that deviate as it does, 0-100, two decimals. */
  readonly consistency: number;
}

/** A group of another measure at the same time. */
export interface RelatedMeasureRecord {
  readonly measure: string;
  readonly groupId: string;
  readonly type: 'CAUSE_OF_INPUT_ANOMALY_GROUP' | 'EFFECT_OF_INPUT_ANOMALY_GROUP';
  /** Of a cause: 0-100, two decimals. */
  readonly contribution?: number;
}

/** Anomalous series of one measure in successive intervals, shown as one event. */
export interface GroupRecord {
  readonly detectorArn: string;
  /** UUID */
  readonly id: string;
  readonly measure: string;
  /** Start of the first anomalous interval. */
  readonly start: EpochSeconds;
  /** Start of the last anomalous interval. */
  readonly end: EpochSeconds;
  /** 0-100, two decimals. */
  readonly score: number;
  readonly contributions: DimensionContribution[];
  /** The combinations that explain the event, most of it first. Absent when none stands out. */
  readonly rootCauses?: RootCauseRecord[];
  /** Causes first. Absent when there are none. */
  readonly related?: RelatedMeasureRecord[];
  /** Most severe first. */
  readonly series: GroupSeriesRecord[];
  /** Number of anomalous series; `series` may hold fewer (the most severe 100). */
  readonly seriesCount: number;
  /** ARNs of the alerts that were sent for the group: each alert is sent once a group. */
  readonly alertsSent: string[];
}

/** What a list of groups shows of each. */
export type GroupSummary = Pick<GroupRecord, 'id' | 'measure' | 'start' | 'end' | 'score'>;

export interface FeedbackRecord {
  readonly detectorArn: string;
  readonly groupId: string;
  readonly timeSeriesId: string;
  readonly isAnomaly: boolean;
  readonly at: EpochSeconds;
}

/** Tags of a resource, by key. */
export type Tags = Readonly<Record<string, string>>;

/** What becomes of a record. */
export type Change<T> = (current: T) => T;

/** One page of a list; `next` is absent on the last page. */
export interface Page<T> {
  readonly items: T[];
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly from?: string;
}

/** Why a detector has failed. */
export interface StatusFailure {
  readonly reason: string;
  readonly type?: FailureType;
}

/** Thrown by `create…` when the record exists, and by `changeStatus` and `changeLearning` when the detector is not in a state asked for. */
export class StoreConflict extends Error {
  /** Known by its name: the functions' bundles may share a store, and each has this class of its own. */
  public static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'StoreConflict';
  }

  public constructor(message: string, public readonly found?: string) {
    super(message);
    this.name = 'StoreConflict';
  }
}

/** A detector is in none of the states asked for, or learns for another activation. */
export function statusConflict(arn: string, found: DetectorStatus | undefined, from?: readonly string[]): StoreConflict {
  return new StoreConflict(`detector ${arn} is ${found ?? 'gone'}, ${from ? `not ${from.join(' or ')}` : 'and not learning for this activation any more'}`, found);
}

/** Thrown by `create…` when there are as many records as there may be. Nothing is left of the one that was too many. */
export class StoreFull extends Error {
  /** Known by its name: see StoreConflict. */
  public static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'StoreFull';
  }

  public constructor(public readonly most: number) {
    super(`there are ${most} records, and no more are allowed`);
    this.name = 'StoreFull';
  }
}

/**
 * What the detection service remembers. Implemented on DynamoDB and in memory; one test suite holds for both.
 * Lists are in a fixed order and paged; a `from` that no page gave is a TypeError.
 */
export interface Store {
  /**
   * The detector begins with nothing: what was left of one of this name that was deleted is gone.
   * @param most detectors that there may be; of many that are created at the same time, exactly as many are as there is room for
   * @throws StoreFull when there are as many
   */
  createDetector(record: DetectorRecord, most?: number): Promise<void>;
  getDetector(arn: string): Promise<DetectorRecord | undefined>;
  listDetectors(page: PageRequest): Promise<Page<DetectorRecord>>;
  /** Sets the given attributes. Returns the record after the change; undefined when there is no such detector. */
  updateDetector(arn: string, change: Partial<Omit<DetectorRecord, 'arn' | 'name' | 'status'>>): Promise<DetectorRecord | undefined>;
  /** Changes a detector's tags as `changeMetricSet` does a record; false when there is no such detector. */
  changeDetectorTags(arn: string, change: Change<Tags>): Promise<boolean>;
  /** Compare and set: goes to `to` only from one of `from`. Clears or sets the failure, and what is learned for. */
  changeStatus(
    arn: string, from: readonly DetectorStatus[], to: DetectorStatus, at: EpochSeconds,
    failure?: StatusFailure, learningId?: string,
  ): Promise<DetectorRecord>;
  /** The same for a detector that is learning for the activation or back test of that id. It still is afterwards when `to` is `BACK_TEST_ACTIVE`. */
  changeLearning(
    arn: string, learningId: string, to: DetectorStatus, at: EpochSeconds, failure?: StatusFailure,
  ): Promise<DetectorRecord>;
  /** Removes the detector with everything that belongs to it. */
  deleteDetector(arn: string): Promise<void>;

  createMetricSet(record: MetricSetRecord): Promise<void>;
  putMetricSet(record: MetricSetRecord): Promise<void>;
  /**
   * Changes a record in one step: `change` is called again, with the newest record, when another call has changed it meanwhile. It may throw.
   * Returns the record after the change; undefined when there is none.
   */
  changeMetricSet(arn: string, change: Change<MetricSetRecord>): Promise<MetricSetRecord | undefined>;
  getMetricSet(arn: string): Promise<MetricSetRecord | undefined>;
  listMetricSets(detectorArn: string | undefined, page: PageRequest): Promise<Page<MetricSetRecord>>;

  /** @param most alerts that the detector may have: see `createDetector` */
  createAlert(record: AlertRecord, most?: number): Promise<void>;
  putAlert(record: AlertRecord): Promise<void>;
  /** As `changeMetricSet`. */
  changeAlert(arn: string, change: Change<AlertRecord>): Promise<AlertRecord | undefined>;
  getAlert(arn: string): Promise<AlertRecord | undefined>;
  listAlerts(detectorArn: string | undefined, page: PageRequest): Promise<Page<AlertRecord>>;
  deleteAlert(arn: string): Promise<void>;

  /** Creates or replaces. One that is COMPLETED stays so: a call that comes late has nothing to say of an interval that was detected meanwhile. */
  putExecution(record: ExecutionRecord): Promise<void>;
  getExecution(detectorArn: string, start: EpochSeconds): Promise<ExecutionRecord | undefined>;
  /** Newest first. */
  listExecutions(detectorArn: string, page: PageRequest): Promise<Page<ExecutionRecord>>;

  /** Creates or replaces the one record of a detector. */
  putLearnedData(record: LearnedDataRecord): Promise<void>;
  getLearnedData(detectorArn: string): Promise<LearnedDataRecord | undefined>;

  /** Creates or replaces. */
  putGroup(record: GroupRecord): Promise<void>;
  /** Removes a group that the data do not bear out any more, if it is there. */
  deleteGroup(detectorArn: string, id: string): Promise<void>;
  getGroup(detectorArn: string, id: string): Promise<GroupRecord | undefined>;
  /** Newest end first, then highest score first. */
  listGroups(detectorArn: string, page: PageRequest): Promise<Page<GroupRecord>>;
  /** The same list, without loading what the groups consist of. */
  listGroupSummaries(detectorArn: string, page: PageRequest): Promise<Page<GroupSummary>>;

  putFeedback(record: FeedbackRecord): Promise<void>;
  listFeedback(detectorArn: string, groupId: string, page: PageRequest): Promise<Page<FeedbackRecord>>;
  /**
   * Feedback on any group that was put in the second of `since` or later, oldest first. Feedback that was replaced may be listed too,
   * before what replaced it.
   */
  listFeedbackSince(detectorArn: string, since: EpochSeconds, page: PageRequest): Promise<Page<FeedbackRecord>>;
}
