// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const CDK = join(__dirname, '..', '..', 'node_modules', '.bin', 'cdk');

/** What a command of the CDK printed, and its exit code. */
export interface CdkOutput {
  readonly code: number | null;
  readonly output: string;
}

/** The CDK's own command line, in an account on a loopback port. It asks no other host: no notices, no newer version, no telemetry. */
export class Cdk {
  private readonly environment: NodeJS.ProcessEnv;

  /** `directory` is where it runs and what it takes for the home of its user: without settings. */
  public constructor(private readonly directory: string, endpoint: string) {
    mkdirSync(directory, { recursive: true });
    this.environment = {
      PATH: process.env.PATH,
      HOME: directory,
      TMPDIR: directory,
      CI: 'true', // all that it tells goes to standard output
      NO_COLOR: '1',
      AWS_ENDPOINT_URL: endpoint,
      // the address of the template that CloudFormation is told: moto knows S3 by AWS's own name
      AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: 'https://s3.us-east-1.amazonaws.com',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'ring2',
      AWS_SECRET_ACCESS_KEY: 'ring2',
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_DISABLE_VERSION_CHECK: '1',
    };
  }

  /** Runs a command to its end. */
  public run(...words: string[]): Promise<CdkOutput> {
    return new Promise((resolve, reject) => {
      const child = spawn(CDK, [...words, '--no-notices'], { cwd: this.directory, env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => output += text);
      child.once('error', reject);
      child.once('close', code => resolve({ code, output }));
    });
  }
}
