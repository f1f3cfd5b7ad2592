// SPDX-License-Identifier: Apache-2.0

import { synthesiseExample } from '../../local/demo/synthesise';
import { copyOnce } from '../made-once';

/** Puts the synthesised hourly example into a folder. */
export function exampleAssembly(folder: string): void {
  copyOnce('example', into => synthesiseExample(into, { frequency: 'PT1H', publishedQueries: false }), folder);
}
