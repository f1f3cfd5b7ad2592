// SPDX-License-Identifier: Apache-2.0

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SFNClient } from '@aws-sdk/client-sfn';

export const STATE_MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Bootstrap';

interface Execution {
  readonly executionArn: string;
  readonly input: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'ABORTED';
}

/** A loopback server with the part of the Step Functions API that the detector function calls. */
export class LoopbackStateMachines {
  public static async start(): Promise<LoopbackStateMachines> {
    const server = createServer();
    server.keepAliveTimeout = 60_000;
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const stateMachines = new LoopbackStateMachines(server, new SFNClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
      disableHostPrefix: true,
      maxAttempts: 1,
    }));
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = stateMachines.answer(String(request.headers['x-amz-target']).split('.')[1], JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
    });
    return stateMachines;
  }

  public readonly executions: Execution[] = [];
  /** Answers StartExecution with this error. */
  public refuse?: { readonly name: string; readonly message: string };

  private constructor(private readonly server: Server, public readonly client: SFNClient) {}

  /** Forgets every execution. */
  public clear(): void {
    this.executions.length = 0;
    this.refuse = undefined;
  }

  public async stop(): Promise<void> {
    this.client.destroy();
    await new Promise<void>((resolve, reject) => this.server.close(error => error ? reject(error) : resolve()));
  }

  private answer(operation: string, input: any): object {
    const execution = this.executions.find(({ executionArn }) => executionArn === input.executionArn);
    switch (operation) {
      case 'StartExecution': {
        if (this.refuse) return { __type: this.refuse.name, message: this.refuse.message };
        const executionArn = `${input.stateMachineArn.replace(':stateMachine:', ':execution:')}:${input.name}`;
        const existing = this.executions.find(other => other.executionArn === executionArn);
        if (existing && (existing.status !== 'RUNNING' || existing.input !== input.input)) return { __type: 'ExecutionAlreadyExists', message: executionArn };
        if (!existing) this.executions.push({ executionArn, input: input.input, status: 'RUNNING' });
        return { executionArn, startDate: 1 };
      }
      case 'DescribeExecution':
        return execution ? { ...execution, stateMachineArn: STATE_MACHINE, startDate: 1 } : { __type: 'ExecutionDoesNotExist', message: input.executionArn };
      case 'ListExecutions':
        return {
          executions: this.executions.filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter).reverse() // newest first
            .map(({ executionArn, status }) => ({ executionArn, status, stateMachineArn: input.stateMachineArn, name: 'x', startDate: 1 })),
        };
      case 'StopExecution':
        execution!.status = 'ABORTED';
        return { stopDate: 1 };
      default:
        return { __type: 'UnknownOperation', message: operation };
    }
  }
}
