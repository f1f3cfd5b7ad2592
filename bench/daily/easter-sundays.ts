// SPDX-License-Identifier: Apache-2.0

/** Easter Sundays by year, in days since 1970-01-01. */
export const EASTER_SUNDAYS: ReadonlyMap<number, number> = new Map([
  '2019-04-21', '2020-04-12', '2021-04-04', '2022-04-17', '2023-04-09', '2024-03-31', '2025-04-20', '2026-04-05',
].map(date => [Number(date.slice(0, 4)), Date.parse(date) / 86_400_000]));
