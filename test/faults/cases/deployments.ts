// SPDX-License-Identifier: Apache-2.0

/** Deployments that change what the detector learns, while an hour is under way. */
import type { FaultCase } from '../fault-case';
import type { World } from '../world';

/** Step Functions asks again. */
const THROTTLED = 'Lambda.TooManyRequestsException';

/** What is crawled and learned is not what the warehouse has, until the next deployment. */
async function otherQuery(world: World): Promise<void> {
  await world.deploy('', 'views + 1000 as views');
  await world.cloud.allExecutionsFinished();
}

/** Holds the run of an hour that is started next where its statement is submitted. */
function holdRun(world: World): { readonly reached: Promise<void>; goOn(): void } {
  let goOn!: () => void;
  let reach!: () => void;
  const held = new Promise<void>(resolve => goOn = resolve);
  const reached = new Promise<void>(resolve => reach = resolve);
  world.requests.add({
    service: 'redshift-data',
    matching: /^ExecuteStatement .*UNLOAD/,
    outcome: 'LATE',
    then: () => {
      reach();
      return held;
    },
  });
  return { reached, goOn };
}

export const deploymentCases: readonly FaultCase[] = [
  {
    name: 'deployment: the detector is stopped to learn another query when an hour is about to be detected',
    arrange: otherQuery,
    act: async (world, hour) => {
      const { reached, goOn } = holdRun(world);
      const run = world.extraRun(hour);
      await reached;
      let ask!: () => void;
      const askedAgain = new Promise<void>(resolve => ask = resolve);
      world.invocations.add({ matching: /"action":"activate"/, then: () => Promise.race([askedAgain, run.then(() => undefined)]), errorType: THROTTLED });
      world.invocations.add({
        matching: /"action":"detect"/,
        nth: 2, // the first is refused by the detector
        then: () => {
          ask();
          return world.historyRead();
        },
        errorType: THROTTLED,
      });
      await world.deploy('');
      goOn();
      await run;
      await world.runThrough(hour + 2);
    },
    expected: {},
  },
  {
    name: 'deployment: a run that began before it goes on when the detector has learned another query',
    arrange: otherQuery,
    act: async (world, hour) => {
      const { reached, goOn } = holdRun(world);
      const run = world.extraRun(hour);
      await reached;
      await world.deploy('');
      await world.historyRead();
      await world.extraRun(hour + 1); // leaves its time to the other one
      goOn();
      await run;
      await world.runThrough(hour + 2);
    },
    expected: {},
  },
];
