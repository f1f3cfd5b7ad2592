// SPDX-License-Identifier: Apache-2.0

/**
 * The service in a process of its own, behind a loopback address. The parent says which store, and may call the store's methods
 * (messages `{ id, method, parameters }`), to play the part of the detect function.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestEvent, startService, type StoreName } from './service-parts';

async function main(): Promise<void> {
  const { handler, store, settings } = await startService(process.argv[2] as StoreName);
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await handler(await requestEvent(request), { invokedFunctionArn: settings.functionArn, awsRequestId: randomUUID() });
      response.writeHead(answer.statusCode, answer.headers).end(answer.body);
    })();
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  process.on('message', ({ id, method, parameters }: { id: number; method: keyof typeof store; parameters: unknown[] }) => {
    void (async () => {
      try {
        process.send!({ id, result: await (store[method] as (...all: unknown[]) => unknown).apply(store, parameters) });
      } catch (error) {
        process.send!({ id, error: String(error) });
      }
    })();
  });
  process.on('disconnect', () => process.exit(0));
  process.send!({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

void main();
