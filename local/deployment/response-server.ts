// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import type { ResponseAddress } from '../lambda/function-process';

/** What a custom resource's function sends to the ResponseURL (CloudFormation user guide, "Custom resource response objects"). */
export interface CustomResourceResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/** Host of ResponseURLs; functions are led to the server's port. */
const HOST = 'cloudformation-custom-resource-response.localhost';

/** Largest response body, in bytes (CloudFormation user guide). */
const RESPONSE_BYTES = 4096;

/** The HTTPS server to which custom resources answer, with a certificate of its own. */
export class ResponseServer {
  /** Starts it on a loopback port; its certificate is written to `directory`. */
  public static async start(directory: string): Promise<ResponseServer> {
    const certificate = await generate([{ name: 'commonName', value: HOST }], {
      keySize: 2048,
      extensions: [{ name: 'basicConstraints', cA: true }, { name: 'subjectAltName', altNames: [{ type: 2, value: HOST }] }],
    });
    const certificateFile = join(directory, 'response-certificate.pem');
    writeFileSync(certificateFile, certificate.cert);
    const server = createServer({ key: certificate.private, cert: certificate.cert });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const address = { host: HOST, port: (server.address() as AddressInfo).port };
    const responses = new ResponseServer(address, certificateFile, () => new Promise((resolve, reject) => {
      server.close((error) => error ? reject(error) : resolve());
      server.closeAllConnections();
    }));
    server.on('request', (request, response) => {
      void responses.receive(request).then((status) => response.writeHead(status, { connection: 'close' }).end());
    });
    return responses;
  }

  private readonly waiting = new Map<string, (response: CustomResourceResponse) => void>();

  private constructor(
    /** Where the server is found. */
    public readonly address: ResponseAddress,
    /** Its certificate, for NODE_EXTRA_CA_CERTS. */
    public readonly certificateFile: string,
    private readonly stop: () => Promise<void>,
  ) {}

  /** A new ResponseURL, and the answer that comes to it. */
  public expect(): { url: string; response: Promise<CustomResourceResponse> } {
    const token = randomUUID();
    const response = new Promise<CustomResourceResponse>((resolve) => this.waiting.set(token, resolve));
    return { url: `https://${HOST}/${token}`, response };
  }

  public close(): Promise<void> {
    return this.stop();
  }

  private async receive(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const token = (request.url ?? '').slice(1);
    const resolve = this.waiting.get(token);
    if (request.method !== 'PUT' || !resolve) return 403;
    this.waiting.delete(token);
    resolve(responseOf(body));
    return 200;
  }
}

function responseOf(body: Buffer): CustomResourceResponse {
  if (body.length > RESPONSE_BYTES) {
    return { Status: 'FAILED', Reason: `Response object is too long: ${body.length} bytes, at most ${RESPONSE_BYTES}` };
  }
  let response: CustomResourceResponse;
  try {
    response = JSON.parse(body.toString('utf8')) as CustomResourceResponse;
  } catch {
    return { Status: 'FAILED', Reason: `Invalid Response object: ${JSON.stringify(body.toString('utf8').slice(0, 200))}` };
  }
  if (response.Status === 'SUCCESS' && !response.PhysicalResourceId) return { Status: 'FAILED', Reason: 'Invalid PhysicalResourceId' };
  if (response.Status === 'SUCCESS' || response.Status === 'FAILED') return response;
  return { Status: 'FAILED', Reason: `Invalid Response object: Status is ${JSON.stringify((response as { Status?: unknown }).Status)}` };
}
