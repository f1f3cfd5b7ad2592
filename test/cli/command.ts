// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { buildSync } from 'esbuild';

/** What a run of the command gave. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Public holidays as they are published: the command reads them only when it needs them. */
const HOLIDAYS = join(__dirname, '../../assets/detect/holidays.mjs');

/** The bundled command, run as a process over files in a folder of its own. */
export class CommandLine {
  public readonly folder = mkdtempSync(join(tmpdir(), 'backtest-'));
  private readonly bundle = join(this.folder, 'index.mjs');

  public constructor() {
    buildSync({
      entryPoints: ['cli/index.ts'],
      outfile: this.bundle,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      mainFields: ['module', 'main'],
      alias: { 'date-holidays': HOLIDAYS },
      external: [HOLIDAYS],
      banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
      logLevel: 'error',
    });
  }

  public run(...args: string[]): Run {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.bundle, ...args], { cwd: this.folder, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  }

  /** Runs a back test of `data` with `config.json` into `out`. */
  public backtest(...args: string[]): Run {
    return this.run('backtest', '--data', 'data', '--config', 'config.json', '--out', 'out', ...args);
  }

  public write(path: string, content: string | Buffer | object): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }

  public read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Rows of a CSV file by the names of its columns. */
  public rows(path: string): Record<string, string>[] {
    return parse(this.read(path), { columns: true });
  }

  public json<T>(path: string): T {
    return JSON.parse(this.read(path)) as T;
  }

  public remove(path = '.'): void {
    rmSync(join(this.folder, path), { recursive: true, force: true });
  }
}
