// SPDX-License-Identifier: Apache-2.0

/**
 * The largest detector from files to state: reads a history as CSV, learns it and encodes the model; then one more interval: CSV in, model
 * in, scores and groups out, model out. One process, the handlers' own code; S3 is left out.
 *
 * Run: `tsx bench/csv-to-state.ts [series] [intervals]`; 50,000 hourly series and 1,440 intervals (60 days, 3.3 GB of CSV) by default.
 * Processor time of all threads, without the making of the CSV. The memory is the most that the process ever had, the making included.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { groupsOf } from '../handlers/detect/groups/group-records';
import type { Layout } from '../handlers/detect/layout';
import { learnSlots, VALUES_DAYS } from '../handlers/detect/learning/learned-history';
import { DetectorModel } from '../handlers/detect/model/detector-model';
import { decodeModelFile } from '../handlers/detect/model/model-file';
import { readCsvFile } from '../handlers/input/csv-file';
import { IntervalTable } from '../handlers/input/interval-table';
import { RowReader } from '../handlers/input/row-reader';
import type { DetectorRecord } from '../handlers/lookout/store';
import { TimestampFormat } from '../handlers/shared/time-format';
import { WallClock } from '../handlers/shared/wall-clock';

const HOUR = 3600;
const CHUNK_BYTES = 65_536;
const FIRST = Date.parse('2026-01-05T00:00:00Z') / 1000;
const HEADER = Buffer.from('timestamp,platform,marketplace,revenue\n');
const TIMESTAMP_BYTES = 19;
const VALUE_BYTES = 6;
const PLATFORMS = 500;

const series = Number(process.argv[2] ?? 50_000);
const intervals = Number(process.argv[3] ?? 1_440);

const layout: Layout = {
  frequency: 'PT1H',
  clock: new WallClock('UTC', 'PT1H'),
  timestampColumn: 'timestamp',
  timestamps: new TimestampFormat('yyyy-MM-dd HH:mm:ss', 'UTC'),
  measures: [{ name: 'revenue', aggregation: 'SUM' }],
  dimensions: ['platform', 'marketplace'],
  csv: { gzip: false, charset: 'UTF-8', delimiter: ',', quote: '"' },
  roleArn: 'arn:aws:iam::123456789012:role/data',
  offsetSeconds: 0,
};
const detector: DetectorRecord = {
  arn: 'arn:aws:lookoutmetrics:eu-central-1:123456789012:AnomalyDetector:bench',
  name: 'bench',
  frequency: 'PT1H',
  status: 'ACTIVE',
  createdAt: 0,
  modifiedAt: 0,
};

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

/** Rows of one interval; time stamps and values are written over those of the interval before, which costs less than new rows. */
class Rows {
  /** Seconds of processor time that the making took. */
  public made = 0;
  private readonly bytes: Buffer;
  private readonly offsets: number[] = [];

  public constructor() {
    const rows: string[] = [];
    let offset = 0;
    for (let number = 0; number < series; number++) {
      this.offsets.push(offset);
      rows.push(`2026-01-05 00:00:00,mobile_app_${number % PLATFORMS},de${Math.floor(number / PLATFORMS)},000.00\n`);
      offset += rows[number].length;
    }
    this.offsets.push(offset);
    this.bytes = Buffer.from(rows.join(''));
  }

  /** Bytes of an interval's rows, without the header. */
  public get length(): number {
    return this.bytes.length;
  }

  /** The rows of an interval, in the chunks in which files are read. Valid until the next interval is asked for. */
  public* interval(number: number, factor: (series: number) => number = () => 1): Generator<Buffer> {
    const start = process.cpuUsage();
    const { bytes, offsets } = this;
    const time = Buffer.from(new Date((FIRST + number * HOUR) * 1000).toISOString().slice(0, TIMESTAMP_BYTES).replace('T', ' '));
    for (let s = 0; s < series; s++) {
      time.copy(bytes, offsets[s]);
      const noise = (s * 31 + number * 7919) * 40_503 % 4096;
      let cents = Math.round((30_000 + 15_000 * Math.sin((number + s) % 24 / 24 * 2 * Math.PI) + noise) * factor(s));
      for (let at = offsets[s + 1] - 2; at > offsets[s + 1] - 2 - VALUE_BYTES; at--) {
        if (bytes[at] === 0x2e) continue;
        bytes[at] = 0x30 + cents % 10;
        cents = Math.floor(cents / 10);
      }
    }
    this.made += seconds(process.cpuUsage(start));
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
  }

  /** A file of all intervals of the history. */
  public* history(): Generator<Buffer> {
    yield HEADER;
    for (let number = 0; number < intervals; number++) yield* this.interval(number);
  }
}

async function read(content: Iterable<Buffer>): Promise<IntervalTable> {
  const table = new IntervalTable(layout.measures, layout.dimensions);
  const reader = new RowReader(layout, table, wall => layout.clock.slotOf(wall));
  await readCsvFile('bench', Readable.from(content), layout.csv, reader.file('bench'));
  if (reader.rejected > 0 || table.series.size !== series) throw new Error(`unexpected table of ${table.series.size} series: ${reader.reason}`);
  return table;
}

/** The most memory that this process had. Of the process that it was started by, Linux counts it too in `resourceUsage`. */
function memory(): string {
  const kilobytes = existsSync('/proc/self/status')
    ? Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) : process.resourceUsage().maxRSS;
  return `${(kilobytes / 1024).toFixed(0)} MB`;
}

const row = (what: string, time: number, unit: 's' | 'ms'): void => {
  console.log(`${what.padEnd(44)}${`${(unit === 's' ? time : time * 1000).toFixed(unit === 's' ? 1 : 0)} ${unit}`.padStart(12)}${memory().padStart(12)}`);
};

const megabytes = ({ length }: Uint8Array): string => (length / 1e6).toFixed(1);

/** Reads and learns the history. The table is forgotten with the return. */
async function learn(rows: Rows): Promise<Uint8Array> {
  let start = process.cpuUsage();
  const table = await read(rows.history());
  const reading = seconds(process.cpuUsage(start)) - rows.made;
  row(`history: ${(rows.length * intervals / 1e9).toFixed(2)} GB of CSV to table`, reading, 's');
  start = process.cpuUsage();
  const newest = table.slots.at(-1)!;
  const model = learnSlots(DetectorModel.empty(detector, layout), { table }, table.slots, newest - VALUES_DAYS * 24 * HOUR);
  const learning = seconds(process.cpuUsage(start));
  row('learning', learning, 's');
  start = process.cpuUsage();
  const bytes = model.encode();
  const encoding = seconds(process.cpuUsage(start));
  row(`model to ${megabytes(bytes)} MB, its state ${megabytes(decodeModelFile(bytes).engine)}`, encoding, 's');
  row('history in all', reading + learning + encoding, 's');
  return bytes;
}

/** One interval in which one platform is down. */
async function detect(rows: Rows, bytes: Uint8Array, number: number): Promise<{ bytes: Uint8Array; steps: Record<string, number> }> {
  const content = [HEADER, Buffer.concat([...rows.interval(number, s => s % PLATFORMS === 7 ? 0.2 : 1)])];
  const steps: Record<string, number> = {};
  let start = process.cpuUsage();
  const step = (name: string): void => {
    steps[name] = seconds(process.cpuUsage(start));
    start = process.cpuUsage();
  };
  const table = await read(content);
  step('CSV to table');
  const model = DetectorModel.decode(bytes, undefined, 'own');
  step('model in');
  const [slot] = table.slots;
  const observation = model.observe(slot, table, 'anomalies');
  step('scores');
  model.ongoing = groupsOf(detector.arn, model, observation, layout.clock);
  if (model.ongoing.length === 0) throw new Error('the anomaly of the interval was not found: give 200 intervals or more');
  step('groups');
  const encoded = model.encode();
  step('model out');
  return { bytes: encoded, steps };
}

async function detectIntervals(rows: Rows, file: string): Promise<void> {
  let bytes: Uint8Array = readFileSync(file);
  const rounds: Record<string, number>[] = [];
  for (let round = 0; round < 5; round++) {
    const detected = await detect(rows, bytes, intervals + round);
    bytes = detected.bytes;
    rounds.push(detected.steps);
  }
  // the first is that of a function that was just started
  for (const [title, steps] of [['first interval', rounds[0]], ['fifth interval', rounds[4]]] as const) {
    console.log();
    for (const [name, time] of Object.entries(steps)) row(`${title}: ${name}`, time, 'ms');
    row(`${title} in all`, Object.values(steps).reduce((sum, time) => sum + time, 0), 'ms');
  }
}

async function main(): Promise<void> {
  const rows = new Rows();
  const [, , , , stateFile] = process.argv;
  if (stateFile !== undefined) return detectIntervals(rows, stateFile);
  console.log(`${series} hourly series x ${intervals} intervals, Node ${process.version}\n`);
  console.log(`${''.padEnd(44)}${'processor'.padStart(12)}${'memory'.padStart(12)}`);
  const folder = mkdtempSync(join(tmpdir(), 'csv-to-state-'));
  try {
    const file = join(folder, 'model');
    writeFileSync(file, await learn(rows));
    // a deployed function detects in a process of its own
    const { status } = spawnSync(process.execPath, [...process.execArgv, __filename, String(series), String(intervals), file], { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
