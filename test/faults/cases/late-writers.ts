// SPDX-License-Identifier: Apache-2.0

/** Detections that go on after the run that asked for them has given them up, and come to their end when others decide on the interval. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../fault-case';
import type { World } from '../world';

/** Times that Step Functions asks for a detection whose invocations fail: once, and six times again. */
const INVOCATIONS = 7;

const DETECT = /"action":"detect"/;
const ERROR = 'Lambda.SdkClientException';

/**
 * Loses the connection to the next detection, which goes on until it wants to write its model, and all that are tried after it.
 * @returns lets it write, and waits until it has come to its end
 */
function loseDetection(world: World): () => Promise<void> {
  let goOn!: () => void;
  let reached!: () => void;
  const held = new Promise<void>(resolve => goOn = resolve);
  const writing = new Promise<void>(resolve => reached = resolve);
  world.invocations.add({
    matching: DETECT,
    withEffect: 'LATER',
    then: () => {
      world.requests.add({
        service: 's3',
        matching: /^PUT .*state\/.*model/,
        outcome: 'LATE',
        then: () => {
          reached();
          return held;
        },
      });
      return writing;
    },
    errorType: ERROR,
  });
  world.invocations.add({ matching: DETECT, times: INVOCATIONS - 1, errorType: ERROR });
  return async () => {
    goOn();
    await sleep(300);
  };
}

export const lateWriterCases: readonly FaultCase[] = [
  {
    name: 'late writer: a detection goes on that was lost, when the interval has been given up',
    hours: 5,
    arrange: (world, hour) => world.statement(hour, { type: 'FAIL', error: 'Disk full' }, 2),
    act: async (world, hour) => {
      await world.runThrough(hour + 1);
      const goOn = loseDetection(world);
      await world.extraRun(hour + 1);
      await goOn();
      await world.runThrough(hour + 4);
    },
    expected: { failedRuns: 3, error: /Disk full|SdkClientException/, ledgerError: /Disk full/, attempts: 3, givenUp: /SdkClientException/ },
  },
  {
    name: 'late writer: a detection goes on that was lost, when the next run reads the interval anew',
    arrange: () => undefined,
    act: async (world, hour) => {
      const goOn = loseDetection(world);
      await world.runThrough(hour);
      // rows that only the second attempt finds
      await world.sql('insert into orders select ts, \'ios\', 7 from orders where ts = $1 and platform = \'web\'', hour);
      world.requests.add({
        service: 's3',
        matching: /^GET .*live/,
        outcome: 'LATE',
        then: goOn,
      });
      await world.extraRun(hour);
      await world.runThrough(hour + 2);
    },
    expected: { failedRuns: 1, error: /SdkClientException/, attempts: 2 },
  },
];
