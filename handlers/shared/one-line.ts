// SPDX-License-Identifier: Apache-2.0

/** Longest value in a text for people. */
const SHOWN_CHARACTERS = 100;

/** A value from the data in a text for people: on one line, and cut where it is long. */
export function oneLine(value: string): string {
  const line = value.replace(/[\p{C}\s]+/gu, ' ').trim();
  if (line === '') return '(empty)';
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
