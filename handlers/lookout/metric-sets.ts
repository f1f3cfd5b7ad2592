// SPDX-License-Identifier: Apache-2.0

import { metricSetArn } from './arn';
import { assertEditable, EDITABLE } from './detectors';
import { conflict, invalidField, notFound, quotaExceeded } from './errors';
import { metricSetDefinition } from './metric-set-input';
import { existingDetector, nextTokenOf, operations, pageRequest, readPage, type Operation, type ServiceContext } from './operation';
import { assertSourceFits } from './source-check';
import { StoreConflict, type MetricSetRecord } from './store';
import { assertTagQuota } from './tags';
import { OWNER_TAGS } from '../../src/private/contract';

/** Fields that may be changed while the detector runs (UpdateAnomalyDetector and UpdateMetricSet in the API reference). */
const ALWAYS_EDITABLE: readonly string[] = ['Offset', 'MetricSetDescription'];

/** Operations on metric sets (datasets). */
export const metricSetOperations: Record<string, Operation> = operations({
  CreateMetricSet: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    if (!EDITABLE.includes(detector.status)) {
      throw conflict('AnomalyDetector', detector.arn,
        `detector ${detector.name} is ${detector.status}; a metric set can be added only while it is ${EDITABLE.join(', ')}`);
    }
    const { AnomalyDetectorArn: _arn, MetricSetName, Tags, ...members } = input;
    const definition = metricSetDefinition(members, {
      Offset: 0, MetricSetFrequency: detector.frequency, Timezone: members.Timezone ?? 'UTC',
    });
    if (definition.MetricSetFrequency !== detector.frequency) {
      throw invalidField('MetricSetFrequency', `must be the detector's frequency ${detector.frequency}, found ${definition.MetricSetFrequency}`);
    }
    const arnOfNew = metricSetArn(detector.arn, MetricSetName);
    assertQuotas(arnOfNew, definition, context);
    assertTagQuota('MetricSet', arnOfNew, Tags, context);
    // a connector's history comes later, and tells what an earlier query had until then
    if (detector.tags?.[OWNER_TAGS.resource] === undefined) await assertSourceFits(definition, context);
    const at = context.now();
    try {
      await context.store.createMetricSet({
        arn: arnOfNew, detectorArn: detector.arn, name: MetricSetName, definition, createdAt: at, modifiedAt: at, tags: Tags,
      });
    } catch (error) {
      if (!(error instanceof StoreConflict)) {
        throw error;
      }
      throw error.found === arnOfNew
        ? conflict('MetricSet', arnOfNew, `detector ${detector.name} has a metric set named ${JSON.stringify(MetricSetName)}`)
        : quotaExceeded('MetricSet', arnOfNew, 'METRIC_SETS_PER_DETECTOR',
          `Detector ${detector.name} has the metric set ${error.found}; it can have only one.`);
    }
    return { MetricSetArn: arnOfNew };
  },

  DescribeMetricSet: async (input, context) => {
    const metricSet = await existingMetricSet(input.MetricSetArn, context);
    const s3 = metricSet.definition.MetricSource.S3SourceConfig;
    return {
      ...summary(metricSet),
      ...metricSet.definition,
      MetricSource: {
        S3SourceConfig: {
          ...s3,
          TemplatedPathList: s3.TemplatedPathList.length > 0 ? s3.TemplatedPathList : undefined,
          HistoricalDataPathList: s3.HistoricalDataPathList.length > 0 ? s3.HistoricalDataPathList : undefined,
        },
      },
    };
  },

  ListMetricSets: async (input, context) => {
    if (input.AnomalyDetectorArn !== undefined) {
      await existingDetector(input.AnomalyDetectorArn, context);
    }
    const page = await readPage(() => context.store.listMetricSets(input.AnomalyDetectorArn, pageRequest(input)));
    return { MetricSetSummaryList: page.items.map(metricSet => ({ ...summary(metricSet), Tags: metricSet.tags })), ...nextTokenOf(page) };
  },

  UpdateMetricSet: async (input, context) => {
    const metricSet = await existingMetricSet(input.MetricSetArn, context);
    const detector = await existingDetector(metricSet.detectorArn, context);
    const { MetricSetArn: _arn, ...members } = input;
    const definition = metricSetDefinition(members, metricSet.definition);
    assertQuotas(metricSet.arn, definition, context);
    assertEditable(detector, Object.keys(members).filter(member => !ALWAYS_EDITABLE.includes(member)
      && !isSame(definition[member as keyof typeof definition], metricSet.definition[member as keyof typeof definition])));
    // tags that were changed meanwhile stay
    const changed = await context.store.changeMetricSet(metricSet.arn, current => ({ ...current, definition, modifiedAt: context.now() }));
    if (!changed) throw notFound('MetricSet', metricSet.arn);
    return { MetricSetArn: metricSet.arn };
  },
});

/** @throws ApiError ServiceQuotaExceededException: too many measures or dimensions */
function assertQuotas(metricSetArnGiven: string, { MetricList, DimensionList = [] }: MetricSetRecord['definition'], { quotas }: ServiceContext): void {
  if (MetricList.length > quotas.metrics) {
    throw quotaExceeded('MetricSet', metricSetArnGiven, 'METRICS_PER_METRIC_SET',
      `MetricList has ${MetricList.length} entries, and a metric set can have ${quotas.metrics} metrics: leave some out, or raise maximumMetricsPerDataSet of the service.`);
  }
  if (DimensionList.length > quotas.dimensions) {
    throw quotaExceeded('MetricSet', metricSetArnGiven, 'DIMENSIONS_PER_METRIC_SET',
      `DimensionList has ${DimensionList.length} entries, and a metric set can have ${quotas.dimensions} dimensions: leave some out, or raise `
      + 'maximumDimensionsPerDataSet of the service.');
  }
}

/** Definitions are all made in the same order of members, so that their texts can be compared. */
function isSame(value: unknown, other: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(other);
}

function summary(metricSet: MetricSetRecord): object {
  return {
    MetricSetArn: metricSet.arn,
    AnomalyDetectorArn: metricSet.detectorArn,
    MetricSetName: metricSet.name,
    MetricSetDescription: metricSet.definition.MetricSetDescription,
    CreationTime: metricSet.createdAt,
    LastModificationTime: metricSet.modifiedAt,
  };
}

async function existingMetricSet(metricSetArnGiven: string, { store }: ServiceContext): Promise<MetricSetRecord> {
  const metricSet = await store.getMetricSet(metricSetArnGiven);
  if (!metricSet) {
    throw notFound('MetricSet', metricSetArnGiven);
  }
  return metricSet;
}
