// SPDX-License-Identifier: Apache-2.0

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumedRoles } from './assumed-roles';
import { ModelStore } from './model/model-store';
import { ENVIRONMENT, METRICS, type DeliverEvent, type WatchEvent } from '../../src/private/contract';
import { DynamoDbStore } from '../lookout/dynamodb-store';
import type { DetectorRecord, Store } from '../lookout/store';
import { SeriesValuesStore } from '../shared/series-values-store';

/** Metrics of one call, by name in `METRICS`. */
export type Counts = Partial<Record<'anomalyGroups' | 'alertsDelivered' | 'alertsUndelivered' | 'rowsRejected' | 'dataMissing' | 'modelsRelearned', number>>;

/** What learning and detecting need of the world around them. */
export interface Services {
  readonly store: Store;
  readonly models: ModelStore;
  readonly values: SeriesValuesStore;
  readonly roles: Pick<AssumedRoles, 's3' | 'sns' | 'lambda' | 'events'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Emits metrics of a detector. */
  readonly count: (detector: DetectorRecord, counts: Counts) => void;
  /** Has an event worked on by another invocation of this function; returns when that is accepted. */
  readonly invokeLater: (event: DeliverEvent | WatchEvent) => Promise<void>;
  /** Waits some milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/**
 * The services that the function's environment names.
 * @param store what the detection service remembers, where it is not the table that the environment names
 * @throws Error when an environment variable is missing
 */
export function servicesOfEnvironment(store?: Store): Services {
  const stateBucket = variable(ENVIRONMENT.stateBucket);
  const state = new S3Client({});
  return {
    store: store ?? new DynamoDbStore(new DynamoDBClient({}), variable(ENVIRONMENT.serviceTable)),
    models: new ModelStore(state, stateBucket),
    values: new SeriesValuesStore(state, stateBucket),
    roles: new AssumedRoles(),
    log: new Logger({ serviceName: 'detect' }),
    count: countMetrics(),
    invokeLater: invokeItself(),
    wait: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
  };
}

/** Invokes this function asynchronously, with its own rights. */
function invokeItself(): Services['invokeLater'] {
  const client = new LambdaClient({});
  return async event => {
    const FunctionName = process.env[ENVIRONMENT.detectFunction] ?? process.env.AWS_LAMBDA_FUNCTION_NAME;
    await client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set: the construct sets it on the detect function`);
  return value;
}

/** Emits metrics in CloudWatch's embedded metric format, with the detector as their only dimension. */
export function countMetrics(): Services['count'] {
  const metrics = new Metrics({ namespace: METRICS.namespace });
  // powertools adds a dimension `service`, under which the constructs' metrics would not find these
  metrics.clearDefaultDimensions();
  return (detector, counts) => {
    metrics.addDimension(METRICS.detectorDimension, process.env[ENVIRONMENT.connectorName] || detector.name);
    for (const [name, value] of Object.entries(counts)) metrics.addMetric(METRICS[name as keyof Counts], MetricUnit.Count, value);
    metrics.publishStoredMetrics();
  };
}
