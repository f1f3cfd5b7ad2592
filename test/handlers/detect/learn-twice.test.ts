// SPDX-License-Identifier: Apache-2.0

/** A `learn` event that comes twice, when the detector is stopped and activated again before the second one has come to its end. */
import { ActivateAnomalyDetectorCommand, DeactivateAnomalyDetectorCommand } from '@aws-sdk/client-lookoutmetrics';
import { pausingIn } from './breaking';
import { shopFile } from './shop';
import { DETECTOR, World } from './world';
import type { LearningOutcome } from '../../../handlers/detect/learning/learn';
import type { DetectEvent } from '../../../src/private/contract';
import { TestService } from '../lookout/service';

const OLD = shopFile('2026-01-01T00:00:00Z', 240);
/** The same hours, after the data were corrected. */
const NEW = OLD.replace(/,(\d+),/g, (_, views: string) => `,${2 * Number(views)},`);

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

let service: TestService;
/** Events that the service has sent to the function. */
let sent: DetectEvent[];
const activate = () => service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: DETECTOR }));
const deactivate = () => service.client.send(new DeactivateAnomalyDetectorCommand({ AnomalyDetectorArn: DETECTOR }));

const learn = async (event: DetectEvent, handler = world.handler()) => handler(event) as Promise<LearningOutcome>;

async function begin(history: string): Promise<void> {
  await world.setUp({ status: 'INACTIVE' });
  service = new TestService(world.store);
  sent = service.learning;
  await world.put('history/000', history);
  await activate();
  expect(sent).toMatchObject([{ action: 'learn', detectorArn: DETECTOR, backTest: false }]);
}

/** What was learned, for a function that waited before a write of the values without them: these have no place where they could be refused. */
const learned = async (waitedBefore?: string): Promise<unknown> => ({
  ...Object.fromEntries([...await world.state()].filter(([key]) => waitedBefore !== 'PutObjectCommand' || key.endsWith('/model'))),
  data: await world.store.getLearnedData(DETECTOR),
  status: (await world.store.getDetector(DETECTOR))!.status,
});

describe.each([
  ['before the second activation learns', false], ['after the second activation has learned', true],
])('goes on %s', (_name, hasLearned) => {
  test('and leaves the second activation what it is', async () => {
    await begin(NEW);
    await learn(sent[0]);
    const [expected, model] = [await learned(), await learned('PutObjectCommand')];
    for (let at = 1; ; at++) {
      await begin(OLD);
      const late = pausingIn(world, at, async () => {
        await learn(sent[0]);
        await deactivate();
        await world.put('history/000', NEW);
        await activate();
        if (hasLearned) await learn(sent[1]);
      });
      await learn(sent[0], late.handler);
      if (late.calls.length < at) break;
      if (!hasLearned) await learn(sent[1]);
      const waitedBefore = late.calls[at - 1];
      expect([at, await learned(waitedBefore)]).toEqual([at, waitedBefore === 'PutObjectCommand' ? model : expected]);
    }
  });
});
