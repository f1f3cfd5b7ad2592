// SPDX-License-Identifier: Apache-2.0

/** A number brought to within a bound on either side of 0. Comparisons take less time than Math.max and Math.min, which must tell 0 from -0. */
export function within(bound: number, value: number): number {
  return value > bound ? bound : value < -bound ? -bound : value;
}
