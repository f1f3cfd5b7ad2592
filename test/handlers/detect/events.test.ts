// SPDX-License-Identifier: Apache-2.0

/** What explains an event is what it was of from its beginning to its end, whatever else one of its intervals had. */
import { type Change, NOISY_SETUP, noisyFile, noisyHour } from './noisy-shop';
import { hour, liveKey } from './shop';
import { STATE_BUCKET, World } from './world';
import { DetectorModel } from '../../../handlers/detect/model/detector-model';
import type { GroupRecord } from '../../../handlers/lookout/store';

const MODEL = 'state/shop/model';

let world: World;
let bringBack: () => Promise<void>;
beforeAll(async () => {
  world = await World.start();
  await world.setUp(NOISY_SETUP);
  await world.put('history/000', noisyFile('2025-12-24T00:00:00Z', 24 * 29));
  await world.learn();
  bringBack = await world.keep();
});
beforeEach(() => bringBack());
afterAll(() => world.close());

/** Detects hours one after the other, each in a new function, which reads the model. */
async function detect(changes: readonly Change[], from = 0): Promise<void> {
  for (const [index, change] of changes.entries()) {
    await world.put(liveKey(hour(from + index)), noisyHour(hour(from + index), change));
    await world.detect(hour(from + index), world.handler());
  }
}

const groups = async (): Promise<GroupRecord[]> => (await world.groups()).filter(({ measure }) => measure === 'views');
const contributionOf = ({ contributions }: GroupRecord, value: string): number => (
  contributions.find(({ dimension }) => dimension === 'platform')!.values.find(each => each.value === value)?.contribution ?? 0);
const causeOf = (value: string): object => ({ dimensions: [{ name: 'platform', value }] });

const half: Change = platform => platform === 'web' ? 0.5 : 1;
/** The same, and a series of the app has a peak. */
const halfAndPeak: Change = (platform, country) => platform === 'app' && country === 'ch' ? 6 : half(platform, country);

test.each([3, 5, 7])('a platform has half of its views for eight hours, and in hour %i another series has a peak: it is the platform that is told', async peak => {
  await detect(Array.from({ length: 8 }, (_, index) => index === peak ? halfAndPeak : half));
  const [group, ...others] = await groups();
  expect(others).toEqual([]);
  expect(group!.rootCauses![0]).toMatchObject(causeOf('web'));
  expect(contributionOf(group!, 'web')).toBeGreaterThan(85);
});

test('rows that come an hour late make the next hour an event too: it is the same platform in both', async () => {
  await detect([platform => platform === 'web' ? 0.2 : 1, platform => platform === 'web' ? 1.8 : 1]);
  const [group, ...others] = await groups();
  expect(others).toEqual([]);
  expect(group!.rootCauses).toMatchObject([causeOf('web')]);
  expect(contributionOf(group!, 'web')).toBeGreaterThan(90);
});

test('one series is off for hours, and then a platform stops: what is told is the platform', async () => {
  const alone: Change = (platform, country) => platform === 'app' && country === 'de' ? 0.1 : 1;
  await detect([...Array.from({ length: 5 }, () => alone), (platform, country) => platform === 'web' ? 0.05 : alone(platform, country)]);
  const [group, ...others] = await groups();
  expect(others).toEqual([]);
  expect(group!.rootCauses![0]).toMatchObject(causeOf('web'));
  expect(contributionOf(group!, 'web')).toBeGreaterThan(80);
});

test('an event that a model of an earlier version has open goes on, explained by what comes', async () => {
  await detect([half, half]);
  const model = DetectorModel.decode((await world.state()).get(MODEL)!);
  model.ongoing = model.ongoing.map(({ event: _, ...group }) => group);
  await world.put(MODEL, Buffer.from(model.encode()), STATE_BUCKET);
  const [{ id }] = await groups() as [GroupRecord];
  await detect([half, half], 2);
  const [group, ...others] = await groups();
  expect(others).toEqual([]);
  expect(group).toMatchObject({ id, rootCauses: [causeOf('web')] });
});

test.each([[0.5, 0.88], [0.6, 0.92], [0.6, 0.88], [0.7, 0.92]])('a platform is at %d and the others at %d: its total has the share that it holds, and not all of it', async (web, others) => {
  await detect([platform => platform === 'web' ? web : others], 6);
  const [group] = await groups();
  expect(group!.rootCauses).toMatchObject([causeOf('web')]);
  expect(Math.abs(group!.rootCauses![0]!.share - 100 * (1 - web) / (1 - web + 2 * (1 - others)))).toBeLessThan(5);
});
