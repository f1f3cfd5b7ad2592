// SPDX-License-Identifier: Apache-2.0

import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AccessEntry } from './access';
import { serviceHandler, type ServiceParts } from './service-handler';
import { DEFAULT_MAXIMUM_ALERTS, DEFAULT_MAXIMUM_DETECTORS, DEFAULT_MAXIMUM_TAGS, ENVIRONMENT, LIMITS } from '../../src/private/contract';
import { DynamoDbStore } from '../lookout/dynamodb-store';
import type { Store } from '../lookout/store';

const logger = new Logger({ serviceName: 'lookout-service' });
const logFailure = (message: string, error: unknown): void => logger.error(message, error instanceof Error ? error : new Error(String(error)));

/** One line of JSON for each request. */
const logAccess = (entry: AccessEntry): void => logger.info('request', { ...entry });

/**
 * Answers the Lookout for Metrics API: invoked directly by `LambdaRequestHandler`, or by a function URL. Rights needed: the service table,
 * reading and deleting under `state/` of the state bucket, and invoking the detect function.
 */
export const handler = createHandler(() => new DynamoDbStore(new DynamoDBClient({}), environment(ENVIRONMENT.serviceTable)));

/**
 * Makes the function on a store.
 * @param store made at the first request and kept: connections stay warm
 */
export function createHandler(store: () => Store): ReturnType<typeof serviceHandler> {
  let parts: ServiceParts | undefined;
  return serviceHandler(() => parts ??= awsParts(store()), logFailure, logAccess);
}

function awsParts(store: Store): ServiceParts {
  const bucketName = environment(ENVIRONMENT.stateBucket);
  const detectFunction = environment(ENVIRONMENT.detectFunction);
  // S3 and Lambda are needed by few operations: they are not loaded before, which makes the first answer quicker
  const bucket = once(async () => (await import('./state-bucket')).stateBucket(bucketName));
  const detect = once(async () => (await import('./detect-function')).detectFunctionOf(detectFunction));
  return {
    store,
    seriesValues: { read: async (...series) => (await bucket()).seriesValues.read(...series) },
    startLearning: async event => (await detect()).startLearning(event),
    readSample: async event => (await detect()).readSample(event),
    deleteState: async detectorName => (await bucket()).deleteState(detectorName),
    quotas: {
      detectors: quota(ENVIRONMENT.maximumDetectors, DEFAULT_MAXIMUM_DETECTORS),
      alertsPerDetector: quota(ENVIRONMENT.maximumAlerts, DEFAULT_MAXIMUM_ALERTS),
      metrics: quota(ENVIRONMENT.maximumMetrics, LIMITS.metrics),
      dimensions: quota(ENVIRONMENT.maximumDimensions, LIMITS.dimensions),
      tags: quota(ENVIRONMENT.maximumTags, DEFAULT_MAXIMUM_TAGS),
    },
    now: () => Date.now() / 1000,
    logFailure,
  };
}

function quota(name: string, usual: number): number {
  return Number(process.env[name] ?? usual);
}

function environment(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`the environment variable ${name} of the service function is missing`);
  }
  return value;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}
