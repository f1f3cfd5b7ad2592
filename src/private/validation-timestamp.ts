// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import { dayOfYearInMonth, FORMAT_LETTERS, mixedMonthAndMinute, type MixUp, otherLanguage, quotedFormat } from './contract';
import { refuse } from './validation-base';
import { DetectorFrequency } from '../detector-frequency';

const HOURS = 'HkhK';
const EXAMPLE = "write it like 'yyyy-MM-dd HH:mm:ss'";

/** Refuses formats that cannot say when a row happened. */
export function validateTimestampFormat(format: string, frequency: DetectorFrequency): void {
  if (Token.isUnresolved(format)) return;
  const no = (problem: string, advice: string = EXAMPLE) => refuse('timestampColumn', `has a format that ${problem}`, format, advice);
  const mixed = ({ problem, meant }: MixUp) => no(problem, `write ${quotedFormat(meant)}`);
  if (format.trim() === '') throw no('is empty');
  if (format.length > 63) throw no(`is longer than 63 characters (${format.length})`);
  if ((format.match(/'/g)?.length ?? 0) % 2 !== 0) throw no('opens a quote and does not close it', 'close it, and write a single quote as two');

  const foreign = otherLanguage(format);
  if (foreign) throw mixed(foreign);
  const letters = format.replace(/'[^']*'/g, ' ').replace(/[^A-Za-z]/g, '');
  const unknown = [...letters].find(letter => !FORMAT_LETTERS.includes(letter));
  if (unknown !== undefined) throw no(`has the unknown letter '${unknown}'`, `use ${[...FORMAT_LETTERS].join(' ')}, and put other letters between single quotes`);

  const mixedUp = mixedMonthAndMinute(format) ?? dayOfYearInMonth(format);
  if (mixedUp) throw mixed(mixedUp);
  const has = (letter: string) => letters.includes(letter);
  for (const [letter, meaning] of [['y', 'year'], ['M', 'month'], ['d', 'day']]) {
    if (!has(letter) && !(letter !== 'y' && has('D'))) throw no(`has no ${meaning} ('${letter}')`);
  }
  const hours = [...HOURS].filter(has);
  if (hours.length > 1) throw no('has more than one kind of hour', `use one of ${[...HOURS].join(' ')}`);
  const halfDays = has('h') || has('K');
  if (halfDays && !has('a')) throw no(`has '${hours[0]}', an hour of half a day, without 'a' for AM or PM`, "write 'HH' for hours from 0 to 23, or add 'a'");
  if (has('a') && !halfDays) throw no("has 'a' for AM or PM without 'h', the hour of half a day", "write 'hh', or leave 'a' out");
  const subdaily = frequency.interval.toSeconds() < 86_400;
  if (subdaily && hours.length === 0) throw no(`has no hour, though the frequency is ${frequency.value}`);
  if (frequency.interval.toSeconds() < 3600 && !has('m')) throw no(`has no minute ('m'), though the frequency is ${frequency.value}`);
}
