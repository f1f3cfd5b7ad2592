// SPDX-License-Identifier: Apache-2.0

/** What people take for the ISO 3166-1 code of a country that has another one. */
export const MISTAKEN_COUNTRIES: Readonly<Record<string, string>> = { EL: 'GR', EN: 'GB', UK: 'GB' };
