// SPDX-License-Identifier: Apache-2.0

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { Attempts } from './attempts';
import { CrawlMetrics } from './crawl-metrics';
import { History } from './history';
import { LeaseKeeper } from './lease-keeper';
import { Ledger } from './ledger';
import { Planning } from './planning';
import { Rereads } from './rereads';
import { UntoldFailures } from './untold-failures';
import { ENVIRONMENT, type AttemptPlan, type CrawlEvent, type CrawlPlan, type Failure, type HistoryPlan, type PlannedInterval } from '../../src/private/contract';

/** What the crawl works with. */
export interface CrawlParts {
  readonly client: DynamoDBClient;
  /** Where the intervals and the history are unloaded to. */
  readonly files: S3Client;
  readonly tableName: string;
  readonly connectorName: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Makes the function that answers the state machines. */
export function crawlHandler(
  { client, files, tableName, connectorName, clock }: CrawlParts,
): (event: CrawlEvent) => Promise<AttemptPlan | HistoryPlan | CrawlPlan | Failure | void> {
  const ledger = new Ledger(client, tableName);
  const leases = new LeaseKeeper(ledger, clock);
  const metrics = new CrawlMetrics(connectorName);
  const untold = new UntoldFailures(ledger, connectorName);
  const history = new History(ledger, files, untold, metrics, connectorName, clock);
  const rereads = new Rereads(ledger, leases, files, untold, metrics, connectorName, clock);
  const planning = new Planning(ledger, leases, rereads, untold, metrics, clock);
  const attempts = new Attempts(ledger, leases, untold, metrics, connectorName, clock);
  const readingOf = ({ interval }: { readonly interval: PlannedInterval }) => interval.reading === 'AGAIN' ? rereads : attempts;
  return async event => {
    switch (event.action) {
      case 'planHistory': return history.plan(event);
      case 'historySubmitted': return history.submitted(event);
      case 'historyUnloaded': return history.unloaded(event);
      case 'historyFinished': return history.finished(event);
      case 'historyFailed': return history.failed(event);
      case 'plan': return planning.plan(event);
      case 'told': return untold.told(event.untold);
      case 'begin': return readingOf(event).begin(event);
      case 'submitted': return readingOf(event).submitted(event);
      case 'finished': return readingOf(event).finished(event);
      case 'failed': return readingOf(event).failed(event);
      default:
        throw new Error(`action ${JSON.stringify((event as { action?: unknown } | undefined)?.action)} is unknown to the crawl function: `
          + 'deploy the state machines and the function from the same version');
    }
  };
}

let handle: ReturnType<typeof crawlHandler> | undefined;

/** Entry point of the `crawl` function: decides which intervals are missing, with which SQL they are read, and keeps the ledger. */
export async function handler(event: CrawlEvent): Promise<AttemptPlan | HistoryPlan | CrawlPlan | Failure | void> {
  handle ??= crawlHandler({
    client: new DynamoDBClient({}),
    files: new S3Client({}),
    tableName: environment(ENVIRONMENT.ledgerTable),
    connectorName: environment(ENVIRONMENT.connectorName),
    clock: Date.now,
  });
  return handle(event);
}

function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} of the crawl function is missing`);
  return value;
}
