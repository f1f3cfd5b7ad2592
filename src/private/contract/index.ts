// SPDX-License-Identifier: Apache-2.0

/**
 * The contract between the constructs and the Lambda handlers: names, event shapes, paths, limits and metrics.
 * Imported by both sides, so that they cannot drift. Imports nothing of aws-cdk-lib.
 */
export * from './bus-events';
export * from './connector-settings';
export * from './country-codes';
export * from './crawl';
export * from './custom-resources';
export * from './detect';
export * from './ecommerce-tables';
export * from './intervals';
export * from './limits';
export * from './metrics';
export * from './names';
export * from './query-text';
export * from './timestamp-format';
