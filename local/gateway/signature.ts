// SPDX-License-Identifier: Apache-2.0

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it was signed: the path and query as they were sent. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a request must be signed for, and with. */
export interface Signing {
  readonly region: string;
  /** Signing name of the service: `lambda` for a function URL. */
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const FIELDS = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Why a request is refused whose signature is checked as AWS does (Signature Version 4, in the authorization header); undefined when the
 * signature is right. That it was made now is not checked.
 */
export function signatureFault(
  { method, path, query, headers, body }: SignedRequest, { region, service, accessKeyId, secretAccessKey }: Signing,
): string | undefined {
  const fields = FIELDS.exec(headers.authorization ?? '');
  if (!fields) return 'Missing Authentication Token';
  const [, keyId, date, signedRegion, signedService, names, signature] = fields;
  if (signedRegion !== region) return `Credential should be scoped to a valid region, not '${signedRegion}'.`;
  if (signedService !== service) return `Credential should be scoped to correct service: '${service}'.`;
  if (keyId !== accessKeyId) return 'The security token included in the request is invalid.';
  const signedHeaders = names.split(';');
  if (!signedHeaders.includes('host')) return '\'Host\' must be a \'SignedHeader\' in the AWS Authorization.';
  const canonical = [
    method,
    // the labels of the path are encoded already, and once more for the signature
    path.split('/').map(encoded).join('/'),
    query.split('&').filter(part => part !== '').map(part => part.includes('=') ? part : `${part}=`).sort().join('&'),
    ...signedHeaders.map(name => `${name}:${[headers[name] ?? ''].flat().join(',').trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex')) ? undefined
    : 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';
}

function encoded(label: string): string {
  return encodeURIComponent(label).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
