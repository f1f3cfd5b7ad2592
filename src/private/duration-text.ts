// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';

const UNITS: readonly (readonly [name: string, milliseconds: number])[] = [
  ['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000], ['millisecond', 1],
];

/** A duration as messages show it: `4 days 4 hours 30 minutes`. All of it, where `Duration.toHumanString` rounds. */
export function textOf(duration: Duration): string {
  if (duration.isUnresolved()) return '<token>';
  let rest = duration.toMilliseconds();
  const parts = UNITS.flatMap(([name, length]) => {
    const count = Math.floor(rest / length);
    rest %= length;
    return count === 0 ? [] : [`${count} ${name}${count === 1 ? '' : 's'}`];
  });
  return parts.join(' ') || '0 seconds';
}

/** Alike, of whole seconds. */
export function human(seconds: number): string {
  return textOf(Duration.seconds(seconds));
}
