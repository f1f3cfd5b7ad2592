// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { DescribeMetricSetCommandOutput } from '@aws-sdk/client-lookoutmetrics';
import { DETECTOR_TAGS, type DetectorConfiguration } from '../../src/private/contract';

/** What an update of a detector means. */
export interface ConfigurationChange {
  /** The detector has to be stopped, changed and taught anew. */
  readonly relearn: boolean;
  /** The queries have to be tried. */
  readonly tryQueries: boolean;
}

/** Compares two configurations of a detector of the same name, between which a change is possible. */
export function compareConfigurations(before: DetectorConfiguration, after: DetectorConfiguration): ConfigurationChange {
  const relearn = !isDeepStrictEqual(learned(before), learned(after));
  const switchedOn = before.checkQuery === false && after.checkQuery !== false;
  return { relearn, tryQueries: relearn || switchedOn || !isDeepStrictEqual(before.warehouse, after.warehouse) };
}

/** Why a change cannot be made to a detector that exists; undefined when it can. */
export function refusalOf(before: DetectorConfiguration, after: DetectorConfiguration): Error | undefined {
  const name = after.detector.AnomalyDetectorName;
  const refused = (what: string, from: unknown, to: unknown): Error => new Error(
    `${what} of detector ${JSON.stringify(name)} cannot be changed from ${JSON.stringify(from)} to ${JSON.stringify(to)}: `
    + 'the Lookout for Metrics API has no way to. Set another detectorName, so that a new detector is made and the old one deleted');
  const [holidaysBefore, holidaysAfter] = [holidays(before.detector.Tags), holidays(after.detector.Tags)];
  if (holidaysBefore !== holidaysAfter) return refused('holidays', holidaysBefore, holidaysAfter);
  if (!isDeepStrictEqual(before.backend, after.backend)) return refused('the backend', before.backend, after.backend);
  if (before.metricSet.Timezone !== after.metricSet.Timezone) return refused('timezone', before.metricSet.Timezone, after.metricSet.Timezone);
  if (before.metricSet.DimensionList?.length && !after.metricSet.DimensionList?.length) {
    return refused('the list of dimensions', before.metricSet.DimensionList, []);
  }
  return undefined;
}

/**
 * Whether a detector is in those respects that are never changed as a configuration says: then an update from another such configuration is
 * CloudFormation's, after one that was refused.
 */
export function isAlready(
  { detector, metricSet }: DetectorConfiguration, tags: Record<string, string> | undefined, found: DescribeMetricSetCommandOutput | undefined,
): boolean {
  return holidays(detector.Tags) === holidays(tags) && metricSet.Timezone === found?.Timezone
    && isDeepStrictEqual(metricSet.DimensionList ?? [], found.DimensionList ?? []);
}

/** Digest of the part of a configuration that decides what the detector learns. */
export function learnedDigest(configuration: DetectorConfiguration): string {
  return createHash('sha256').update(JSON.stringify(learned(configuration))).digest('hex');
}

function holidays(tags: Readonly<Record<string, string>> | undefined): string {
  return tags?.[DETECTOR_TAGS.holidays] ?? 'none';
}

/** The part of a configuration that decides what the detector learns. */
function learned({ detector, metricSet, settings, warehouse }: DetectorConfiguration): object {
  const { Offset: _offset, MetricSetDescription: _description, MetricSetName: _name, ...definition } = metricSet;
  return {
    frequency: detector.AnomalyDetectorConfig.AnomalyDetectorFrequency,
    key: detector.KmsKeyArn,
    definition: JSON.parse(JSON.stringify(definition)),
    query: settings.query,
    historicalQuery: settings.historicalQuery,
    historyIntervals: settings.historyIntervals,
    bucket: settings.bucketName,
    warehouse: warehouse.ClusterIdentifier ?? warehouse.WorkgroupName,
    database: warehouse.Database,
  };
}
