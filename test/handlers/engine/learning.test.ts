// SPDX-License-Identifier: Apache-2.0

import { MONDAY, normal, randomOf } from './samples';
import { DetectionModel, type ModelSettings } from '../../../handlers/engine';

const SERIES = 40;
const DAY = 86_400;

/** Noise, counts, shops and series that mostly stay what they are, with events now and then. */
function valuesOf(random: () => number, hour: number): Float64Array {
  return Float64Array.from({ length: SERIES }, (_, series) => {
    const event = random() < 0.02 ? 3 * random() : 1;
    const wave = 1 + 0.5 * Math.sin(hour / 12 * Math.PI);
    switch (series % 5) {
      case 0: return 1000 * wave * event * (1 + 0.1 * normal(random));
      case 1: return Math.round(Math.max(0, 40 * wave * event + 6 * normal(random)));
      case 2: return hour > 8.5 + random() && hour < 18 ? 500 * event * (1 + 0.1 * normal(random)) : 0;
      case 3: return 10 * event * normal(random);
      default: return random() < 0.05 ? 1 + 5 * random() : 0;
    }
  });
}

test.each([[300, 16], [3600, 60], [86_400, 300]] as const)('what is learned of intervals of %i s without a score is what is learned with one', (intervalSeconds, days) => {
  const settings: ModelSettings = { intervalSeconds };
  const [scored, unscored] = [new DetectionModel(settings, SERIES), new DetectionModel(settings, SERIES)];
  const random = randomOf(7);
  const intervals = days * DAY / intervalSeconds;
  for (let interval = 0; interval < intervals; interval++) {
    const start = MONDAY + interval * intervalSeconds;
    const values = valuesOf(random, interval * intervalSeconds % DAY / 3600);
    const scores = scored.observe(start, values, Infinity);
    if (interval < 0.9 * intervals) unscored.learn(start, values);
    else expect(unscored.observe(start, values, Infinity)).toEqual(scores);
  }
});

test('so it is of counts that leave their level for hours or days and come back, which rounding makes nearer', () => {
  const settings: ModelSettings = { intervalSeconds: 3600 };
  const [scored, unscored] = [new DetectionModel(settings, SERIES), new DetectionModel(settings, SERIES)];
  const random = randomOf(7);
  const [awayUntil, share] = [new Float64Array(SERIES), new Float64Array(SERIES)];
  for (let hour = 0; hour < 60 * 24; hour++) {
    const usual = 5 * (1 + Math.sin(hour / 12 * Math.PI));
    const values = Float64Array.from({ length: SERIES }, (_, series) => {
      if (random() < 0.002) {
        awayUntil[series] = hour + 48 * random();
        share[series] = 4 * random();
      }
      return Math.floor((usual + 1.2 * random()) * (hour < awayUntil[series]! ? share[series]! : 1));
    });
    scored.observe(MONDAY + hour * 3600, values, Infinity);
    unscored.learn(MONDAY + hour * 3600, values);
  }
  expect(Buffer.compare(unscored.serialize(), scored.serialize())).toBe(0);
});
