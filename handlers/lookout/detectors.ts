// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { detectorArn } from './arn';
import { ApiError, conflict, internalError, invalid, invalidField, notFound, quotaExceeded } from './errors';
import { existingDetector, nextTokenOf, operations, pageRequest, readPage, type Operation, type ServiceContext } from './operation';
import { StoreConflict, StoreFull, type DetectorRecord, type DetectorStatus, type FailureType, type MetricSetRecord } from './store';
import { assertTagQuota } from './tags';

/** States in which a detector may be changed in every respect and activated. */
export const EDITABLE: readonly DetectorStatus[] = ['INACTIVE', 'DEACTIVATED', 'FAILED'];

/** States in which work is under way, so that the detector cannot be deleted. */
const BUSY: readonly DetectorStatus[] = ['ACTIVATING', 'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'];

const DELETABLE: readonly DetectorStatus[] = [
  'INACTIVE', 'LEARNING', 'ACTIVE', 'DEACTIVATING', 'DEACTIVATED', 'BACK_TEST_COMPLETE', 'FAILED',
  'DELETING', // a deletion that was broken off is taken up again
];

/**
 * Seconds after which learning that has not come to an end counts as dead, so that the detector can be deleted, or deactivated and activated
 * again: longer than three attempts of a Lambda function (15 minutes each) with the pauses between asynchronous attempts.
 */
const LEARNING_DEAD_SECONDS = 3600;

/** Longest FailureReason of the service model. */
const FAILURE_REASON_CHARACTERS = 256;

/** Operations on detectors. */
export const detectorOperations: Record<string, Operation> = operations({
  CreateAnomalyDetector: async (input, context) => {
    const { store, scope, now, quotas } = context;
    const { AnomalyDetectorFrequency: frequency } = input.AnomalyDetectorConfig;
    if (frequency === undefined) {
      throw invalidField('AnomalyDetectorConfig.AnomalyDetectorFrequency', 'is required');
    }
    const arn = detectorArn(scope, input.AnomalyDetectorName);
    assertTagQuota('AnomalyDetector', arn, input.Tags, context);
    const at = now();
    try {
      await store.createDetector({
        arn,
        name: input.AnomalyDetectorName,
        description: input.AnomalyDetectorDescription,
        frequency,
        kmsKeyArn: input.KmsKeyArn,
        status: 'INACTIVE',
        createdAt: at,
        modifiedAt: at,
        tags: input.Tags,
      }, quotas.detectors);
    } catch (error) {
      if (error instanceof StoreConflict) throw conflict('AnomalyDetector', arn, `a detector named ${JSON.stringify(input.AnomalyDetectorName)} exists`);
      throw error instanceof StoreFull ? tooManyDetectors(arn, error.most) : error;
    }
    return { AnomalyDetectorArn: arn };
  },

  DescribeAnomalyDetector: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    return {
      ...summary(detector),
      AnomalyDetectorConfig: { AnomalyDetectorFrequency: detector.frequency },
      FailureReason: detector.failureReason,
      FailureType: detector.failureType,
      KmsKeyArn: detector.kmsKeyArn,
    };
  },

  ListAnomalyDetectors: async (input, { store }) => {
    const page = await readPage(() => store.listDetectors(pageRequest(input)));
    return { AnomalyDetectorSummaryList: page.items.map(detector => ({ ...summary(detector), Tags: detector.tags })), ...nextTokenOf(page) };
  },

  UpdateAnomalyDetector: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const newFrequency = input.AnomalyDetectorConfig?.AnomalyDetectorFrequency;
    assertEditable(detector, [
      ...newFrequency !== undefined && newFrequency !== detector.frequency ? ['AnomalyDetectorConfig'] : [],
      ...input.KmsKeyArn !== undefined && input.KmsKeyArn !== detector.kmsKeyArn ? ['KmsKeyArn'] : [],
    ]);
    const updated = await context.store.updateDetector(detector.arn, {
      description: input.AnomalyDetectorDescription, frequency: newFrequency, kmsKeyArn: input.KmsKeyArn, modifiedAt: context.now(),
    });
    if (!updated) {
      throw notFound('AnomalyDetector', detector.arn);
    }
    return { AnomalyDetectorArn: detector.arn };
  },

  ActivateAnomalyDetector: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    assertStatus(detector, EDITABLE, 'be activated', true);
    const source = (await readyMetricSet(detector, context)).definition.MetricSource.S3SourceConfig;
    if (source.TemplatedPathList.length === 0) {
      throw invalid(`metric set of detector ${detector.name} has no TemplatedPathList, where a detector that runs on new data finds it: `
        + 'add one with UpdateMetricSet, or run BackTestAnomalyDetector');
    }
    await startLearning(detector, false, context);
    return {};
  },

  BackTestAnomalyDetector: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    assertStatus(detector, ['INACTIVE'], 'be back-tested', false);
    const source = (await readyMetricSet(detector, context)).definition.MetricSource.S3SourceConfig;
    if (source.HistoricalDataPathList.length === 0) {
      throw invalid(`metric set of detector ${detector.name} has no HistoricalDataPathList to back-test on: add one with UpdateMetricSet`);
    }
    await startLearning(detector, true, context);
    return {};
  },

  DeactivateAnomalyDetector: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    // DEACTIVATING: a deactivation that was broken off is taken up again
    const from: readonly DetectorStatus[] = ['LEARNING', 'ACTIVE', 'DEACTIVATING', ...isLearningDead(detector, context) ? ['ACTIVATING' as const] : []];
    await changeStatus(detector, from, 'DEACTIVATING', 'be deactivated', true, context);
    await changeStatus(detector, ['DEACTIVATING'], 'DEACTIVATED', 'be deactivated', true, context);
    return {};
  },

  DeleteAnomalyDetector: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    await changeStatus(detector, isLearningDead(detector, context) ? [...DELETABLE, ...BUSY] : DELETABLE, 'DELETING', 'be deleted', true, context);
    try {
      await context.deleteState(detector.name);
      await context.store.deleteDetector(detector.arn);
    } catch (error) {
      await fail(detector, 'DELETING', 'DELETION_FAILURE', 'the detector could not be deleted completely, delete it again', error, context);
      throw internalError(`detector ${detector.name} could not be deleted completely, delete it again`);
    }
    return {};
  },
});

function summary(detector: DetectorRecord): object {
  return {
    AnomalyDetectorArn: detector.arn,
    AnomalyDetectorName: detector.name,
    AnomalyDetectorDescription: detector.description,
    CreationTime: detector.createdAt,
    LastModificationTime: detector.modifiedAt,
    Status: detector.status,
  };
}

/** Whether learning that is under way, if it is, cannot come to an end any more. */
function isLearningDead({ modifiedAt }: DetectorRecord, { now }: ServiceContext): boolean {
  return now() - modifiedAt > LEARNING_DEAD_SECONDS;
}

/**
 * Refuses to change fields of a detector, or of its metric set, that has been activated.
 *
 * @param fields names of the fields that differ from what is stored; not those that may be changed at any time
 */
export function assertEditable(detector: DetectorRecord, fields: readonly string[]): void {
  if (detector.status === 'DELETING' || detector.status === 'BACK_TEST_COMPLETE') {
    throw invalid(`detector ${detector.name} is ${detector.status} and cannot be changed`);
  }
  if (fields.length > 0 && !EDITABLE.includes(detector.status)) {
    throw invalid(`detector ${detector.name} is ${detector.status}: ${fields.join(', ')} can be changed only while it is `
      + `${EDITABLE.join(', ')}; deactivate it first`);
  }
}

/** The metric set, which must exist and have the detector's frequency. */
async function readyMetricSet(detector: DetectorRecord, { store }: ServiceContext): Promise<MetricSetRecord> {
  const { items: [metricSet] } = await store.listMetricSets(detector.arn, { limit: 1 });
  if (!metricSet) {
    throw invalid(`detector ${detector.name} has no metric set: create one with CreateMetricSet`);
  }
  if (metricSet.definition.MetricSetFrequency !== detector.frequency) {
    throw invalid(`metric set ${metricSet.name} has the frequency ${metricSet.definition.MetricSetFrequency}, its detector ${detector.frequency}: `
      + 'make them equal with UpdateMetricSet');
  }
  return metricSet;
}

function tooManyDetectors(arn: string, most: number): Error {
  return quotaExceeded('AnomalyDetector', arn, 'ANOMALY_DETECTORS',
    `There are ${most} detectors, and ${most} is the most: delete one, or raise maximumDetectors of the service.`);
}

async function startLearning(detector: DetectorRecord, backTest: boolean, context: ServiceContext): Promise<void> {
  const [from, to, failureType, action] = backTest
    ? [['INACTIVE'] as const, 'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVATION_FAILURE', 'be back-tested'] as const
    : [EDITABLE, 'ACTIVATING', 'ACTIVATION_FAILURE', 'be activated'] as const;
  const learningId = randomUUID();
  await changeStatus(detector, from, to, action, !backTest, context, learningId);
  try {
    await context.startLearning({ action: 'learn', detectorArn: detector.arn, backTest, learningId });
  } catch (error) {
    // activation is asynchronous: the caller, who polls the status, finds the failure there
    await fail(detector, to, failureType, 'learning could not be started', error, context);
  }
}

async function fail(
  detector: DetectorRecord, from: DetectorStatus, type: FailureType, what: string, error: unknown, context: ServiceContext,
): Promise<void> {
  context.reportFailure(`detector ${detector.name}: ${what}`, error);
  const reason = `${what}: ${error instanceof Error ? error.message : String(error)}`;
  try {
    await context.store.changeStatus(
      detector.arn, [from], 'FAILED', context.now(), { reason: [...reason].slice(0, FAILURE_REASON_CHARACTERS).join(''), type },
    );
  } catch (conflicting) {
    if (!(conflicting instanceof StoreConflict)) {
      throw conflicting;
    }
    // the detector has gone on nevertheless: the request was carried out and only its answer was lost
    context.reportFailure(`detector ${detector.name} is ${conflicting.found ?? 'gone'} after the failure`, conflicting);
  }
}

async function changeStatus(
  detector: DetectorRecord, from: readonly DetectorStatus[], to: DetectorStatus, action: string, conflicts: boolean, { store, now }: ServiceContext,
  learningId?: string,
): Promise<void> {
  try {
    await store.changeStatus(detector.arn, from, to, now(), undefined, learningId);
  } catch (error) {
    if (!(error instanceof StoreConflict)) {
      throw error;
    }
    throw error.found === undefined ? notFound('AnomalyDetector', detector.arn) : wrongStatus(detector, error.found, from, action, conflicts);
  }
}

function assertStatus(detector: DetectorRecord, allowed: readonly DetectorStatus[], action: string, conflicts: boolean): void {
  if (!allowed.includes(detector.status)) {
    throw wrongStatus(detector, detector.status, allowed, action, conflicts);
  }
}

/** ConflictException where the operation's model has it, else ValidationException. */
function wrongStatus(detector: DetectorRecord, found: string, allowed: readonly DetectorStatus[], action: string, conflicts: boolean): ApiError {
  const message = `detector ${detector.name} is ${found}; it can ${action} only while it is ${allowed.join(', ')}`;
  return conflicts ? conflict('AnomalyDetector', detector.arn, message) : invalid(message);
}
