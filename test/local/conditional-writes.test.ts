// SPDX-License-Identifier: Apache-2.0

import type { ObjectRecord } from '../../local/s3/bucket-store';
import { ConditionalWrites } from '../../local/s3/conditional-writes';

const stored = new Map<string, ObjectRecord>();
const writes = new ConditionalWrites(key => stored.get(key));
beforeEach(() => {
  stored.clear();
  stored.set('model', { key: 'model', etag: 'abc', size: 1, lastModified: '2026-01-01T00:00:00.000Z', headers: {}, checksums: {} });
});

test('of a key that is deleted while its body comes, only conditional writes fail', () => {
  const [plain, conditional] = [writes.begin('model', {}), writes.begin('model', { ifMatch: 'abc' })];
  writes.delete('model');
  stored.delete('model');
  expect(() => writes.commit(plain)).not.toThrow();
  expect(() => writes.commit(conditional)).toThrow(expect.objectContaining({ code: 'ConditionalRequestConflict' }));
});

test('a condition that has ceased to hold is refused at the end', () => {
  const write = writes.begin('other', { ifNoneMatch: '*' });
  stored.set('other', stored.get('model')!);
  expect(() => writes.commit(write)).toThrow(expect.objectContaining({ code: 'PreconditionFailed' }));
});

test('what was abandoned is not asked any more', () => {
  const write = writes.begin('model', { ifMatch: '*' });
  writes.abandon(write);
  writes.delete('model', 'abc');
  expect(write.conflict).toBe(false);
  expect(() => writes.delete('model', 'another')).toThrow(expect.objectContaining({ code: 'PreconditionFailed' }));
});
