// SPDX-License-Identifier: Apache-2.0

/** The library's repository, as package.json has it. Not read from there: where an app is bundled into one file, that is the package.json of the app. */
const REPOSITORY = 'https://github.com/cdk-redshift-lookout/cdk-redshift-lookout';

/**
 * Address of a heading of the documents: for people who meet it far from the repository, for example in the mail of an alarm. It leads to the newest
 * version of the document, so that no release changes the templates.
 */
export function documentAddress(document: string, heading: string): string {
  return `${REPOSITORY}/blob/main/docs/${document}#${heading}`;
}
