// SPDX-License-Identifier: Apache-2.0

import { isDeepStrictEqual } from 'node:util';
import { DETECTOR_TAGS, type DetectorConfiguration } from '../../src/private/contract';

/** What an update of a detector means. */
export interface ConfigurationChange {
  /** The detector has to be stopped, changed and taught anew. */
  readonly relearn: boolean;
  /** The queries have to be tried. */
  readonly tryQueries: boolean;
}

/**
 * Compares two configurations of a detector of the same name.
 *
 * @throws Error where the change cannot be made to a detector that exists.
 */
export function compareConfigurations(before: DetectorConfiguration, after: DetectorConfiguration): ConfigurationChange {
  const name = after.detector.AnomalyDetectorName;
  const refuse = (what: string, from: unknown, to: unknown): never => {
    throw new Error(`${what} of detector ${JSON.stringify(name)} cannot be changed from ${JSON.stringify(from)} to ${JSON.stringify(to)}: `
      + 'the Lookout for Metrics API has no way to. Set another detectorName, so that a new detector is made and the old one deleted');
  };
  const holidays = ({ detector }: DetectorConfiguration): string => detector.Tags?.[DETECTOR_TAGS.holidays] ?? 'none';
  if (holidays(before) !== holidays(after)) refuse('holidays', holidays(before), holidays(after));
  if (!isDeepStrictEqual(before.backend, after.backend)) refuse('the backend', before.backend, after.backend);
  if (before.metricSet.Timezone !== after.metricSet.Timezone) refuse('timezone', before.metricSet.Timezone, after.metricSet.Timezone);
  if (before.metricSet.DimensionList?.length && !after.metricSet.DimensionList?.length) refuse('the list of dimensions', before.metricSet.DimensionList, []);
  const relearn = !isDeepStrictEqual(learned(before), learned(after));
  const switchedOn = before.checkQuery === false && after.checkQuery !== false;
  return { relearn, tryQueries: relearn || switchedOn || !isDeepStrictEqual(before.warehouse, after.warehouse) };
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
