// SPDX-License-Identifier: Apache-2.0

import { FORMAT_LETTERS, HOUR_LETTERS, mixUpOf } from './format-mixups';
import { Frequency, FREQUENCY_SECONDS } from './intervals';

/** Why a timestamp format cannot say when a row happened. */
export interface FormatProblem {
  /** Continues "a format that". */
  readonly problem: string;
  readonly advice: string;
}

const LONGEST = 63;

/** Finds what keeps a format from saying in which interval a row happened. */
export function problemOfTimestampFormat(format: string, frequency: Frequency): FormatProblem | undefined {
  const found = (problem: string, advice = "write it like 'yyyy-MM-dd HH:mm:ss'"): FormatProblem => ({ problem, advice });
  if (format.trim() === '') return found('is empty');
  if (format.length > LONGEST) return found(`is longer than ${LONGEST} characters (${format.length})`);
  if ((format.match(/'/g)?.length ?? 0) % 2 !== 0) return found('opens a quote and does not close it', 'close it, and write a single quote as two');

  const mixUp = mixUpOf(format);
  if (mixUp) return found(mixUp.problem, `write ${quoted(mixUp.meant)}`);
  const letters = format.replace(/'[^']*'/g, ' ').replace(/[^A-Za-z]/g, '');
  const unknown = [...letters].find(letter => !FORMAT_LETTERS.includes(letter));
  if (unknown !== undefined) return found(`has the unknown letter '${unknown}'`, `use ${[...FORMAT_LETTERS].join(' ')}, and put other letters between single quotes`);

  const has = (letter: string) => letters.includes(letter);
  for (const [letter, meaning] of [['y', 'year'], ['M', 'month'], ['d', 'day']]) {
    if (!has(letter) && !(letter !== 'y' && has('D'))) return found(`has no ${meaning} ('${letter}')`);
  }
  const hours = [...HOUR_LETTERS].filter(has);
  if (hours.length > 1) return found('has more than one kind of hour', `use one of ${[...HOUR_LETTERS].join(' ')}`);
  const halfDays = has('h') || has('K');
  if (halfDays && !has('a')) return found(`has '${hours[0]}', an hour of half a day, without 'a' for AM or PM`, "write 'HH' for hours from 0 to 23, or add 'a'");
  if (has('a') && !halfDays) return found("has 'a' for AM or PM without 'h', the hour of half a day", "write 'hh', or leave 'a' out");
  const seconds = FREQUENCY_SECONDS[frequency];
  if (seconds < FREQUENCY_SECONDS.P1D && hours.length === 0) return found(`has no hour, though the frequency is ${frequency}`);
  if (seconds < FREQUENCY_SECONDS.PT1H && !has('m')) return found(`has no minute ('m'), though the frequency is ${frequency}`);
  return undefined;
}

/** A format between quotes that it has none of, as code can have it. */
function quoted(format: string): string {
  return format.includes("'") ? `"${format}"` : `'${format}'`;
}
