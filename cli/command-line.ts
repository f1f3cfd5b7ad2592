// SPDX-License-Identifier: Apache-2.0

import { parseArgs } from 'node:util';
import { UsageError } from './errors';

/** Usage of the command as a whole. */
export const COMMANDS_USAGE = `Usage: cdk-redshift-lookout COMMAND [options]

Commands:
  backtest    run the detector over CSV files: what it would have found, and why

  --help      this text; after a command: its options
  --version   version of the package`;

const BACKTEST_USAGE = `Usage: cdk-redshift-lookout backtest --data FILE|FOLDER --config FILE.json --out FOLDER
                                     [--detect-from TIME] [--explain SERIES]...

Learns the earlier part of the data, then detects the rest interval by interval, as the deployed detector does.

  --data FILE|FOLDER   CSV with a header, as the connector unloads it; plain or gzip. Of a folder, and the folders in it:
                       files named *.csv or *.gz, and files without an extension
  --config FILE.json   { "timestampColumn": { "name": "timestamp", "format": "yyyy-MM-dd HH:mm:ss" },
                         "metrics": [{ "name": "views", "aggregation": "SUM" }],      1 to 10; SUM or AVG
                         "dimensions": ["platform", "marketplace"],                   default: none
                         "frequency": "PT1H",                                         PT5M, PT10M, PT1H or P1D
                         "timezone": "UTC",                                           IANA name, default UTC
                         "holidays": "DE-BY" }                                        public holidays; default: none
  --out FOLDER         where the results go; results of an earlier run are replaced
  --detect-from TIME   'YYYY-MM-DD HH:MM:SS' on the clock of the configured time zone: detection begins with the interval that
                       holds it (default: when 70 % of the intervals with rows are learned)
  --explain SERIES     explain every interval of a time series or total: 'metric[,dimension value...]', written as in scores.csv
                       and totals.csv. Without it, intervals that were anomalies or came near are explained

Results: scores.csv, totals.csv (where there are totals), explanations.csv, groups.json, summary.json, report.html
Exit code: 0 done, 2 bad input, 1 anything else`;

/** What `backtest` was asked to do. */
export interface BacktestOptions {
  /** CSV file or folder of CSV files. */
  readonly data: string;
  /** JSON file of the configuration. */
  readonly config: string;
  /** Folder of the results. */
  readonly out: string;
  /** As it was given; undefined: chosen from the data. */
  readonly detectFrom?: string;
  /** Series of which every interval is explained, as they were given. */
  readonly explain: readonly string[];
}

/** A command line, understood. */
export type Command =
  | { readonly name: 'version' }
  | { readonly name: 'help'; readonly of?: 'backtest' }
  | { readonly name: 'backtest'; readonly options: BacktestOptions };

/** Usage of one command. */
export function usageOf(_command: 'backtest'): string {
  return BACKTEST_USAGE;
}

/** @throws UsageError with the argument that is not understood or missing */
export function parseCommandLine(args: readonly string[]): Command {
  const [command, ...rest] = args;
  if (command === '--version') return { name: 'version' };
  if (command === '--help' || command === '-h' || command === 'help') return { name: 'help' };
  if (command === undefined) throw new UsageError('no command given');
  if (command !== 'backtest') throw new UsageError(`${command.startsWith('-') ? 'unknown option' : 'unknown command'} ${JSON.stringify(command)}`);
  return parseBacktest(rest);
}

function parseBacktest(args: string[]): Command {
  const values = readOptions(args);
  if (values.help) return { name: 'help', of: 'backtest' };
  if (values.version) return { name: 'version' };
  const given = (name: 'data' | 'config' | 'out'): string => {
    const value = values[name];
    if (value === undefined) throw new UsageError(`--${name} is missing`, 'backtest');
    if (value === '') throw new UsageError(`--${name} is empty`, 'backtest');
    return value;
  };
  return {
    name: 'backtest',
    options: { data: given('data'), config: given('config'), out: given('out'), detectFrom: values['detect-from'], explain: values.explain ?? [] },
  };
}

function readOptions(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        'data': { type: 'string' },
        'config': { type: 'string' },
        'out': { type: 'string' },
        'detect-from': { type: 'string' },
        'explain': { type: 'string', multiple: true },
        'help': { type: 'boolean', short: 'h' },
        'version': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(message, 'backtest');
  }
}
