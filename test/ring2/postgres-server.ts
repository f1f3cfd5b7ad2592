// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Major version of PostgreSQL: what Debian 12 has. */
const MAJOR_VERSION = '15';
/** Debian keeps the server's programs off the PATH. */
const DEBIAN_PROGRAMS = '/usr/lib/postgresql/15/bin';
const READY = 'database system is ready to accept connections';

/** The user that owns the cluster's files and runs it. */
interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * The folder with `postgres` and `initdb` of PostgreSQL 15.
 * @throws Error that tells what to install: ring 2 is never skipped
 */
export function postgresPrograms(searched: readonly string[] = [DEBIAN_PROGRAMS, ...(process.env.PATH ?? '').split(delimiter)]): string {
  const found: string[] = [];
  for (const folder of searched) {
    if (!['postgres', 'initdb'].every(program => existsSync(join(folder, program)))) continue;
    const version = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
    if (version.startsWith(`postgres (PostgreSQL) ${MAJOR_VERSION}.`)) return folder;
    found.push(`${folder} has ${version}`);
  }
  throw new Error(`ring 2 needs the server of PostgreSQL ${MAJOR_VERSION}: its programs are not in ${DEBIAN_PROGRAMS} nor on the PATH`
    + `${found.length > 0 ? ` (${found.join(', ')})` : ''}. On Debian 12: apt-get install postgresql`);
}

/** PostgreSQL refuses to run as root: then its own user runs it, which the Debian package makes. */
function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const idOf = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  try {
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch (error) {
    throw new Error(`ring 2 runs as root, and PostgreSQL refuses to. There is no user "postgres" to run it: ${(error as Error).message}`);
  }
}

/** A PostgreSQL 15 that lives as long as a test: its files in a temporary folder, reached through a socket there. */
export class PostgresServer {
  /** Makes the cluster's files and starts the server, which takes about a second. */
  public static async start(): Promise<PostgresServer> {
    const programs = postgresPrograms();
    const user = serverUser();
    const folder = mkdtempSync(join(tmpdir(), 'redshift-lookout-postgres-'));
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid!);
    const data = join(folder, 'data');
    try {
      execFileSync(join(programs, 'initdb'), [
        '--pgdata', data, '--username', 'redshift', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions',
      ], { ...user, cwd: folder, stdio: 'pipe' });
      const settings = { listen_addresses: '', unix_socket_directories: folder, fsync: 'off', TimeZone: 'UTC' };
      const child = spawn(join(programs, 'postgres'), ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])], {
        ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'],
      });
      const server = new PostgresServer(folder, child);
      await server.ready();
      return server;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private readonly stopAtExit: () => unknown;

  private constructor(
    /** Where the socket is; the server can write files here, too. */
    public readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    this.stopAtExit = () => this.child.kill('SIGQUIT');
    process.once('exit', this.stopAtExit);
  }

  /** Stops the server and removes its files. */
  public async close(): Promise<void> {
    process.off('exit', this.stopAtExit);
    const ended = once(this.child, 'exit');
    if (this.child.exitCode === null && this.child.kill('SIGINT')) await ended; // a fast shutdown: sessions are ended
    rmSync(this.folder, { recursive: true, force: true });
  }

  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      let log = '';
      this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-20_000);
        if (log.includes(READY)) resolve();
      });
      this.child.once('error', reject);
      this.child.once('exit', code => reject(new Error(`PostgreSQL ended with ${code}:\n${log}`)));
    });
  }
}
