// SPDX-License-Identifier: Apache-2.0

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What becomes of one request: it is answered; done, but the answer is lost; never done, its sender dies; done, and time passes. */
export type Fate = 'answered' | 'answer lost' | 'sender dies' | 'time passes';

export interface Choice {
  readonly pick: number;
  readonly fate: Fate;
}

interface Waiting {
  readonly command: any; // undefined: nothing is asked for
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Lets several programs talk to DynamoDB in an order that is chosen for them, request by request. */
export class Interleaver {
  private readonly waiting: Waiting[] = [];
  private open = 0;

  /** @param observe told of every request that was done. */
  public constructor(
    private readonly client: DynamoDBClient, private readonly choices: readonly Choice[],
    private readonly observe: (command: any) => void, private readonly passTime: () => void,
  ) {}

  /** A client whose requests wait for their turn. */
  public get interleaved(): DynamoDBClient {
    const send = async (command: any) => new Promise((resolve, reject) => this.waiting.push({ command, resolve, reject }));
    return Object.assign(Object.create(this.client), { send });
  }

  /** Lets a program wait for some of its turns, so that programs begin at different times. */
  public async idle(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve, reject) => this.waiting.push({ command: undefined, resolve, reject }));
  }

  /** Runs the programs to their ends. Once the choices are used up, every request is answered in the order it came. */
  public async run(programs: (() => Promise<void>)[]): Promise<void> {
    const errors: unknown[] = [];
    this.open = programs.length;
    for (const program of programs) void program().catch(error => errors.push(error)).finally(() => this.open--);
    for (let step = 0; this.open > 0; step++) {
      await new Promise(resolve => setImmediate(resolve)); // until every program waits or has ended
      if (errors.length > 0) throw errors[0];
      const { pick, fate } = this.choices[step] ?? { pick: 0, fate: 'answered' };
      const [next] = this.waiting.splice(pick % this.waiting.length, 1);
      if (next) await this.serve(next, fate);
    }
    if (errors.length > 0) throw errors[0];
  }

  private async serve({ command, resolve, reject }: Waiting, fate: Fate): Promise<void> {
    if (fate === 'sender dies') {
      this.open--;
      return;
    }
    if (fate === 'time passes') this.passTime();
    if (command === undefined) return resolve(undefined);
    try {
      const answer = await this.client.send(command);
      this.observe(command);
      if (fate === 'answer lost') reject(Object.assign(new Error('socket hang up'), { name: 'TimeoutError' }));
      else resolve(answer);
    } catch (error) {
      reject(error);
    }
  }
}
