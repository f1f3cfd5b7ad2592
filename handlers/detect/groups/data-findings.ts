// SPDX-License-Identifier: Apache-2.0

import type { DataFinding, DetectionOutcome } from '../../../src/private/contract';
import { oneLine } from '../../shared/one-line';
import { formatInstant } from '../../shared/time';
import type { WallClock } from '../../shared/wall-clock';
import type { DetectorModel } from '../model/detector-model';
import type { ToldMissing } from '../model/model-header';
import type { Observation } from '../model/observation';

/** Most findings of one interval that are told: hundreds of values that stop at once are one story. */
const MOST_FINDINGS = 20;

/**
 * What is to be told of missing data after an interval: what is missing and was not told yet, the largest first, without what lies within
 * a larger one; then what was told and has ended. The model remembers what was told. What began while history was learned is told with the first interval that is detected.
 */
export function dataFindings(model: DetectorModel, observation: Observation, clock: WallClock): DataFinding[] {
  const { slot, missing, reported } = observation;
  const hasRows = reported.includes(1);
  const [told, found] = [new Set(model.toldMissing.map(keyOf)), new Set(missing.map(keyOf))];
  const began = missing.filter(one => !one.isWithin && !told.has(keyOf(one)));
  // while no rows come, nothing is known of single values
  const isEnded = (one: ToldMissing): boolean => !found.has(keyOf(one)) && (one.dimension === undefined || hasRows);
  const ended = model.toldMissing.filter(isEnded);
  model.toldMissing = [
    ...model.toldMissing.filter(one => !isEnded(one)),
    ...began.map(({ dimension, code, since }) => dimension === undefined ? { since } : { dimension, code, since }),
  ];
  const report = (status: DataFinding['status'], one: ToldMissing, intervals: number): DataFinding => {
    const value = valueOf(model, one);
    return {
      type: value === undefined ? 'NO_ROWS' : 'VALUE_STOPPED',
      status,
      ...value,
      since: formatInstant(clock.startOf(one.since) * 1000),
      intervals,
      text: textOf(status, value, intervals),
    };
  };
  return [
    ...began.map(one => report('BEGAN', one, one.intervals)),
    ...ended.map(one => report(hasReturned(model, reported, one) ? 'RETURNED' : 'GIVEN_UP', one, Math.round((slot - one.since) / model.intervalSeconds))),
  ];
}

/** What an interval's outcome says of missing data; nothing when nothing is missing. */
export function missingDataOf(model: DetectorModel, findings: readonly DataFinding[]): Pick<DetectionOutcome, 'dataFindings' | 'dataMissing'> {
  const isSilent = model.toldMissing.some(({ dimension }) => dimension === undefined);
  const dataMissing = isSilent ? 1 : model.toldMissing.length;
  return { ...findings.length > 0 && { dataFindings: findings.slice(0, MOST_FINDINGS) }, ...dataMissing > 0 && { dataMissing } };
}

function keyOf({ dimension, code }: Pick<ToldMissing, 'dimension' | 'code'>): string {
  return dimension === undefined ? 'rows' : `${dimension}/${code}`;
}

function valueOf({ series }: DetectorModel, { dimension, code }: ToldMissing): { readonly dimension: string; readonly value: string } | undefined {
  return dimension === undefined ? undefined : { dimension: series.dimensions[dimension], value: series.values[dimension][code!] };
}

/** Whether any combination with the value, or any at all, has rows. */
function hasReturned({ series }: DetectorModel, reported: Uint8Array, { dimension, code }: ToldMissing): boolean {
  if (dimension === undefined) return true;
  return series.codes[dimension].some((number, combination) => number === code && reported[combination] === 1);
}

function textOf(status: DataFinding['status'], stopped: { readonly dimension: string; readonly value: string } | undefined, intervals: number): string {
  const lasted = `${intervals} interval${intervals === 1 ? '' : 's'}`;
  if (stopped === undefined) return status === 'BEGAN' ? `no rows for ${lasted}` : `rows again after ${lasted} without any`;
  const name = `${stopped.dimension}=${oneLine(stopped.value)}`;
  switch (status) {
    case 'BEGAN':
      return `${name} stopped reporting: no rows for ${lasted}`;
    case 'RETURNED':
      return `${name} reports again after ${lasted} without rows`;
    case 'GIVEN_UP':
      return `${name} had no rows for ${lasted}, and they are not expected any more`;
  }
}
