// SPDX-License-Identifier: Apache-2.0

import { explanation, type ScoredValue } from '../../cli/backtest/explanations';
import { ANOMALOUS_SCORE } from '../../handlers/engine';

const usual: ScoredValue = { value: 90, expected: 100, lower: 50, upper: 150, score: -1.5, raise: 1, steepness: 1, member: 'seasonal', reason: 'as expected', feedback: 1 };
const below = `is below ${ANOMALOUS_SCORE}`;

test.each<[string, Partial<ScoredValue>, string]>([
  ['as expected', {}, `no anomaly: 10 below the expected 100, within 50 to 150; score 1.5 by the seasonal state ${below}`],
  ['an anomaly', { value: 200, score: 20, reason: 'anomaly' },
    `anomaly: 100 above the expected 100, outside of 50 to 150; score 20 by the seasonal state reaches ${ANOMALOUS_SCORE}`],
  ['a series that is often as far off', { value: 200, score: 200, steepness: 0.25, reason: 'anomaly' },
    `anomaly: 100 above the expected 100, outside of 50 to 150; score 70.7107 by the seasonal state reaches ${ANOMALOUS_SCORE}`],
  ['a short interval', { value: 200, score: 4.5, raise: 1.25, reason: 'anomaly' },
    'anomaly: 100 above the expected 100, outside of 50 to 150; score 4.5 by the seasonal state reaches 4'],
  ['an event that lasts', { value: 160, score: 3.2, raise: 5, member: 'seasonal while an event goes on', reason: 'anomaly' },
    'anomaly: 60 above the expected 100, outside of 50 to 150; score 3.2 by the seasonal state alone, as an event goes on reaches 1; '
    + 'an event that lasts needs less from interval to interval'],
  ['the regression speaking too', { member: 'seasonal and regression', reason: 'the regression finds it usual' },
    `no anomaly: 10 below the expected 100, within 50 to 150; score 1.5 by the seasonal state and the regression ${below}; `
    + 'the regression finds it usual, the seasonal state alone would not'],
  ['the seasonal state against the regression', { member: 'seasonal and regression', reason: 'the seasonal state finds it usual' },
    `no anomaly: 10 below the expected 100, within 50 to 150; score 1.5 by the seasonal state and the regression ${below}; `
    + 'the seasonal state finds it usual, the regression alone would not'],
  ['a new level', { value: 200, score: 20, member: 'seasonal while an event goes on', reason: 'new level' },
    'anomaly: 100 above the expected 100, outside of 50 to 150; score 20 by the seasonal state alone, as an event goes on reaches '
    + `${ANOMALOUS_SCORE}; it has lasted so long that it is learned as the new level`],
  ['a new series', { reason: 'damped while the series is new' },
    `no anomaly: 10 below the expected 100, within 50 to 150; score 1.5 by the seasonal state ${below}; damped while the series is new`],
  ['feedback', { reason: 'anomaly', feedback: 0.61 },
    `no anomaly: 10 below the expected 100, within 50 to 150; score 1.5 by the seasonal state ${below}; feedback on similar events counts it 0.61 times`],
  ['the expected value itself', { value: 100, score: 0 }, `no anomaly: as expected, within 50 to 150; score 0 by the seasonal state ${below}`],
  ['no value', { value: NaN, score: NaN, member: 'none', reason: 'no value' }, 'no value in this interval'],
  ['a sum of an hour that came twice', { score: NaN, member: 'none', reason: 'no value' },
    'not judged: where clocks are put back, an interval is longer than the others, and its sum is none to compare'],
  ['too few values', { score: NaN, member: 'none', reason: 'too new' }, 'no score yet: the series has too few values to say what is normal'],
])('of %s', (_name, change, text) => {
  expect(explanation({ ...usual, ...change })).toBe(text);
});
