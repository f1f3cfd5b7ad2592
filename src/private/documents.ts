// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'fs';
import * as path from 'path';

/**
 * Address of a heading of the documents: for people who meet it far from the repository, for example in the mail of an alarm. It leads to the newest
 * version of the document, so that no release changes the templates.
 */
export function documentAddress(document: string, heading: string): string {
  const { repository } = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8')) as { readonly repository: { readonly url: string } };
  return `${repository.url.replace(/\.git$/, '')}/blob/main/docs/${document}#${heading}`;
}
