// SPDX-License-Identifier: Apache-2.0

import type { Business } from './business-series';

const BUSY = {
  noise: 0.07, billing: { size: 1, on: 'last working day' }, payday: { size: 0.5, day: 15 }, quarterEnd: 1, holidays: 0.7, year: 0.5, trend: 0.2,
} as const;

/** Businesses that owe something to the calendar, each in its own way. */
export const BUSINESSES: readonly Business[] = [
  { name: 'weekday only', noise: 0.05 },
  { name: 'trend, noisy', noise: 0.15, trend: 0.3 },
  { name: 'billing on the last day', noise: 0.05, billing: { size: 1.5, on: 'last day' } },
  { name: 'billing on the last working day', noise: 0.05, billing: { size: 1.5, on: 'last working day' } },
  { name: 'payday on the 15th, trend', noise: 0.05, payday: { size: 0.6, day: 15 }, trend: 0.3 },
  { name: 'quarter end over month end', noise: 0.05, billing: { size: 0.6, on: 'last day' }, quarterEnd: 1.5 },
  { name: 'holidays', noise: 0.05, holidays: 0.7 },
  { name: 'wave of the year, rush', noise: 0.05, year: 0.8 },
  { name: 'all of it', ...BUSY },
  { name: 'all of it, 10 % missing', ...BUSY, missing: 0.1 },
  { name: 'idle on 60 % of the days', noise: 0.1, idle: 0.6, billing: { size: 1, on: 'last day' } },
];
