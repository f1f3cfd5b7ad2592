// SPDX-License-Identifier: Apache-2.0

import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, IDependable } from 'constructs';
import { PREFIXES } from './contract';
import { Infrastructure } from './infrastructure';

/**
 * Prefixes of unloaded data. That of second readings too where there is no settle time: one that was under way when the settle time was taken
 * away is brought to its end, and the constructs do not know what there was.
 */
export const DATA_PREFIXES = [PREFIXES.history, PREFIXES.live, PREFIXES.again];

/**
 * Bucket of a connector's unloaded data.
 * Not versioned: UNLOAD's CLEANPATH deletes what a broken attempt left, and old versions would stay behind unseen.
 */
export function createDataBucket(scope: Construct, id: string, infrastructure: Infrastructure): s3.Bucket {
  return infrastructure.createBucket(scope, id, {
    lifecycleRules: [
      { id: 'live', prefix: PREFIXES.live, expiration: Duration.days(90) }, // the detector has learned them; people may look back
      // what cancelled statements have left; the rest goes when it has taken its place
      { id: 'again', prefix: PREFIXES.again, expiration: Duration.days(7) },
      { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
    ],
  });
}

/**
 * Rights of UNLOAD with CLEANPATH on the data prefixes (Redshift developer guide: GET, LIST and PUT; DELETE for CLEANPATH). Those of a role of another
 * stack are in a policy of this one: in a policy of that one they would make the stacks depend on each other.
 *
 * @returns what has to be there before something is unloaded; nothing where the role cannot be changed from here
 */
export function grantUnload(scope: Construct, bucket: s3.IBucket, infrastructure: Infrastructure, role: iam.IRole): IDependable[] {
  const grantee = Stack.of(role) === Stack.of(scope) ? role : new iam.Policy(scope, 'UnloadPolicy');
  if (grantee instanceof iam.Policy) role.attachInlinePolicy(grantee); // which a role that is not to be changed leaves
  infrastructure.grantObjects(bucket, DATA_PREFIXES, grantee, [
    's3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject',
  ], 'prefixes');
  const location = new iam.PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [bucket.bucketArn] });
  const { policyDependable } = grantee.grantPrincipal.addToPrincipalPolicy(location);
  return policyDependable ? [policyDependable] : [];
}

/** Rights of the crawl function: it removes files of earlier history runs, and lets second readings take the place of first ones. */
export function grantTidying(bucket: s3.IBucket, infrastructure: Infrastructure, role: iam.IRole): void {
  infrastructure.grantObjects(bucket, [PREFIXES.history], role, ['s3:DeleteObject'], 'prefixes');
  infrastructure.grantObjects(bucket, [PREFIXES.again], role, ['s3:DeleteObject', 's3:GetObject'], 'prefixes');
  infrastructure.grantObjects(bucket, [PREFIXES.live], role, ['s3:DeleteObject', 's3:PutObject'], 'prefixes');
}
