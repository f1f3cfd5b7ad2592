// SPDX-License-Identifier: Apache-2.0

/** `npm run lookout`: see README. */
import { Console } from 'node:console';
import { resolve } from 'node:path';
import { startLocalService } from './local-service';
import { parseOptions, USAGE } from './options';

// standard output carries the ready line and alerts, nothing else
globalThis.console = new Console(process.stderr, process.stderr);

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    say(USAGE);
    return;
  }
  const service = await startLocalService(options, {
    alert: alert => say(JSON.stringify(alert)),
    failure: (what, error) => console.error(`${what}: ${error instanceof Error ? error.message : String(error)}`),
  });
  console.error(`Lookout for Metrics on ${service.endpoint}: this machine only, any credentials are accepted.
s3://NAME/... is ${resolve(options.data)}/NAME/...
export AWS_ENDPOINT_URL_LOOKOUTMETRICS=${service.endpoint}`);
  say(`ready ${service.endpoint}`);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      service.close().then(() => process.exit(0), () => process.exit(1));
    });
  }
}

main().catch((error: Error) => {
  console.error(`lookout: ${error.message}`);
  process.exitCode = 1;
});
