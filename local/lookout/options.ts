// SPDX-License-Identifier: Apache-2.0

import { parseArgs } from 'node:util';

/** What `npm run lookout` was asked to do. */
export interface LookoutOptions {
  /** 0: any port that is free. */
  readonly port: number;
  /** Folder of the data: a subfolder for each bucket. */
  readonly data: string;
  readonly region: string;
  readonly account: string;
  readonly store: StoreKind;
  readonly help: boolean;
}

/** Where the service keeps its records: in the process, or in a DynamoDB table that is reached over HTTP. */
export type StoreKind = 'memory' | 'dynamodb';

export const USAGE = `npm run lookout -- --port N --data FOLDER [options]

Answers the API of Amazon Lookout for Metrics on this machine, with the functions that the library deploys. s3://NAME/... is FOLDER/NAME/...
Clients find it by AWS_ENDPOINT_URL_LOOKOUTMETRICS. It listens on the loopback address only, and takes any credentials and any role.
Standard output: a line that says "ready", then each alert as a line of JSON. Everything else goes to standard error.

  --port N         port (default 0: any that is free)
  --data FOLDER    folder with a subfolder for each bucket (default .)
  --region R       region in ARNs (default us-east-1)
  --account A      account in ARNs (default 123456789012)
  --store S        memory, or dynamodb: the deployed form, on a DynamoDB table in a server of its own (default memory)
  --help           this text

Everything but the data is forgotten at the end.
`;

/**
 * Reads the command line.
 * @throws with the option's name, what was found and what is allowed
 */
export function parseOptions(commandLine: readonly string[]): LookoutOptions {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      port: { type: 'string', default: '0' },
      data: { type: 'string', default: '.' },
      region: { type: 'string', default: 'us-east-1' },
      account: { type: 'string', default: '123456789012' },
      store: { type: 'string', default: 'memory' },
      help: { type: 'boolean', default: false },
    },
  });
  const { region, account, store } = values;
  const port = Number(values.port);
  if (values.port === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port must be a whole number from 0 to 65535, got ${JSON.stringify(values.port)}`);
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw new Error(`--region must be the name of a region such as eu-west-1, got ${JSON.stringify(region)}`);
  if (!/^\d{12}$/.test(account)) throw new Error(`--account must be twelve digits, got ${JSON.stringify(account)}`);
  if (store !== 'memory' && store !== 'dynamodb') throw new Error(`--store must be memory or dynamodb, got ${JSON.stringify(store)}`);
  return { port, data: values.data, region, account, store, help: values.help };
}
