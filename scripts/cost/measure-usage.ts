// SPDX-License-Identifier: Apache-2.0

/**
 * Writes usage.json: what one interval of examples/typescript asks of each service, counted in the embedded cloud. Run it by
 * `tsx scripts/cost/measure-usage.ts` after a change of the crawl or of the detection; test/documents/cost.test.ts says when it has to be.
 * With `--days N` it streams so many days, prints what it counted and writes nothing.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RoutedService } from '../../local/cloud-parts';
import { deployExample, streamIntervals } from '../../local/demo/stream';
import { synthesiseExample } from '../../local/demo/synthesise';

const ROOT = join(__dirname, '..', '..');

/** What was counted, for each interval unless something else is said. */
export interface Usage {
  readonly intervals: number;
  /** States entered, for each execution of the Crawl state machine. */
  readonly stateTransitions: number;
  /** By the end of the functions' construct paths. */
  readonly invocations: Readonly<Record<string, number>>;
  readonly dynamodbWrites: number;
  readonly dynamodbReads: number;
  /** PUT, POST, COPY and LIST; deletes are free. */
  readonly s3Puts: number;
  readonly s3Gets: number;
  /** Different custom metrics, that is names with dimensions, in all. */
  readonly customMetrics: number;
  /** Of the functions. */
  readonly logBytes: number;
}

/** Requests by kind: DynamoDB's operation, or S3's method with what is listed. */
type Counts = Map<string, number>;

/** A proxy that counts what goes through it. */
async function countingProxy(service: RoutedService, endpoint: string, counts: Counts): Promise<{ endpoint: string; close(): void }> {
  const target = new URL(endpoint);
  const server = createServer((message, response) => {
    const operation = /\.(\w+)$/.exec(String(message.headers['x-amz-target'] ?? ''))?.[1];
    const kind = `${service} ${operation ?? `${message.method}${/[?&](list-type|uploads|delete)/.exec(message.url ?? '')?.[0] ?? ''}`}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const { method, url: path, headers } = message;
    const outgoing = forward({ host: target.hostname, port: target.port, method, path, headers }, incoming => {
      response.writeHead(incoming.statusCode!, incoming.headers);
      incoming.pipe(response);
    });
    outgoing.once('error', () => response.destroy());
    message.pipe(outgoing);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const total = (counts: Counts, kinds: RegExp) => [...counts].reduce((sum, [kind, count]) => kinds.test(kind) ? sum + count : sum, 0);
const rounded = (value: number) => Math.round(value * 10) / 10;
const folderSize = (folder: string, file: RegExp) => readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .reduce((sum, name) => file.test(name) ? sum + statSync(join(folder, name)).size : sum, 0);

/** Streams some days of hours, and counts. */
export async function measureUsage(folder: string, days: number): Promise<Usage> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const assembly = join(folder, 'cdk.out');
  const directory = join(folder, 'cloud');
  synthesiseExample(assembly, { frequency: 'PT1H', publishedQueries: false });
  const counts: Counts = new Map();
  const invoked: string[] = [];
  const proxies: { close(): void }[] = [];
  const stream = await deployExample({
    assembly,
    directory,
    start: new Date('2026-01-05T00:00:00Z'),
    days,
    seed: 1,
    frequency: 'PT1H',
    between: {
      route: async (service, endpoint) => {
        const proxy = await countingProxy(service, endpoint, counts);
        proxies.push(proxy);
        return proxy.endpoint;
      },
      interfere: ({ functionName }, run) => {
        invoked.push(functionName);
        return run();
      },
    },
  });
  try {
    const [executions, metrics] = [stream.cloud.executions.length, stream.cloud.metrics.length];
    const logs = folderSize(directory, /\.log$/);
    counts.clear();
    invoked.length = 0;
    await streamIntervals(stream);
    const intervals = days * 24;
    const runs = stream.cloud.executions.slice(executions);
    const failed = runs.find(({ status }) => status !== 'SUCCEEDED');
    if (failed || runs.length !== intervals) throw new Error(`${runs.length} runs of ${intervals} intervals; ${failed?.error ?? 'none'} failed`);
    const named = Object.entries({ CrawlFunction: 'CrawlFunction', DetectFunction: 'Service/DetectFunction', ServiceFunction: 'Service/ServiceFunction' })
      .map(([name, path]) => [name, stream.cloud.physicalName(`RedshiftLookoutEcommerce/Ecommerce/${path}`)] as const);
    const stranger = invoked.find(name => !named.some(([, physical]) => physical === name));
    if (stranger) throw new Error(`${stranger} was invoked, which is none of ${named.map(([name]) => name).join(', ')}`);
    const each = (value: number) => rounded(value / intervals);
    return {
      intervals,
      stateTransitions: each(runs.reduce((sum, { states }) => sum + states.length, 0)),
      invocations: Object.fromEntries(named.map(([name, physical]) => [name, each(invoked.filter(called => called === physical).length)])),
      dynamodbWrites: each(total(counts, /^dynamodb (Put|Update|Delete)Item/) + 2 * total(counts, /^dynamodb TransactWrite/) + total(counts, /^dynamodb BatchWrite/)),
      dynamodbReads: each(total(counts, /^dynamodb (GetItem|Query|Scan|BatchGet|TransactGet)/)),
      s3Puts: each(total(counts, /^s3 (PUT|POST|GET.list-type)/) - total(counts, /^s3 POST.delete/)),
      s3Gets: each(total(counts, /^s3 (GET|HEAD)$/)),
      customMetrics: new Set(stream.cloud.metrics.slice(metrics).flatMap(({ line }) => metricNames(line))).size,
      logBytes: Math.round((folderSize(directory, /\.log$/) - logs) / intervals),
    };
  } finally {
    await stream.cloud.close();
    proxies.forEach(proxy => proxy.close());
  }
}

/** Names with dimensions, of a line in CloudWatch's embedded metric format. */
function metricNames(line: Readonly<Record<string, unknown>>): string[] {
  const { CloudWatchMetrics } = line._aws as { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
  return CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) => Dimensions.map(names => JSON.stringify([Name, ...names.map(name => [name, line[name]])]))));
}

if (require.main === module) {
  const { values: { days, folder } } = parseArgs({ options: { days: { type: 'string' }, folder: { type: 'string', default: join(ROOT, '.tmp', 'cost') } } });
  measureUsage(folder, Number(days ?? '3')).then(usage => {
    const text = `${JSON.stringify(usage, undefined, 2)}\n`;
    if (days === undefined) writeFileSync(join(__dirname, 'usage.json'), text);
    process.stdout.write(text);
  }, error => {
    console.error(error);
    process.exitCode = 1;
  });
}
