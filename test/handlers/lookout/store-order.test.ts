// SPDX-License-Identifier: Apache-2.0

import { sortableTime } from '../../../handlers/lookout/store-order';

test('times sort as text does, before 1970 too', () => {
  const times = [-62_135_596_800, -2_678_400, -86_401, -86_400, -1, 0, 9, 1_767_225_600, 253_402_300_799];
  expect(times.map(sortableTime).sort()).toEqual(times.map(sortableTime));
  expect(sortableTime(1_767_225_600)).toBe('001767225600');
});
