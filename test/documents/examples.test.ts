// SPDX-License-Identifier: Apache-2.0

import { block, read } from './documents';

const EXAMPLES = {
  python: 'examples/python/app.py',
  java: 'examples/java/src/main/java/shop/EcommerceApp.java',
  go: 'examples/go/main.go',
};

/** Without the indentation of the whole. */
function atTheMargin(code: string): string {
  const lines = code.trimEnd().split('\n');
  const margin = Math.min(...lines.filter(line => line.trim() !== '').map(line => /^\s*/.exec(line)![0].length));
  return lines.map(line => line.slice(margin)).join('\n');
}

test.each(Object.entries(EXAMPLES))('README shows the connector in %s as it stands in %s, which test/languages builds and runs', (language, path) => {
  const lines = read(path).split('\n');
  const shown = block('README.md', language).trimEnd();
  const count = shown.split('\n').length;
  expect(count).toBeGreaterThan(10);
  const places = lines.map((_, from) => atTheMargin(lines.slice(from, from + count).join('\n')));
  expect(places).toContain(shown);
});

test('README\'s first example is about 15 lines after its imports, as wide as a page, and makes the same calls as the examples', () => {
  const code = block('README.md', 'ts nofixture');
  expect(code.split('\n\n')[1].trimEnd().split('\n').length).toBeLessThanOrEqual(16);
  expect(Math.max(...code.split('\n').map(line => line.length))).toBeLessThanOrEqual(98); // more is cut off on GitHub, npm and PyPI
  for (const part of ['addAlert(\'Pager\', { threshold: 70', 'Metric.sum(\'views\')', 'DetectorFrequency.HOURLY', '{{start}}', 'TimestampColumn.of(']) {
    expect(code).toContain(part);
    expect(read('examples/typescript/app.ts')).toContain(part);
  }
});
