// SPDX-License-Identifier: Apache-2.0

import { S3Client } from '@aws-sdk/client-s3';
import { deleteDetectorState } from './detector-state';
import { SeriesValuesStore } from '../shared/series-values-store';

/** What the service does with the state bucket. */
export interface StateBucket {
  readonly seriesValues: SeriesValuesStore;
  readonly deleteState: (detectorName: string) => Promise<void>;
}

/** The state bucket of that name, reached with the function's own rights. */
export function stateBucket(bucketName: string): StateBucket {
  const client = new S3Client({});
  return {
    seriesValues: new SeriesValuesStore(client, bucketName),
    deleteState: detectorName => deleteDetectorState(client, bucketName, detectorName),
  };
}
