// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { isUtf16 } from '../../handlers/input/utf-16';
import { zoneOffsetSeconds } from '../../handlers/shared/wall-clock';
import { type Aggregation, AGGREGATIONS, type Frequency, FREQUENCY_SECONDS, LIMITS, problemOfTimestampFormat } from '../../src/private/contract';
import { InputError } from '../errors';
import { oneLine } from '../report/text';

/** What is detected in the data: the connector's settings of the same names. */
export interface BacktestConfig {
  readonly timestampColumn: { readonly name: string; readonly format: string };
  readonly metrics: readonly { readonly name: string; readonly aggregation: Aggregation }[];
  readonly dimensions: readonly string[];
  readonly frequency: Frequency;
  /** IANA name. */
  readonly timezone: string;
  /** Country or part of one whose public holidays the data follows: `DE`, `DE-BY`. */
  readonly holidays?: string;
}

/** Longest piece of the configuration shown in a message. */
const SHOWN_CHARACTERS = 80;

/** @throws InputError that names the file, the place in it, what was found there and what to give */
export function readConfig(path: string): BacktestConfig {
  let text: string;
  try {
    const bytes = readFileSync(path);
    if (isUtf16(bytes)) throw new InputError(`--config ${JSON.stringify(path)} is UTF-16: save it as UTF-8`);
    text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--config ${JSON.stringify(path)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${oneLine((error as Error).message)}`, { cause: error });
  }
  return parseConfig(parsed, path);
}

/**
 * Checks a configuration.
 * @param file named in errors
 * @throws InputError as `readConfig`
 */
export function parseConfig(parsed: unknown, file: string): BacktestConfig {
  const { fail, object, text, list, choice } = checksOf(file);
  const root = object('', parsed, ['timestampColumn', 'metrics', 'dimensions', 'frequency', 'timezone', 'holidays']);
  const timestamp = object('timestampColumn', root.timestampColumn, ['name', 'format']);
  const metrics = list('metrics', root.metrics, 1, LIMITS.metrics).map((metric, index) => {
    const { name, aggregation } = object(`metrics[${index}]`, metric, ['name', 'aggregation']);
    return { name: text(`metrics[${index}].name`, name), aggregation: choice(`metrics[${index}].aggregation`, aggregation, AGGREGATIONS) };
  });
  const config: BacktestConfig = {
    timestampColumn: { name: text('timestampColumn.name', timestamp.name), format: text('timestampColumn.format', timestamp.format) },
    metrics,
    dimensions: list('dimensions', root.dimensions ?? [], 0, LIMITS.dimensions).map((name, index) => text(`dimensions[${index}]`, name)),
    frequency: choice('frequency', root.frequency, Object.keys(FREQUENCY_SECONDS) as Frequency[]),
    timezone: text('timezone', root.timezone ?? 'UTC'),
    ...root.holidays !== undefined && { holidays: text('holidays', root.holidays) },
  };
  if (!isTimezone(config.timezone)) fail('timezone', config.timezone, 'give the IANA name of a time zone, such as "UTC" or "Europe/Berlin"');
  const unreadable = problemOfTimestampFormat(config.timestampColumn.format, config.frequency);
  if (unreadable) {
    throw new InputError(`${file}: timestampColumn.format ${unreadable.problem}, got ${JSON.stringify(config.timestampColumn.format)}; ${unreadable.advice}`);
  }
  refuseTwice(config, fail);
  return config;
}

/** A column is one thing only. Redshift does not tell upper and lower case apart in names. */
function refuseTwice(config: BacktestConfig, fail: (path: string, found: unknown, advice: string) => never): void {
  const used = new Map([[config.timestampColumn.name.toLowerCase(), 'timestampColumn.name']]);
  const columns = [
    ...config.metrics.map(({ name }, index) => [`metrics[${index}].name`, name] as const),
    ...config.dimensions.map((name, index) => [`dimensions[${index}]`, name] as const),
  ];
  for (const [path, name] of columns) {
    const other = used.get(name.toLowerCase());
    if (other !== undefined) fail(path, name, `${other} names this column already: a column can be one thing only`);
    used.set(name.toLowerCase(), path);
  }
}

function checksOf(file: string) {
  const fail = (path: string, found: unknown, advice: string): never => {
    throw new InputError(`${file}: ${path === '' ? 'the configuration' : path} ${found === undefined ? 'is missing' : `is ${shown(found)}`}: ${advice}`);
  };
  return {
    fail,
    object: (path: string, value: unknown, keys: readonly string[]): Record<string, unknown> => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(path, value, `give an object with ${keys.join(', ')}`);
      for (const key of Object.keys(value)) {
        if (keys.includes(key)) continue;
        throw new InputError(`${file}: ${path === '' ? '' : `${path}.`}${shownKey(key)} is not known: ${path === '' ? 'the configuration' : path} has ${keys.join(', ')}`);
      }
      return { ...value };
    },
    text: (path: string, value: unknown): string => typeof value === 'string' && value.trim() !== '' ? value : fail(path, value, 'give a text that is not empty'),
    list: (path: string, value: unknown, least: number, most: number): unknown[] => {
      const range = least === 0 ? `at most ${most}` : `${least} to ${most}`;
      if (!Array.isArray(value)) return fail(path, value, `give a list of ${range} entries`);
      if (value.length < least || value.length > most) throw new InputError(`${file}: ${path} has ${value.length} entries: give ${range}`);
      return value;
    },
    choice: <T extends string>(path: string, value: unknown, choices: readonly T[]): T =>
      choices.find(choice => choice === value) ?? fail(path, value, `give ${choices.map(choice => `"${choice}"`).join(' or ')}`),
  };
}

function isTimezone(name: string): boolean {
  try {
    zoneOffsetSeconds(name, 0);
    // offsets (+01:00), which the runtime takes too, have no name to print
    return /^[a-z]/i.test(name);
  } catch {
    return false;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function shownKey(key: string): string {
  return /^\w{1,40}$/.test(key) ? key : shown(key);
}
