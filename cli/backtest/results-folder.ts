// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { InputError } from '../errors';

/** Files that a back test writes; that of totals only where there are some. */
export const RESULTS = {
  scores: 'scores.csv', totals: 'totals.csv', explanations: 'explanations.csv', groups: 'groups.json', summary: 'summary.json', report: 'report.html',
} as const;

/** Ending of a file that is being written. */
const UNFINISHED = '.unfinished';

/** The folder `--out`. Results appear in it only when all of them are complete: those of an earlier run are removed at the beginning. */
export class ResultsFolder {
  /**
   * @param data the file or folder `--data`
   * @throws InputError when the folder cannot be written to, or holds the data
   */
  public constructor(public readonly path: string, data: string) {
    try {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false) {
        throw new InputError(`--out ${JSON.stringify(path)} is a file: give a folder, which may be new`);
      }
      mkdirSync(path, { recursive: true });
      const probe = this.scratch('probe');
      writeFileSync(probe, '');
      rmSync(probe);
      // results among the data would be read as data by the next run
      const folder = realpathSync(path);
      if ([realpathSync(data), realpathSync(dirname(data))].includes(folder)) {
        throw new InputError(`--out ${JSON.stringify(path)} is the folder of the data: give another one, which may be new`);
      }
      if (folder.startsWith(realpathSync(data) + sep)) {
        throw new InputError(`--out ${JSON.stringify(path)} is within the folder of the data, whose folders are read too: give another one, which may be new`);
      }
      for (const name of Object.values(RESULTS)) rmSync(join(path, name), { force: true });
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`--out ${JSON.stringify(path)} cannot be written to: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Path under which a result is written. */
  public unfinished(result: keyof typeof RESULTS): string {
    return join(this.path, `${RESULTS[result]}${UNFINISHED}`);
  }

  /** Path of a result that is finished. */
  public finished(result: keyof typeof RESULTS): string {
    return join(this.path, RESULTS[result]);
  }

  /** Path of a file that the run deletes itself. */
  public scratch(name: string): string {
    return join(this.path, `.${name}${UNFINISHED}`);
  }

  /**
   * Gives all results their names.
   * @param hasTotals whether this run has written totals: a file of them may be left from a run that was killed
   */
  public publish(hasTotals: boolean): void {
    for (const result of Object.keys(RESULTS) as (keyof typeof RESULTS)[]) {
      if (result !== 'totals' || hasTotals) renameSync(this.unfinished(result), this.finished(result));
    }
    this.discard();
  }

  /** Removes what has no name yet: when the run failed, all that it has written. */
  public discard(): void {
    for (const result of Object.keys(RESULTS) as (keyof typeof RESULTS)[]) rmSync(this.unfinished(result), { force: true });
  }
}
