// SPDX-License-Identifier: Apache-2.0

/**
 * Deploys the service with function URLs into the embedded cloud and answers until it is stopped, so that other people's code can be run
 * against the deployed form as `npm run lookout` runs it against the local one:
 *
 *     tsx test/conformance/deployed.ts --data FOLDER --region us-west-2 --role L4MTestRole
 *
 * Standard output: one line of JSON with the environment that clients need, the bucket, roles, topic and function for their requests; then each
 * message to the topic as a line {"target", "alert"}. FOLDER (optional) has a subfolder for each bucket that is made; `--role NAME`, as often
 * as needed, a role of that name. Only requests that are signed for Lambda with the environment's credentials are answered.
 */
import { Console } from 'node:console';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startDeployedService, uploadBuckets } from './deployed-service';
import { removeTemporaryFolders } from '../local/synthesise';

/** How often the schedules of the stack are looked at, in milliseconds. */
const SCHEDULE_MILLISECONDS = 5_000;

// standard output is for what was asked for
globalThis.console = new Console(process.stderr, process.stderr);
const say = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, region: { type: 'string' }, role: { type: 'string', multiple: true } } });
  if (values.data !== undefined && !existsSync(values.data)) throw new Error(`--data must be a folder with a subfolder for each bucket, got ${JSON.stringify(values.data)}`);
  const service = await startDeployedService({ region: values.region, roleNames: values.role });
  const { cloud, bucket, roles, topic, alertFunction, url, readUrl, clientEnvironment } = service;
  if (values.data !== undefined) {
    await uploadBuckets(service, values.data).catch(async (error: unknown) => {
      await service.close();
      throw error;
    });
  }
  say({ url, readUrl, bucket, roles, topic, alertFunction, environment: clientEnvironment });

  let told = 0;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    await cloud.runScheduleUntil(new Date());
    for (; told < cloud.notifications.length; told++) {
      const { topicArn: target, subject, message } = cloud.notifications[told];
      say({ target, subject, alert: message });
    }
  };
  const timer = setInterval(() => looking ??= look().catch(console.error).finally(() => looking = undefined), SCHEDULE_MILLISECONDS);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await looking;
    const lostInvocations = [...new Set(cloud.lostInvocations.map(({ functionName, error }) => `${functionName}: ${error}`))];
    console.error(JSON.stringify({ lostInvocations, refusedRequests: cloud.refusedRequests }));
    await service.close();
    removeTemporaryFolders();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(0), error => {
      console.error(error);
      process.exit(1);
    }));
  }
}

main().catch((error: Error) => {
  console.error(`deployed: ${error.message}`);
  removeTemporaryFolders();
  process.exitCode = 1;
});
