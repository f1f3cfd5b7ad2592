// SPDX-License-Identifier: Apache-2.0

/**
 * Sends random requests to the service in this process and checks that each is answered as the service model has it.
 *
 *     npm run test:fuzz -- --count 100000 --store memory --seed 1
 *
 * Prints one JSON line: the seed, by which the run can be repeated, the answers by kind, what was wrong, and times in milliseconds.
 */
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { faultOf } from './answer-check';
import { FuzzedRequests, NAMES } from './fuzz-requests';
import { type ServiceModel, serviceModel } from './model';
import { PythonClients } from './python';
import { startService, type StoreName } from './service-parts';
import { validInput } from './valid-input';
import type { Store } from '../../handlers/lookout/store';
import { seededRandom } from '../../local/sample/random';
import { group } from '../handlers/lookout/service';

/** What came of a run. */
export interface FuzzReport {
  readonly store: StoreName;
  readonly seed: number;
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the requests that succeeded. */
  readonly p50OfSuccesses: number;
  /** Answers by operation and error; successes under `ok`. */
  readonly answers: Readonly<Record<string, number>>;
  readonly succeeded: readonly string[];
  readonly faultCount: number;
  /** The first of the wrong answers. */
  readonly faults: readonly string[];
}

const MAX_FAULTS = 20;

/** After so many requests the detect function's part is played: detectors are active, and have anomaly groups. */
const DETECTED_EVERY = 200;

async function fuzz(store: StoreName, count: number, seed: number): Promise<FuzzReport> {
  const python = await PythonClients.start();
  const model = await serviceModel(python);
  await python.stop();
  const { handler, store: behind, settings } = await startService(store);
  const requests = new FuzzedRequests(model, seededRandom(seed));
  const milliseconds = new Float64Array(count);
  const ofSuccesses: number[] = [];
  const answers: Record<string, number> = {};
  const succeeded = new Set<string>();
  const faults: string[] = [];
  let faultCount = 0;
  for (let index = 0; index < count; index++) {
    if (index % DETECTED_EVERY === 0) await detect(model, behind);
    const { operation, event } = requests.next();
    const begin = performance.now();
    const answer = await handler(event, { invokedFunctionArn: settings.functionArn, awsRequestId: String(index) });
    milliseconds[index] = performance.now() - begin;
    const kind = answer.headers['x-amzn-errortype'] ?? 'ok';
    answers[kind] = (answers[kind] ?? 0) + 1;
    if (kind === 'ok' && operation !== undefined) {
      succeeded.add(operation);
      ofSuccesses.push(milliseconds[index]);
    }
    const fault = faultOf(model, operation, answer);
    if (fault !== undefined && ++faultCount <= MAX_FAULTS) {
      const { rawPath, rawQueryString, requestContext: { http: { method } }, body } = event;
      faults.push(`request ${index}, ${method} ${rawPath.slice(0, 200)}?${rawQueryString.slice(0, 100)} `
        + `${Buffer.from(body ?? '', 'base64').toString().slice(0, 2000)}: ${fault}`);
    }
  }
  const percentile = (times: Float64Array, part: number): number => Math.round(times.toSorted()[Math.floor(times.length * part)] * 1000) / 1000;
  return {
    store,
    seed,
    count,
    p50: percentile(milliseconds, 0.5),
    p99: percentile(milliseconds, 0.99),
    p50OfSuccesses: percentile(Float64Array.from(ofSuccesses), 0.5),
    answers,
    succeeded: [...succeeded].sort(),
    faultCount,
    faults,
  };
}

/** Detectors that were activated have learned, and all have a group that requests with valid ids find. */
async function detect(model: ServiceModel, store: Store): Promise<void> {
  const id = validInput(model, 'UUID') as string;
  const timeSeriesId = validInput(model, 'TimeSeriesId') as string;
  const { items } = await store.listDetectors({ limit: 100 });
  for (const { arn, status } of items) {
    if (status === 'ACTIVATING') await store.changeStatus(arn, ['ACTIVATING'], 'ACTIVE', Date.now() / 1000);
    if (status === 'BACK_TEST_ACTIVATING') await store.changeStatus(arn, ['BACK_TEST_ACTIVATING'], 'BACK_TEST_COMPLETE', Date.now() / 1000);
    const made = group(arn, { id, measure: NAMES[0] });
    await store.putGroup({ ...made, series: [{ ...made.series[0], timeSeriesId }] });
  }
}

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string' }, store: { type: 'string', default: 'memory' } },
});
const { count, store, seed } = { count: Number(values.count), store: values.store, seed: Number(values.seed ?? randomInt(2 ** 31)) };
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || (store !== 'memory' && store !== 'dynamodb')) {
  console.error('usage: fuzz [--count REQUESTS] [--seed WHOLE_NUMBER] [--store memory|dynamodb]');
  process.exit(2);
}
// standard output is for the report; what the service logs of failures goes to standard error
console.log = console.info = console.error;
void fuzz(store, count, seed).then(report => {
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(report.faultCount === 0 ? 0 : 1));
});
