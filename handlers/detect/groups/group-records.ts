// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { eventSoFar, writtenEvent } from './event-so-far';
import { rootCausesOf } from './group-root-causes';
import { ANOMALOUS_SEVERITY, eventSeverity, formGroups, judgedScore, type Moves, relatedMeasures, scoreOfInterval, type SeriesDescription, severityOf } from '../../engine';
import { REASON } from '../../engine/scores/explanation';
import { withinItemLimit } from '../../lookout/group-size';
import type { EpochSeconds, GroupSeriesRecord, RelatedMeasureRecord } from '../../lookout/store';
import type { WallClock } from '../../shared/wall-clock';
import type { DetectorModel } from '../model/detector-model';
import type { OngoingGroup } from '../model/model-header';
import type { Observation } from '../model/observation';

/** Scores and shares are given with two decimals. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

/**
 * A group goes on after a pause of so many intervals: one value just inside the band, or one interval without data, does not make two
 * events of one. Lookout for Metrics showed an event as one group over successive intervals, so longer pauses end it.
 */
const PAUSED_INTERVALS = 1;
/**
 * At intervals of less than an hour it goes on for so long where one of its own series or totals is anomalous again: what is off by about as much as an
 * anomaly needs comes and goes, and each time would be another alert (docs/detection.md).
 */
const COMES_AGAIN_SECONDS = 3600;

/** When groups that go on in an interval must have had an anomaly. Intervals are counted: where clocks are put back, one is an hour longer. */
function oldestEnds(clock: WallClock, slot: number): { readonly ofAny: EpochSeconds; readonly ofSame: EpochSeconds } {
  const startBefore = (intervals: number): EpochSeconds => {
    let before = slot;
    for (let count = 0; count < intervals; count++) before = clock.previous(before);
    return clock.startOf(before);
  };
  const pause = Math.max(PAUSED_INTERVALS, COMES_AGAIN_SECONDS / clock.intervalSeconds);
  return { ofAny: startBefore(PAUSED_INTERVALS + 1), ofSame: startBefore(Math.floor(pause) + 1) };
}

/** When a group must have had an anomaly to go on in an interval, whether in any series or in some that it has. */
export function oldestEnd(clock: WallClock, slot: number): EpochSeconds {
  return oldestEnds(clock, slot).ofSame;
}

/**
 * The anomaly groups of an interval. A group goes on when its measure had one in the interval before or in the one before that, and within an hour when that
 * has a series or total in common with it; otherwise a new one begins. Groups that pause are left in `model.paused`, the newest of each measure.
 */
export function groupsOf(detectorArn: string, model: DetectorModel, observation: Observation, clock: WallClock): OngoingGroup[] {
  const { measures, dimensions } = model.series;
  const { scores, values, totals } = observation;
  const start = clock.startOf(observation.slot);
  const oldest = oldestEnds(clock, observation.slot);
  const open = [...model.ongoing, ...model.paused].filter(({ record }) => record.end >= oldest.ofSame);
  const scoredTotals = totals && model.totals.scored(totals, combination => model.shareOf(combination));
  const describe = (series: number): SeriesDescription => model.series.describe(series);
  const movesOf = (measure: number): Moves | undefined => model.movesOf(measure);
  const groups = formGroups(scores, values, describe, measures.length, dimensions.length, scoredTotals, movesOf).map((group): OngoingGroup => {
    const measure = measures[group.measure];
    const totalIds = group.totals.map(total => model.totals.timeSeriesId(total));
    const ongoing = open.find(({ record, members, totals: known = [] }) => record.measure === measure
      && (record.end >= oldest.ofAny || haveCommon(members, group.series) || haveCommon(known, totalIds)));
    const severity = rounded(group.severity);
    const peak = Math.max(severity, ongoing?.peak ?? ongoing?.record.score ?? 0);
    const intervals = (ongoing?.intervals ?? 0) + 1;
    const series = [
      ...group.totals.map(total => recordOf(total, totals!, start, {
        timeSeriesId: model.totals.timeSeriesId(total), dimensions: model.totals.describe(total).dimensions,
      })),
      ...group.series.map(number => recordOf(number, observation, start, {
        timeSeriesId: model.series.timeSeriesId(number), dimensions: dimensionsOf(model, number),
      })),
    ];
    const members = [...new Set([...ongoing?.members ?? [], ...group.series])];
    const memberTotals = [...new Set([...ongoing?.totals ?? [], ...totalIds])];
    const event = eventSoFar(model, observation, group, ongoing);
    const rootCauses = rootCausesOf(model, event);
    return {
      members,
      ...memberTotals.length > 0 && { totals: memberTotals },
      peak,
      intervals,
      ...dimensions.length > 0 && { event: writtenEvent(event, model) },
      record: withinItemLimit({
        detectorArn,
        id: ongoing?.record.id ?? groupId(detectorArn, measure, start),
        measure,
        start: ongoing?.record.start ?? start,
        end: start,
        score: Math.max(rounded(eventSeverity(peak, intervals)), ongoing?.record.score ?? 0),
        contributions: event.contributions,
        ...rootCauses.length > 0 && { rootCauses },
        series: mostSevere([...ongoing?.record.series ?? [], ...series]),
        seriesCount: members.length + memberTotals.length,
        alertsSent: ongoing?.record.alertsSent ?? [],
      }),
    };
  });
  model.paused = open.filter(({ record }, index) => open.findIndex(other => other.record.measure === record.measure) === index
    && !groups.some(group => group.record.measure === record.measure));
  return withRelations(groups, model);
}

function haveCommon<T>(some: readonly T[], others: readonly T[]): boolean {
  const known = new Set(some);
  return others.some(other => known.has(other));
}

/** The groups, each with those of other measures that are related to it. */
function withRelations(groups: OngoingGroup[], { series: { measures }, totals }: DetectorModel): OngoingGroup[] {
  if (groups.length < 2) return groups;
  const relations = relatedMeasures(groups.map(({ record, members, totals: memberTotals = [], peak }) => ({
    measure: measures.indexOf(record.measure),
    start: record.start,
    severity: peak,
    combinations: new Set([
      ...members.map(series => Math.floor(series / measures.length)),
      ...memberTotals.flatMap(id => totals.find(id) ?? []).flatMap(total => totals.combinationsOf(total)),
    ]),
  })));
  return groups.map((group, index) => {
    const related = relations[index].map(({ event, type, contribution }): RelatedMeasureRecord => ({
      measure: groups[event].record.measure,
      groupId: groups[event].record.id,
      type: type === 'cause' ? 'CAUSE_OF_INPUT_ANOMALY_GROUP' : 'EFFECT_OF_INPUT_ANOMALY_GROUP',
      ...contribution !== undefined && { contribution },
    }));
    return related.length > 0 ? { ...group, record: { ...group.record, related } } : group;
  });
}

function dimensionsOf({ series }: DetectorModel, number: number): GroupSeriesRecord['dimensions'] {
  const { dimensionValues } = series.describe(number);
  return series.dimensions.map((name, index) => ({ name, value: dimensionValues[index] }));
}

/** An anomalous series or total in an interval. */
function recordOf(
  number: number, { scores, values, feedback }: Pick<Observation, 'scores' | 'values' | 'feedback'>, at: EpochSeconds,
  name: Pick<GroupSeriesRecord, 'timeSeriesId' | 'dimensions'>,
): GroupSeriesRecord {
  const ofInterval = scoreOfInterval(Math.abs(scores.score[number]), scores.raise[number]);
  return {
    ...name,
    // of this interval alone, so that a series is kept as it was at its worst and not as it was last
    severity: rounded(Math.max(ANOMALOUS_SEVERITY, severityOf(judgedScore(ofInterval, scores.steepness[number])))),
    observed: values[number],
    expected: scores.expected[number],
    lower: scores.lower[number],
    upper: scores.upper[number],
    score: rounded(scores.score[number] / (feedback.get(number) ?? 1)),
    ...scores.reason[number] === REASON.stuck && { stuck: true },
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
