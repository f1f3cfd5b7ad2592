// SPDX-License-Identifier: Apache-2.0

/** README as the packages for Python, Java and Go show it, of which test/languages builds and reads each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';
import { REPOSITORY, withAddresses } from '../../scripts/package-readme';
import { expectLinksOfPage, linksOf } from '../documents/document-links';
import { read, ROOT } from '../documents/documents';

test('the assembly has README with addresses in place of relative links: if not, run projen compile', () => {
  const { readme } = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8')) as { readonly readme: { readonly markdown: string } };
  expect(readme.markdown).toBe(withAddresses(read('README.md'), manifest.version));
  expectLinksOfPage(linksOf(readme.markdown).map(({ target }) => target));
});

test('links of a released version lead to its own documents, pictures to the file itself, and code is left alone', () => {
  const raw = REPOSITORY.replace('github.com', 'raw.githubusercontent.com');
  const text = '![A [picture]](docs/how-it-works.svg) [a part](docs/access.md#limits), [apps](examples),\n[AWS](https://aws.amazon.com) [here](#here)\n```ts\n[a](b)\n```\n';
  expect(withAddresses(text, '1.2.3')).toBe(`![A [picture]](${raw}/v1.2.3/docs/how-it-works.svg) [a part](${REPOSITORY}/blob/v1.2.3/docs/access.md#limits), `
    + `[apps](${REPOSITORY}/tree/v1.2.3/examples),\n[AWS](https://aws.amazon.com) [here](#here)\n\`\`\`ts\n[a](b)\n\`\`\`\n`);
  expect(withAddresses(text, '0.0.0')).toContain('/blob/main/docs/access.md#limits');
  expect(() => withAddresses('[lost](docs/nothing.md)', '1.2.3')).toThrow(/no such file[^]*nothing\.md/);
});
