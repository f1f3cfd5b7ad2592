// SPDX-License-Identifier: Apache-2.0

/** `npm run demo`: see README. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { account } from './accounting';
import type { LabelledEvent } from './anomaly';
import { evaluate } from './evaluation';
import { findAnomalies } from './found-anomalies';
import { parseOptions, USAGE, type DemoOptions } from './options';
import { reportPage } from './report';
import { deployExample, outputPaths, streamIntervals, type Stream } from './stream';
import type { Summary } from './summary';
import { synthesiseExample } from './synthesise';
import { anomalyTable, formatTime } from './table';
import { readWarnings } from './warnings';
import { DEFAULT_ALERT_THRESHOLD, FREQUENCY_SECONDS } from '../../src/private/contract';

/** A Monday, fixed so that a seed gives the same stream on any day. */
const START = new Date('2026-01-05T00:00:00Z');

const begun = performance.now();
const seconds = () => (performance.now() - begun) / 1000;
const say = (text: string) => console.log(`${seconds().toFixed(1).padStart(6)} s  ${text}`);

/** Progress on one line of a terminal; elsewhere, such as in CI, a line for each tenth. */
function progress(total: number): (time: Date, done: number) => void {
  let tenth = 0;
  return (time, done) => {
    const text = `streaming ${formatTime(time)}  ${done} of ${total} intervals`;
    if (process.stdout.isTTY) {
      process.stdout.write(`\r${seconds().toFixed(1).padStart(6)} s  ${text}${done >= total ? '\n' : ''}`);
    } else if (Math.floor(done / total * 10) > tenth) {
      tenth = Math.floor(done / total * 10);
      say(text);
    }
  };
}

function labelledEvents(stream: Stream): LabelledEvent[] {
  return stream.data.labels
    .filter(label => label.end > stream.start && label.start < stream.end)
    .map(({ measure, platform, marketplace, start, end }) => ({ measure, dimensions: { platform, marketplace }, start, end }));
}

async function finish(stream: Stream, options: DemoOptions, warnings: readonly string[], failedRuns: number): Promise<void> {
  const paths = outputPaths(options.output);
  const accounts = await account(stream);
  const findings = await findAnomalies(stream, DEFAULT_ALERT_THRESHOLD);
  const evaluation = evaluate(findings.anomalies, labelledEvents(stream));
  const summary: Summary = {
    events: evaluation.events,
    recall: evaluation.recall,
    precision: evaluation.precision,
    intervals: accounts.intervals,
    intervalsLost: accounts.lost.length,
    intervalsDoubled: accounts.doubled.length,
    viewsInWarehouse: accounts.viewsInWarehouse,
    viewsUnloaded: accounts.viewsUnloaded,
    anomalies: findings.anomalies.length,
    alerts: findings.alerts,
    frequency: options.frequency,
    seed: options.seed,
    wallSeconds: Math.round(seconds() * 10) / 10,
  };
  const { detectorName, anomalies, histories } = findings;
  writeFileSync(paths.report, reportPage({ detectorName, summary, evaluation, anomalies, histories, warnings }));
  writeFileSync(paths.summary, `${JSON.stringify(summary, undefined, 2)}\n`);

  console.log(`\nAnomalies with severity ${DEFAULT_ALERT_THRESHOLD} and more\n`);
  anomalyTable(findings.anomalies).forEach(line => console.log(line));
  console.log(`
Labelled events   ${evaluation.events}, found ${evaluation.eventsFound}: recall ${evaluation.recall.toFixed(3)}
Anomalies         ${evaluation.anomalies}, labelled ${evaluation.anomaliesTrue}: precision ${evaluation.precision.toFixed(3)}
Intervals         ${accounts.intervals}: ${accounts.lost.length} lost, ${accounts.doubled.length} doubled; ${failedRuns} failed runs
Sum of views      ${accounts.viewsUnloaded} unloaded, ${accounts.viewsInWarehouse} in the warehouse
Alerts            ${findings.alerts}
Time              ${summary.wallSeconds} s

Report page       ${resolve(paths.report)}
Summary           ${resolve(paths.summary)}
Bucket and logs   ${resolve(paths.cloud)}
`);
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const paths = outputPaths(options.output);
  // only what an earlier run of the demo left: --output may name a folder that holds other things
  for (const path of [paths.cloud, paths.report, paths.summary]) rmSync(path, { recursive: true, force: true });
  mkdirSync(options.output, { recursive: true });
  const assembly = options.assembly ?? paths.assembly;
  if (options.assembly === undefined) {
    say('synthesising examples/typescript');
    synthesiseExample(assembly, options);
  } else if (!existsSync(assembly)) {
    throw new Error(`--assembly ${JSON.stringify(assembly)} does not exist: run the demo without it once, then name ${paths.assembly}`);
  }
  const warnings = readWarnings(assembly);
  warnings.forEach(warning => console.warn(`warning   ${warning}`));
  const stream = await deployExample({ ...options, assembly, directory: paths.cloud, start: START, onStep: say });
  try {
    const total = options.days * 86_400 / FREQUENCY_SECONDS[options.frequency];
    const show = progress(total);
    let done = 0;
    let failedRuns = 0;
    await streamIntervals(stream, (time, failure) => {
      if (failure) {
        failedRuns++;
        console.error(`\nrun of ${formatTime(time)} failed: ${failure}`);
      }
      show(time, ++done);
    });
    await finish(stream, options, warnings, failedRuns);
    if (failedRuns > 0) process.exitCode = 1;
  } finally {
    await stream.cloud.close();
  }
}

main().catch((error: Error) => {
  console.error(`\nThe demo stopped: ${error.message}`);
  process.exitCode = 1;
});
