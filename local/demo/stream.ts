// SPDX-License-Identifier: Apache-2.0

/** The demo's scenario: the example's assembly, deployed into an embedded cloud beside a warehouse of sample data, and streamed. */
import { join } from 'node:path';
import { DEFAULT_HISTORY_INTERVALS, FREQUENCY_SECONDS, type Frequency } from '../../src/private/contract';
import { EmbeddedCloud, type EmbeddedCloudOptions } from '../cloud';
import type { FailurePlan } from '../redshift/failures';
import { startWarehouse, type Warehouse } from '../redshift/warehouse';
import { generateEcommerce, type EcommerceData } from '../sample/ecommerce';
import { loadEcommerce } from '../sample/ecommerce-tables';

/** The example's stack and connector, as paths of constructs. */
export const CONNECTOR = 'RedshiftLookoutEcommerce/Ecommerce';

/** The connector's delay in the example, its default: the history ends where the deployment stands, less this. */
const DELAY_SECONDS = 300;
const DAY_SECONDS = 86_400;
/** Chance that an anomaly begins in an hour of a series: that of the sample generator of Lookout for Metrics. */
const ANOMALY_PROBABILITY = 0.005;

/** What to stream. */
export interface StreamOptions {
  /** Folder with the example's manifest.json. */
  readonly assembly: string;
  /** Folder of the bucket's files, logs and tables. */
  readonly directory: string;
  /** Start of the streamed period, and end of the history: a boundary of the frequency. */
  readonly start: Date;
  readonly days: number;
  readonly seed: number;
  readonly frequency: Frequency;
  /** @default - none */
  readonly failures?: FailurePlan;
  /** Changes the sample before anything runs. @default - nothing */
  readonly prepare?: (warehouse: Warehouse) => Promise<void>;
  /** Of `EmbeddedCloudOptions`. */
  readonly longestRealWait?: number;
  /** What comes between the parts of the cloud, for those who count requests and invocations. @default - nothing does */
  readonly between?: Pick<EmbeddedCloudOptions, 'route' | 'interfere'>;
  /** Told what is going on, in words. */
  readonly onStep?: (text: string) => void;
  /** Told after each scheduled run. */
  readonly onRun?: (scheduledTime: Date, failure: string | undefined) => void;
}

/** A cloud in which the example has run. The caller closes it. */
export interface Stream {
  readonly cloud: EmbeddedCloud;
  readonly warehouse: Warehouse;
  readonly data: EcommerceData;
  readonly start: Date;
  readonly end: Date;
  readonly frequency: Frequency;
}

/** Deploys: warehouse, sample, stack, history learned. @throws when the deployment or the history fails, with what and why */
export async function deployExample(options: StreamOptions): Promise<Stream> {
  const { start, frequency, days } = options;
  const historySeconds = DEFAULT_HISTORY_INTERVALS[frequency] * FREQUENCY_SECONDS[frequency];
  const say = options.onStep ?? (() => undefined);
  let warehouse: Warehouse | undefined;
  const data = generateEcommerce({
    start: new Date(start.getTime() - historySeconds * 1000),
    days: historySeconds / DAY_SECONDS + days,
    seed: options.seed,
    frequency,
    // as many events a day at 5 minutes as at an hour: what happens eight times a day in every series is no anomaly
    anomalyProbability: ANOMALY_PROBABILITY * Math.min(1, FREQUENCY_SECONDS[frequency] / 3600),
  });
  say('starting the embedded cloud and the warehouse');
  const cloud = await EmbeddedCloud.start({
    ...options.between,
    assembly: options.assembly,
    directory: options.directory,
    now: new Date(start.getTime() + DELAY_SECONDS * 1000),
    longestRealWait: options.longestRealWait,
    warehouse: async ({ s3Endpoint, now, region, account, partition }) => warehouse = await startWarehouse({
      s3Endpoint,
      now,
      region,
      account,
      partition,
      clusterIdentifier: 'l4m-demo',
      database: 'l4mdemo',
      failures: options.failures,
      describeHoldMilliseconds: options.longestRealWait ?? 1000,
    }),
  });
  try {
    const rows = await loadEcommerce(warehouse!, data);
    await options.prepare?.(warehouse!);
    say(`loaded ${rows.toLocaleString('en-US')} rows into the tables platform, marketplace and ecommerce`);
    say('deploying the stack');
    await cloud.deploy();
    say('unloading and learning the history');
    await cloud.allExecutionsFinished();
    for (const execution of cloud.executions) {
      if (execution.status !== 'SUCCEEDED') {
        throw new Error(`${execution.stateMachineName} ended ${execution.status} after the state ${JSON.stringify(execution.states.at(-1))}: `
          + `${execution.error}: ${execution.cause}`);
      }
    }
  } catch (error) {
    await cloud.close();
    throw error;
  }
  return { cloud, warehouse: warehouse!, data, start, end: new Date(start.getTime() + days * DAY_SECONDS * 1000), frequency };
}

/** Fires the schedule for every interval of the period; the last one when its interval's data are due. */
export async function streamIntervals(stream: Stream, onRun?: StreamOptions['onRun']): Promise<void> {
  await stream.cloud.runScheduleUntil(new Date(stream.end.getTime() + DELAY_SECONDS * 1000), ({ scheduledTime, execution }) => {
    const failure = execution && execution.status !== 'SUCCEEDED' ? `${execution.error}: ${execution.cause}` : undefined;
    onRun?.(scheduledTime, failure);
  });
}

/** Name of a part of the connector. @throws when the assembly has no such part */
export function physicalName(stream: Stream, part: string): string {
  const path = `${CONNECTOR}/${part}`;
  const name = stream.cloud.physicalName(path);
  if (name === undefined) {
    throw new Error(`the assembly has no resource at ${path}: is it one of examples/typescript?`);
  }
  return name;
}

/** Where the demo's files lie in its output folder. */
export function outputPaths(output: string) {
  return {
    assembly: join(output, 'cdk.out'), cloud: join(output, 'cloud'), report: join(output, 'report.html'), summary: join(output, 'summary.json'),
  };
}
