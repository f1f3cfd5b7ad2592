// SPDX-License-Identifier: Apache-2.0

import { broken, linksOf, problemOf, problemOnPage } from './document-links';
import { DOCUMENTS, read } from './documents';
import { REPOSITORY } from '../../scripts/package-readme';

test.each(DOCUMENTS)('%s: every link leads somewhere', document => {
  expect(broken(linksOf(read(document)).map(({ target }) => target), link => problemOf(document, link))).toEqual([]);
});

test.each([
  ['docs/nothing.md', 'no such file'], ['docs/operations.md#nothing', 'no such heading'], ['http://example.com', 'no address that begins with https://'],
  ['https://example', 'no name of a public host'], [`${REPOSITORY}/blob/main/docs/nothing.md`, 'no such file'],
  [`${REPOSITORY}/blob/v1.0.0/docs/operations.md#nothing`, 'no such heading'],
])('a link to %s is noticed', (link, problem) => {
  expect(problemOf('README.md', link)).toBe(problem);
});

test('a relative link is noticed on a page that has no files beside it', () => {
  expect(problemOnPage('docs/operations.md')).toContain('relative');
  expect(problemOnPage('#how-it-works')).toContain('relative');
  expect(problemOnPage(`${REPOSITORY}/blob/main/docs/operations.md`)).toBeUndefined();
});

test('README\'s pictures say in words what they show', () => {
  const pictures = linksOf(read('README.md')).filter(({ picture }) => picture);
  expect(pictures.length).toBeGreaterThan(0);
  for (const { text } of pictures) expect(text.length).toBeGreaterThan(80);
});
