// SPDX-License-Identifier: Apache-2.0

import { awscliClient, boto3Client, javascriptClient, type Client } from './clients';
import { PythonClients } from './python';
import { ConformanceService } from './service';
import { STORES, type StoreName } from './service-parts';

/** The service on each store and AWS's three clients. */
export class ConformanceSetting {
  public static async start(): Promise<ConformanceSetting> {
    const [python, ...services] = await Promise.all([PythonClients.start(), ...STORES.map(store => ConformanceService.start(store))]);
    return new ConformanceSetting(python, new Map(STORES.map((store, index) => [store, services[index]])));
  }

  private readonly javascript = javascriptClient();

  private constructor(public readonly python: PythonClients, private readonly services: ReadonlyMap<StoreName, ConformanceService>) {}

  public service(store: StoreName): ConformanceService {
    return this.services.get(store)!;
  }

  public client(name: ClientName): Client {
    return { JavaScript: this.javascript, boto3: boto3Client(this.python), awscli: awscliClient(this.python) }[name];
  }

  public async stop(): Promise<void> {
    this.javascript.destroy();
    await Promise.all([this.python.stop(), ...[...this.services.values()].map(service => service.stop())]);
  }
}

export const CLIENTS = ['JavaScript', 'boto3', 'awscli'] as const;
export type ClientName = typeof CLIENTS[number];

/** Each client on each store. */
export const CLIENTS_AND_STORES = STORES.flatMap(store => CLIENTS.map(client => ({ client, store })));
