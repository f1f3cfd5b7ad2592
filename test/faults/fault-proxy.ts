// SPDX-License-Identifier: Apache-2.0

/** A proxy before a service of the embedded cloud, which loses, refuses or holds the requests that rules choose. */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RoutedService } from '../../local/cloud-parts';

/** An answer that the service did not give. */
interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** Requests that go wrong, and how. */
export interface ProxyRule {
  readonly service: RoutedService;
  /**
   * Found in the request: `<operation> <body>` of DynamoDB (`PutItem {"TableName":…`) and the Data API (`ExecuteStatement {…`),
   * `<method> <path with query>` of S3, where a copy is a method of its own: `COPY`.
   */
  readonly matching: RegExp;
  /** The first request that goes wrong among those that match, from 1. @default 1 */
  readonly nth?: number;
  /** How many in a row go wrong. @default 1 */
  readonly times?: number;
  /** Whether the service does what is asked before things go wrong. @default false */
  readonly withEffect?: boolean;
  /** Done before the caller sees anything. @default - nothing */
  readonly then?: () => Promise<void>;
  /** What the caller sees: an answer, a broken connection, or what the service answers, late by the time that `then` takes. */
  readonly outcome: Refusal | 'LOST' | 'LATE';
}

/** The rules of all proxies. */
export class ProxyRules {
  private rules: { readonly rule: ProxyRule; matched: number }[] = [];

  public add(rule: ProxyRule): void {
    this.rules.push({ rule, matched: 0 });
  }

  /** Removes all rules. Returns those that never struck. */
  public clear(): ProxyRule[] {
    const idle = this.rules.filter(({ rule, matched }) => matched < (rule.nth ?? 1)).map(({ rule }) => rule);
    this.rules = [];
    return idle;
  }

  /** The rule that a request meets, if any. Every rule that matches counts it. */
  public meets(service: RoutedService, text: string): ProxyRule | undefined {
    let met: ProxyRule | undefined;
    for (const entry of this.rules) {
      const { rule } = entry;
      if (rule.service !== service || !rule.matching.test(text)) continue;
      entry.matched++;
      const first = rule.nth ?? 1;
      if (entry.matched >= first && entry.matched < first + (rule.times ?? 1)) met ??= rule;
    }
    return met;
  }
}

/** A running proxy. */
export interface FaultProxy {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts a proxy before a service, on a loopback port. */
export async function startFaultProxy(service: RoutedService, target: string, rules: ProxyRules): Promise<FaultProxy> {
  const server = createServer((message, response) => {
    // functions have a clock of their own: by the date, the SDK would find it wrong and ask again what was refused
    response.sendDate = false;
    answer(service, target, rules, message, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve, reject) => {
      server.close(error => error ? reject(error) : resolve());
      server.closeAllConnections();
    }),
  };
}

async function answer(service: RoutedService, target: string, rules: ProxyRules, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bytesOf(message);
  const operation = /\.(\w+)$/.exec(String(message.headers['x-amz-target'] ?? ''))?.[1];
  const rule = rules.meets(service, operation ? `${operation} ${body.toString('utf8')}` : `${message.headers['x-amz-copy-source'] ? 'COPY' : message.method} ${message.url}`);
  const served = !rule || rule.withEffect || rule.outcome === 'LATE';
  if (rule?.outcome === 'LATE' && !rule.withEffect) await rule.then?.();
  const given = served ? await serve(target, message, body) : undefined;
  if (rule && (rule.outcome !== 'LATE' || rule.withEffect)) await rule.then?.();
  if (rule?.outcome === 'LOST') {
    response.destroy();
  } else if (rule && typeof rule.outcome === 'object') {
    refuse(service, rule.outcome, response);
  } else {
    response.writeHead(given!.status, given!.headers).end(given!.body);
  }
}

function refuse(service: RoutedService, { status, code }: Refusal, response: ServerResponse): void {
  const text = `${code} planned for this request`;
  if (service === 's3') {
    response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code><Message>${text}</Message></Error>`);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ __type: code, message: text, Message: text }));
}

interface Given {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function serve(target: string, message: IncomingMessage, body: Buffer): Promise<Given> {
  return new Promise((resolve, reject) => {
    const { host: _, 'transfer-encoding': __, ...headers } = message.headers;
    const url = new URL(message.url ?? '/', target);
    // the path as it came: URL would write it anew
    const outgoing = forward({
      host: url.hostname, port: url.port, method: message.method, path: message.url, headers: { ...headers, 'content-length': body.length },
    });
    outgoing.once('error', reject);
    outgoing.once('response', incoming => {
      bytesOf(incoming).then(given => {
        const { 'transfer-encoding': ___, connection: ____, date: _____, ...kept } = incoming.headers;
        resolve({ status: incoming.statusCode!, headers: kept, body: given });
      }, reject);
    });
    outgoing.end(body);
  });
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
