// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CfnOutput, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { pythonEnvironment, pythonInterpreter } from './python';
import { EmbeddedCloud } from '../../local/cloud';
import { LookoutService } from '../../src';
import { block } from '../documents/documents';
import { moduleFunction, synthesise, temporaryFolder } from '../local/synthesise';

/** An alert's function: keeps the event as it came. */
const KEEP_EVENT = `
import { createRequire } from 'node:module';
const { S3Client, PutObjectCommand } = createRequire(import.meta.url)('@aws-sdk/client-s3');
export const handler = async event => {
  const Key = 'alerts/' + event.alertEventId.split('/').at(-1) + '.json';
  await new S3Client({}).send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key, Body: JSON.stringify(event) }));
};`;

/** How the service is deployed. */
export interface DeploymentOptions {
  /** @default us-east-1 */
  readonly region?: string;
  /** Names of roles that are made beside the one whose name the stack gives. @default none */
  readonly roleNames?: readonly string[];
}

/** A service with function URLs in the embedded cloud, and what its clients name: a bucket, roles, receivers of alerts. */
export interface DeployedService {
  readonly cloud: EmbeddedCloud;
  /** The bucket of the stack. The alert function puts its events under `alerts/`. */
  readonly bucket: string;
  /** ARNs of the roles that the detect function may assume: one of the stack's naming, then those that were asked for. */
  readonly roles: readonly string[];
  readonly topic: string;
  readonly alertFunction: string;
  /** Address that answers all operations, and one that answers those that read. */
  readonly url: string;
  readonly readUrl: string;
  /** Client of the cloud's S3. */
  readonly storage: S3Client;
  /** Environment in which unchanged code with boto3 or the AWS CLI finds and signs for the service. */
  readonly clientEnvironment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Synthesises a stack with the service and deploys it into an embedded cloud, whose clock begins now. */
export async function startDeployedService(options: DeploymentOptions = {}): Promise<DeployedService> {
  const assembly = synthesise(stack => {
    const service = new LookoutService(stack, 'Lookout', { removalPolicy: RemovalPolicy.DESTROY, continuousDetection: true });
    const bucket = new s3.Bucket(stack, 'Data');
    const alertFunction = moduleFunction(stack, 'AlertFunction', KEEP_EVENT, { environment: { BUCKET: bucket.bucketName } });
    const roles = [undefined, ...options.roleNames ?? []].map(roleName =>
      new iam.Role(stack, `ClientRole${roleName ?? ''}`, { assumedBy: new iam.ArnPrincipal(service.detectRole.roleArn), roleName }));
    const outputs = {
      Bucket: bucket.bucketName,
      Topic: new sns.Topic(stack, 'AlertTopic').topicArn,
      AlertFunctionArn: alertFunction.functionArn,
      Url: service.addFunctionUrl().url,
      ReadUrl: service.addFunctionUrl({ readOnly: true }).url,
      ...Object.fromEntries(roles.map((role, index) => [`Role${index}`, role.roleArn])),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });
  });
  const cloud = await EmbeddedCloud.start({ assembly, directory: temporaryFolder(), now: new Date(), region: options.region });
  try {
    await cloud.deploy();
    return await described(cloud);
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

async function described(cloud: EmbeddedCloud): Promise<DeployedService> {
  const { Bucket, Topic, AlertFunctionArn, Url, ReadUrl, ...others } = cloud.outputs;
  const { AWS_ENDPOINT_URL_S3, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = cloud.environment;
  const storage = new S3Client({ endpoint: AWS_ENDPOINT_URL_S3, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  return {
    cloud,
    bucket: Bucket,
    roles: Object.keys(others).filter(name => /^Role\d+$/.test(name)).map((_, index) => others[`Role${index}`]),
    topic: Topic,
    alertFunction: AlertFunctionArn,
    url: Url,
    readUrl: ReadUrl,
    storage,
    clientEnvironment: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL_S3,
      AWS_ENDPOINT_URL_LOOKOUTMETRICS: Url,
      AWS_DATA_PATH: await signingModel(),
    },
    close: async () => {
      storage.destroy();
      await cloud.close();
    },
  };
}

/** Folder with a copy of botocore's model that has clients sign for Lambda, made by docs/access.md's own lines in an empty home folder. */
async function signingModel(): Promise<string> {
  const home = temporaryFolder();
  const env = { ...pythonEnvironment(), HOME: home };
  await promisify(execFile)(await pythonInterpreter(), ['-c', block('docs/access.md', 'python')], { env });
  return join(home, '.aws', 'models');
}

/** Makes a bucket of each subfolder, with its files as objects. */
export async function uploadBuckets({ cloud, storage }: DeployedService, folder: string): Promise<void> {
  for (const Bucket of readdirSync(folder).filter(name => statSync(join(folder, name)).isDirectory())) {
    cloud.s3.createBucket(Bucket);
    const files = readdirSync(join(folder, Bucket), { recursive: true, encoding: 'utf8' }).map(name => join(folder, Bucket, name));
    for (const file of files.filter(name => statSync(name).isFile())) {
      const Key = relative(join(folder, Bucket), file).split(sep).join('/');
      await storage.send(new PutObjectCommand({ Bucket, Key, Body: createReadStream(file), ContentLength: statSync(file).size }));
    }
  }
}
