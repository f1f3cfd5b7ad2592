// SPDX-License-Identifier: Apache-2.0

import { Calendar } from '../../../../handlers/engine/calendar/calendar';
import { DAY, HOUR, MONDAY } from '../samples';

describe('seasons of an interval', () => {
  test.each([[300, 288, 168, 12], [600, 144, 168, 6], [3600, 24, 168, 1]] as const)('%i seconds: %i slots a day, %i hours a week', (seconds, cycle, week, perHour) => {
    const calendar = new Calendar(seconds);
    expect([calendar.cycleSlots, calendar.weekSlots, calendar.intervalsPerWeekSlot]).toEqual([cycle, week, perHour]);
    const position = calendar.position(MONDAY + 2 * DAY + 13 * HOUR + 50 * 60);
    expect(position).toEqual({ cycle: Math.floor((13 * 60 + 50) * 60 / seconds), week: 3 * 24 + 13, noise: 13 });
  });

  test('daily data has the day of the week', () => {
    const calendar = new Calendar(86400);
    expect([-1, 0, 6, 7].map(day => calendar.position(MONDAY + day * DAY).cycle)).toEqual([0, 1, 0, 1]);
  });

  test('before 1970 the clock goes on as well', () => {
    expect(new Calendar(3600).position(-HOUR)).toEqual({ cycle: 23, week: 3 * 24 + 23, noise: 23 });
  });
});
