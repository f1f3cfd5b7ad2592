// SPDX-License-Identifier: Apache-2.0

import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';

/** Name that the assumed roles' sessions have in CloudTrail. */
const SESSION_NAME = 'redshift-lookout-detect';

type Client = S3Client | SNSClient | LambdaClient | EventBridgeClient;

/** Clients that act as the roles which metric sets and alerts name. Kept, since each has assumed its role and holds its connections. */
export class AssumedRoles {
  private readonly clients = new Map<string, Client>();

  /** @param roleArn undefined: the function's own role */
  public s3(roleArn?: string): S3Client {
    if (roleArn === undefined) return this.client('s3', () => new S3Client({}));
    return this.client(`s3 ${roleArn}`, () => new S3Client({ credentials: credentialsOf(roleArn) }));
  }

  /** @param targetArn ARN of the topic: its region is the client's */
  public sns(roleArn: string, targetArn: string): SNSClient {
    const region = regionOf(targetArn);
    return this.client(`sns ${region} ${roleArn}`, () => new SNSClient({ credentials: credentialsOf(roleArn), region }));
  }

  /** @param targetArn ARN of the function: its region is the client's */
  public lambda(roleArn: string, targetArn: string): LambdaClient {
    const region = regionOf(targetArn);
    return this.client(`lambda ${region} ${roleArn}`, () => new LambdaClient({ credentials: credentialsOf(roleArn), region }));
  }

  /** @param targetArn ARN of the event bus: its region is the client's */
  public events(roleArn: string, targetArn: string): EventBridgeClient {
    const region = regionOf(targetArn);
    return this.client(`events ${region} ${roleArn}`, () => new EventBridgeClient({ credentials: credentialsOf(roleArn), region }));
  }

  private client<T extends Client>(key: string, create: () => T): T {
    let client = this.clients.get(key) as T | undefined;
    if (client === undefined) this.clients.set(key, client = create());
    return client;
  }
}

function credentialsOf(roleArn: string): ReturnType<typeof fromTemporaryCredentials> {
  return fromTemporaryCredentials({ params: { RoleArn: roleArn, RoleSessionName: SESSION_NAME } });
}

function regionOf(arn: string): string | undefined {
  return arn.split(':')[3] || undefined;
}
