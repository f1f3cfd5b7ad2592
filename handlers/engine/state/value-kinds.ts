// SPDX-License-Identifier: Apache-2.0

/** What the values of a series have been so far: its range decides what is expected of it. */
export const ANY_VALUES = 0;
export const NEVER_NEGATIVE = 1;
export const COUNTS = 2;
