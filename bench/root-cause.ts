// SPDX-License-Identifier: Apache-2.0

/**
 * How well and how quickly the search finds the combinations of dimension values behind an event: F1 over the combinations, as in the
 * RiskLoc paper (arXiv 2205.10004), on cases made after its description. Beside it Adtributor on the same cases. The paper's code gave
 * RiskLoc .594 (S) and .703 (L) at 3.8 and 0.79 s a case, AutoRoot .450 and .515 at 0.71 and 0.16 s, on cases of its own.
 *
 * Then one dimension with few values: the share of the cases whose causes are told exactly.
 *
 * Times are processor time. Run: `tsx bench/root-cause.ts [cases] [seed]`; 100 cases of each type by default.
 */
import { adtributor } from './adtributor';
import { FALLS, L_TYPE, makeCase, makeFewValues, S_TYPE, type RootCauseCase } from './root-cause-cases';
import { findRootCauses } from '../handlers/engine/groups/root-cause/search';

const count = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? 1);

/** Repeatable numbers between 0 and 1 (the generator of Park and Miller). */
function randomOf(start: number): () => number {
  let state = (start * 7_919 + 12_345) % 2_147_483_647;
  return () => {
    state = state * 48_271 % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

type Method = (leaves: RootCauseCase['leaves']) => readonly (readonly number[])[];
const methods: Record<string, Method> = {
  'this library': leaves => {
    const change = leaves.values.reduce((sum, value, leaf) => sum + value - leaves.expected[leaf]!, 0);
    return findRootCauses(leaves, change < 0 ? -1 : 1).map(({ codes }) => codes);
  },
  'Adtributor': adtributor,
};

console.log(`${count} cases of each type, Node ${process.version}\n`);
console.log(`${'type'.padEnd(6)}${'method'.padEnd(16)}${'F1'.padStart(8)}${'precision'.padStart(12)}${'recall'.padStart(10)}${'ms a case'.padStart(12)}${'most ms'.padStart(10)}`);
for (const [name, type] of [['S', S_TYPE], ['L', L_TYPE]] as const) {
  const tallies = Object.entries(methods).map(([method, find]) => ({ method, find, hit: 0, predicted: 0, total: 0, most: 0 }));
  let causes = 0;
  const random = randomOf(seed);
  for (let index = 0; index < count; index++) {
    const made = makeCase(type, random);
    const expected = new Set(made.causes.map(String));
    causes += expected.size;
    for (const tally of tallies) {
      const start = process.cpuUsage();
      const answer = tally.find(made.leaves);
      const { user, system } = process.cpuUsage(start);
      const milliseconds = (user + system) / 1000;
      tally.total += milliseconds;
      tally.most = Math.max(tally.most, milliseconds);
      tally.predicted += answer.length;
      tally.hit += answer.filter(cause => expected.has(String(cause))).length;
    }
  }
  for (const { method, hit, predicted, total, most } of tallies) {
    const precision = hit / Math.max(1, predicted);
    const recall = hit / causes;
    console.log(name.padEnd(6) + method.padEnd(16) + (2 * hit / (predicted + causes)).toFixed(3).padStart(8) + precision.toFixed(3).padStart(12)
      + recall.toFixed(3).padStart(10) + (total / count).toFixed(1).padStart(12) + most.toFixed(1).padStart(10));
  }
}

const fewValues = [2, 3, 4, 6, 10];
console.log(`\n${'values of the dimension'.padEnd(26)}${fewValues.map(values => String(values).padStart(8)).join('')}`);
for (const [name, falls] of Object.entries(FALLS)) {
  const told = fewValues.map(values => {
    const random = randomOf(seed);
    // two of two are all, and all but one of two is one
    if (values === 2 && name !== 'one falls' && name !== 'all fall') return ''.padStart(8);
    const made = Array.from({ length: 10 * count }, () => makeFewValues(values, falls, random));
    const hit = made.filter(({ leaves, causes }) => (
      findRootCauses(leaves, -1).map(({ codes }) => String(codes)).sort().join() === causes.map(String).sort().join()));
    return (hit.length / made.length).toFixed(3).padStart(8);
  });
  console.log(name.padEnd(26) + told.join(''));
}
