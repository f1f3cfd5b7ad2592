// SPDX-License-Identifier: Apache-2.0

import { ANOMALOUS_SCORE } from './severity';

const { min } = Math;

/** Which members of the ensemble a score is from. */
export const MEMBERS = ['none', 'seasonal', 'seasonal and regression', 'seasonal while an event goes on'] as const;
export type Member = (typeof MEMBERS)[number];

/** Why a value was an anomaly or was none. */
export const REASONS = [
  'no value',
  'too new',
  'as expected',
  'anomaly',
  'damped while the series is new',
  'the regression finds it usual',
  'the seasonal state finds it usual',
  'new level',
  'as far off on many occasions lately',
  'back at the level before',
  'as far above as its noise reaches',
  'as on a weekend as it is a public holiday',
  'stuck at one value',
] as const;
export type Reason = (typeof REASONS)[number];

export const MEMBER = { none: 0, seasonal: 1, both: 2, event: 3 } as const;
export const REASON = {
  noValue: 0,
  tooNew: 1,
  expected: 2,
  anomaly: 3,
  damped: 4,
  usualForRegression: 5,
  usualForSeason: 6,
  newLevel: 7,
  recurring: 8,
  formerLevel: 9,
  noiseAbove: 10,
  holiday: 11,
  stuck: 12,
} as const;

/**
 * Why a value that has a score is an anomaly or is none.
 * @param score without sign
 * @param raise how many times it counts for the severity
 */
export function reasonOf(
  score: number, raise: number, share: number, whileNew: number, part: number, confidence: number, size: number, factor: number, known: number,
  seasonal: number, regression: number,
): number {
  const least = ANOMALOUS_SCORE / raise;
  if (score >= least) return REASON.anomaly;
  if (score >= confidence * whileNew * least && confidence * whileNew < 1) return REASON.damped;
  if (share < 1 && score >= share * least) return REASON.recurring;
  if (size >= least && factor < 1 || known > 0 && min(seasonal, regression) >= least) return REASON.recurring;
  if (score >= part * least) return REASON.noiseAbove;
  const limit = least / confidence;
  if (seasonal >= limit) return REASON.usualForRegression;
  return regression >= limit ? REASON.usualForSeason : REASON.expected;
}
