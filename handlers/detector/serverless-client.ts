// SPDX-License-Identifier: Apache-2.0

import type { RedshiftClient } from '@aws-sdk/client-redshift';
import { HttpRequest } from '@smithy/protocol-http';

/** The operations of Redshift Serverless that the role attachment takes, as `RedshiftServerless` of the AWS SDK has them. */
export interface ServerlessApi {
  getWorkgroup(input: { readonly workgroupName: string }): Promise<{ readonly workgroup?: { readonly namespaceName?: string } }>;
  getNamespace(input: { readonly namespaceName: string }): Promise<{ readonly namespace?: Namespace }>;
  updateNamespace(input: { readonly namespaceName: string; readonly iamRoles: string[] }): Promise<{ readonly namespace?: Namespace }>;
}

/** What is asked of a namespace. */
export interface Namespace {
  /** `AVAILABLE`, `MODIFYING`, `DELETING` */
  readonly status?: string;
  /** ARNs, or `IamRole(applyStatus=in-sync, iamRoleArn=arn:…)`. */
  readonly iamRoles?: string[];
}

/** Environment variable by which the AWS SDKs find another endpoint of the service. */
const ENDPOINT_VARIABLE = 'AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS';

/**
 * Redshift Serverless over HTTP, signed with the credentials, and in the region, of the client for provisioned clusters. Three operations do
 * not need the service's own client.
 */
export class ServerlessClient implements ServerlessApi {
  /** @param endpoint URL; by default the one that the environment names, or the service's own */
  public constructor(private readonly redshift: RedshiftClient, private readonly endpoint = process.env[ENDPOINT_VARIABLE]) {}

  public async getWorkgroup(input: { readonly workgroupName: string }) {
    return this.call<{ workgroup?: { namespaceName?: string } }>('GetWorkgroup', input);
  }

  public async getNamespace(input: { readonly namespaceName: string }) {
    return this.call<{ namespace?: Namespace }>('GetNamespace', input);
  }

  public async updateNamespace(input: { readonly namespaceName: string; readonly iamRoles: string[] }) {
    return this.call<{ namespace?: Namespace }>('UpdateNamespace', input);
  }

  /** @throws Error whose name is the service's name of the error */
  private async call<Output>(operation: string, input: object): Promise<Output> {
    const { config } = this.redshift;
    const region = await config.region();
    const url = new URL(this.endpoint ?? `https://redshift-serverless.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`);
    const signer = await config.signer({ name: 'sigv4', signingName: 'redshift-serverless', signingRegion: region, properties: {} });
    const body = JSON.stringify(input);
    const request = await signer.sign(new HttpRequest({
      protocol: url.protocol,
      hostname: url.hostname,
      port: url.port === '' ? undefined : Number(url.port),
      method: 'POST',
      path: '/',
      headers: {
        'host': url.host,
        'content-type': 'application/x-amz-json-1.1',
        'content-length': String(Buffer.byteLength(body)),
        'x-amz-target': `RedshiftServerless.${operation}`,
      },
      body,
    }));
    const { response } = await config.requestHandler.handle(request as HttpRequest);
    const chunks: Buffer[] = [];
    for await (const chunk of response.body as AsyncIterable<Buffer>) chunks.push(chunk);
    const answer = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Output & { __type?: string; message?: string; Message?: string };
    if (response.statusCode < 300) return answer;
    const error = new Error(answer.message ?? answer.Message ?? `Redshift Serverless answered with status ${response.statusCode}`);
    error.name = (answer.__type ?? 'UnknownError').replace(/^.*#/, '');
    throw error;
  }
}
