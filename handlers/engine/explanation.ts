// SPDX-License-Identifier: Apache-2.0

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
} as const;
