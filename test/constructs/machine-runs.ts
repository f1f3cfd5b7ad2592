// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface Reply { readonly result?: unknown; readonly error?: string; readonly cause?: string }
export interface Run { readonly input: unknown; readonly replies: Record<string, Reply[]> }
export interface Outcome {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly error?: string;
  readonly cause?: string;
  readonly output?: unknown;
  readonly calls: { readonly state: string; readonly input: any }[];
  readonly path: string[];
  readonly waitedSeconds: number;
}

const BIN = join(__dirname, '..', '..', 'node_modules', '.bin');

/** Runs a definition under scripted tasks, once for each run, all in one process. */
export function runMachine<Name extends string>(definition: object, runs: Record<Name, Run>): Record<Name, Outcome> {
  const names = Object.keys(runs) as Name[];
  const answer = execFileSync(join(BIN, 'tsx'), [join(__dirname, 'run-machine.ts')], {
    input: JSON.stringify(names.map(name => ({ definition, ...runs[name] }))),
    env: { ...process.env, PATH: `${BIN}:${process.env.PATH}` }, // the interpreter needs Node 22
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return Object.fromEntries(JSON.parse(answer).map((outcome: Outcome, index: number) => [names[index], outcome])) as Record<Name, Outcome>;
}

/** Input of the calls of one state. */
export function callsOf(outcome: Outcome, state: string): any[] {
  return outcome.calls.filter(call => call.state === state).map(call => call.input);
}
