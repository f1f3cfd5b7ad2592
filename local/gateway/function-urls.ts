// SPDX-License-Identifier: Apache-2.0

import { startFunctionUrl, type FunctionUrl } from './function-url';
import type { Signing } from './signature';
import type { Functions } from '../lambda/functions';

/** The function URLs that were deployed: each is a loopback address that answers requests which are signed for Lambda. */
export class FunctionUrls {
  private readonly open = new Map<string, FunctionUrl>();

  public constructor(private readonly functions: Functions, private readonly signing: Omit<Signing, 'service'> & { readonly account: string }) {}

  /** Gives a function, or an alias of it, an address. */
  public async create(functionArn: string): Promise<string> {
    const url = await startFunctionUrl(async event => {
      const outcome = await this.functions.invoke(functionArn, JSON.stringify(event));
      if (!outcome) throw new Error(`the function ${functionArn} of this URL is gone`);
      return 'result' in outcome ? { payload: JSON.parse(outcome.result) as unknown } : { functionError: 'Unhandled' };
    }, 0, { ...this.signing, service: 'lambda' });
    this.open.set(url.endpoint, url);
    return url.endpoint;
  }

  public async remove(endpoint: string): Promise<void> {
    await this.open.get(endpoint)?.close();
    this.open.delete(endpoint);
  }

  public async close(): Promise<void> {
    await Promise.all([...this.open.keys()].map(endpoint => this.remove(endpoint)));
  }
}
