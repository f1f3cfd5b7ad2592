// SPDX-License-Identifier: Apache-2.0

/** Run by deploy-bad-query.test.ts: deploys the example beside a warehouse whose table lacks a column; prints how the deployment ended. */
import { exampleAssembly } from './example-assembly';
import { deployExample } from '../../local/demo/stream';

const [directory, change] = process.argv.slice(2);
exampleAssembly(`${directory}/cdk.out`);
deployExample({
  assembly: `${directory}/cdk.out`,
  directory: `${directory}/cloud`,
  start: new Date('2026-01-05T00:00:00Z'),
  days: 1,
  seed: 1,
  frequency: 'PT1H',
  prepare: async warehouse => {
    await warehouse.query(change);
  },
}).then(
  async stream => {
    process.stdout.write('deployed');
    await stream.cloud.close();
  },
  (error: Error) => process.stdout.write(error.message),
);
