import { createHash } from 'node:crypto';
import { formGroups } from '../engine';
import type { DetectorModel, Observation, OngoingGroup } from './detector-model';
import { withinItemLimit } from '../lookout/group-size';
import type { EpochSeconds, GroupSeriesRecord } from '../lookout/store';

/** Scores and shares are given with two decimals. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

/**
 * The anomaly groups of an interval. A group goes on when its measure had one in the interval before; otherwise a new one begins.
 * @param before groups that had anomalies in the interval before
 * @param start of the interval
 */
export function groupsOf(
  detectorArn: string, model: DetectorModel, observation: Observation, before: readonly OngoingGroup[], start: EpochSeconds,
): OngoingGroup[] {
  const { measures, dimensions } = model.series;
  const { scores, values } = observation;
  return formGroups(scores, values, series => model.series.describe(series), measures.length, dimensions.length).map(group => {
    const measure = measures[group.measure];
    const ongoing = before.find(({ record }) => record.measure === measure);
    const score = rounded(group.severity);
    const series = group.series.map(number => seriesRecord(model, observation, number, start));
    const contributions = group.contributions.map(({ dimension, values: shares }) => ({
      dimension: dimensions[dimension],
      values: shares.map(({ value, contribution }) => ({ value, contribution: rounded(contribution) })),
    }));
    const members = [...new Set([...ongoing?.members ?? [], ...group.series])];
    return {
      members,
      record: withinItemLimit({
        detectorArn,
        id: ongoing?.record.id ?? groupId(detectorArn, measure, start),
        measure,
        start: ongoing?.record.start ?? start,
        end: start,
        score: Math.max(score, ongoing?.record.score ?? 0),
        // what contributed when the event was most severe
        contributions: ongoing && ongoing.record.score > score ? ongoing.record.contributions : contributions,
        series: mostSevere([...ongoing?.record.series ?? [], ...series]),
        seriesCount: members.length,
        alertsSent: ongoing?.record.alertsSent ?? [],
      }),
    };
  });
}

function seriesRecord(model: DetectorModel, { scores, values }: Observation, series: number, at: EpochSeconds): GroupSeriesRecord {
  const { dimensionValues } = model.series.describe(series);
  return {
    timeSeriesId: model.series.timeSeriesId(series),
    dimensions: model.series.dimensions.map((name, index) => ({ name, value: dimensionValues[index] })),
    severity: rounded(scores.severity[series]),
    observed: values[series],
    expected: scores.expected[series],
    lower: scores.lower[series],
    upper: scores.upper[series],
    at,
  };
}

/** Each series once, as it was when it was most severe; most severe first. */
function mostSevere(records: readonly GroupSeriesRecord[]): GroupSeriesRecord[] {
  const bySeries = new Map<string, GroupSeriesRecord>();
  for (const record of records) {
    const known = bySeries.get(record.timeSeriesId);
    if (known === undefined || record.severity > known.severity) bySeries.set(record.timeSeriesId, record);
  }
  return [...bySeries.values()].sort((a, b) => b.severity - a.severity || Math.abs(b.observed - b.expected) - Math.abs(a.observed - a.expected));
}

/** UUID that is the same whenever the same group is formed, so that a repeated run writes the same group. */
function groupId(detectorArn: string, measure: string, start: EpochSeconds): string {
  return uuidOf(['group', detectorArn, measure, start]);
}

/** UUID (version 8) made of what it stands for. */
export function uuidOf(parts: readonly (string | number)[]): string {
  const digits = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
}
