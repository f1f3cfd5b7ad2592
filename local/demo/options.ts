// SPDX-License-Identifier: Apache-2.0

import { parseArgs } from 'node:util';
import { FREQUENCY_SECONDS, type Frequency } from '../../src/private/contract';

/** What `npm run demo` was asked to do. */
export interface DemoOptions {
  /** Days of intervals that are streamed after the history. */
  readonly days: number;
  /** Seed of the sample data. */
  readonly seed: number;
  readonly frequency: Frequency;
  /** Runs the published solution's own two queries. */
  readonly publishedQueries: boolean;
  /** Runs this synthesised assembly as it is, instead of building and synthesising. */
  readonly assembly?: string;
  /** Folder of the report page, the summary and the data. */
  readonly output: string;
  readonly help: boolean;
}

export const USAGE = `npm run demo [-- options]

Synthesises examples/typescript, deploys it into an embedded cloud on this machine, learns a history from SQL,
then streams intervals through schedule, unload, detection and alerts. No AWS account is used.

  --days N              days of intervals to stream after the history (default 14)
  --seed N              seed of the sample warehouse (default 1)
  --frequency F         PT5M, PT10M, PT1H or P1D (default PT1H)
  --published-queries   use the published AWS solution's two queries, unchanged
  --assembly DIR        run the assembly in DIR as it is: nothing is built or synthesised
  --output DIR          where report, summary and data go (default demo-output)
  --help                this text
`;

function wholeNumber(name: string, text: string, smallest: number, largest: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < smallest || value > largest) {
    throw new Error(`--${name} must be a whole number from ${smallest} to ${largest}, got ${JSON.stringify(text)}`);
  }
  return value;
}

/**
 * Reads the command line.
 * @throws with the option's name, what was found and what is allowed
 */
export function parseOptions(commandLine: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      'days': { type: 'string', default: '14' },
      'seed': { type: 'string', default: '1' },
      'frequency': { type: 'string', default: 'PT1H' },
      'published-queries': { type: 'boolean', default: false },
      'assembly': { type: 'string' },
      'output': { type: 'string', default: 'demo-output' },
      'help': { type: 'boolean', default: false },
    },
  });
  if (!Object.hasOwn(FREQUENCY_SECONDS, values.frequency)) {
    throw new Error(`--frequency must be one of ${Object.keys(FREQUENCY_SECONDS).join(', ')}, got ${JSON.stringify(values.frequency)}`);
  }
  if (values.assembly === '') {
    throw new Error('--assembly must name a folder with a manifest.json, got ""');
  }
  return {
    days: wholeNumber('days', values.days, 1, 366),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    frequency: values.frequency as Frequency,
    publishedQueries: values['published-queries'],
    assembly: values.assembly,
    output: values.output,
    help: values.help,
  };
}
