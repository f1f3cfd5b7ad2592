// SPDX-License-Identifier: Apache-2.0

/**
 * Runs the fault matrix, started by faults.test.ts and late-data.test.ts in a process of its own (ESM-only parts). Arguments: a folder, and
 * optionally a regular expression that chooses cases by name. With SETTLE_HOURS those of late data, which need a settle time. Prints what became of every case as JSON.
 */
import { join } from 'node:path';
import { FAULT_CASES, LATE_DATA_CASES } from './cases';
import type { CaseOutcome } from './fault-case';
import { synthesise } from './synthesise';
import { World } from './world';

const [directory, chosen = ''] = process.argv.slice(2);

async function main() {
  const assembly = join(directory, 'cdk.out');
  synthesise(assembly);
  const cases = (process.env.SETTLE_HOURS ? LATE_DATA_CASES : FAULT_CASES).filter(({ name }) => new RegExp(chosen).test(name));
  const hours = cases.reduce((sum, faultCase) => sum + (faultCase.hours ?? 3), 0);
  const world = await World.start(assembly, join(directory, 'cloud'), hours);
  const outcomes: (CaseOutcome & { seconds: number })[] = [];
  try {
    let hour = 0;
    for (const faultCase of cases) {
      const begun = performance.now();
      const outcome = await world.run(faultCase, hour);
      hour += faultCase.hours ?? 3;
      outcomes.push({ ...outcome, seconds: (performance.now() - begun) / 1000 });
    }
    process.stdout.write(JSON.stringify({ outcomes, refusedRequests: world.cloud.refusedRequests }));
  } finally {
    await world.close();
  }
}

main().catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
