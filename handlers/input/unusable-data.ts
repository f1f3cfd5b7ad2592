// SPDX-License-Identifier: Apache-2.0

/** Longest piece of someone's data shown in a message. */
const SAMPLE_LENGTH = 60;

/**
 * Data or definitions that cannot be used as they are: the message is meant for the detector's owner, who can put it right. Other errors
 * may go away by themselves.
 */
export class UnusableData extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'UnusableData';
  }
}

/** A piece of data as a message shows it: quoted, and cut where it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > SAMPLE_LENGTH ? `${text.slice(0, SAMPLE_LENGTH)}…` : text);
}

/** A list of names as a message shows it, cut where it is long. */
export function listed(names: readonly string[]): string {
  const text = names.map(name => shown(name)).join(', ');
  return text.length > 2 * SAMPLE_LENGTH ? `${text.slice(0, 2 * SAMPLE_LENGTH)}…` : text;
}
