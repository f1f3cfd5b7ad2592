// SPDX-License-Identifier: Apache-2.0

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');
const REQUIREMENTS = join(__dirname, 'requirements.txt');
const WORK = join(ROOT, '.tmp', 'conformance');
const execute = promisify(execFile);

/** What the Python process is asked for, besides an answer of the service: botocore's service model. */
export interface PythonRequest {
  readonly client: 'boto3' | 'awscli' | 'model';
  readonly endpoint?: string;
  readonly operation?: string;
  readonly input?: object;
  /** Whether botocore checks the input before it sends it. */
  readonly validate?: boolean;
}

/**
 * Interpreter of a virtual environment that holds boto3 and awscli as `requirements.txt` pins them. It is made once, in
 * `.tmp/conformance`, and again when that file changes: the only time that the network is used.
 */
export async function pythonInterpreter(): Promise<string> {
  const environment = join(WORK, 'venv');
  const python = join(environment, 'bin', 'python');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  const marker = join(environment, 'requirements.txt');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) {
    return python;
  }
  const made = `${environment}.${process.pid}`;
  mkdirSync(WORK, { recursive: true });
  await execute('python3', ['-m', 'venv', made]);
  await execute(join(made, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  writeFileSync(join(made, 'requirements.txt'), wanted);
  try {
    // two test files may make it at once: the first one stays
    renameSync(made, environment);
  } catch {
    if (!existsSync(marker) || readFileSync(marker, 'utf8') !== wanted) {
      rmSync(environment, { recursive: true, force: true });
      renameSync(made, environment);
    }
    rmSync(made, { recursive: true, force: true });
  }
  return python;
}

/** Environment in which AWS's Python clients find credentials, a region and nothing of the machine's own configuration. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  mkdirSync(WORK, { recursive: true });
  const config = (name: string, text: string): string => {
    const path = join(WORK, name);
    writeFileSync(path, text);
    return path;
  };
  const validating = config('validating.ini', '[default]\nmax_attempts = 1\n');
  const sending = config('sending.ini', '[default]\nmax_attempts = 1\nparameter_validation = false\n');
  return {
    PATH: process.env.PATH,
    HOME: WORK,
    AWS_ACCESS_KEY_ID: 'conformance',
    AWS_SECRET_ACCESS_KEY: 'conformance',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_CONFIG_FILE: validating,
    AWS_EC2_METADATA_DISABLED: 'true',
    VALIDATING_CONFIG: validating,
    SENDING_CONFIG: sending,
  };
}

/** One Python process with both of AWS's Python clients, asked one thing after the other. */
export class PythonClients {
  public static async start(): Promise<PythonClients> {
    const child = spawn(await pythonInterpreter(), [join(__dirname, 'clients.py')], { env: pythonEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] });
    return new PythonClients(child);
  }

  private readonly waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];

  private constructor(private readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', line => this.waiting.shift()?.resolve(JSON.parse(line)));
    child.on('exit', code => this.waiting.splice(0).forEach(({ reject }) => reject(new Error(`the Python process ended with code ${code}`))));
  }

  public async ask<T>(request: PythonRequest): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ resolve: answer => resolve(answer as T), reject });
      this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    });
  }

  public async stop(): Promise<void> {
    const ended = new Promise(resolve => this.child.once('exit', resolve));
    this.child.stdin!.end();
    await ended;
  }
}
