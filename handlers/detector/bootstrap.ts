// SPDX-License-Identifier: Apache-2.0

import {
  DescribeExecutionCommand, ListExecutionsCommand, paginateListExecutions, StartExecutionCommand, StopExecutionCommand, type SFNClient,
} from '@aws-sdk/client-sfn';
import { isNamed } from './custom-resource';
import type { BootstrapInput } from '../../src/private/contract';

/** Runs among which the newest one of a detector is looked for: they are of one connector, whose detector may have had another name. */
const RUNS_LOOKED_AT = 20;

/** Starts and stops history runs of the Bootstrap state machine. */
export class Bootstrap {
  public constructor(private readonly client: SFNClient, private readonly stateMachineArn: string) {}

  /** Starts a run for a request of CloudFormation. However often it is asked, one. */
  public async start(requestId: string, input: BootstrapInput): Promise<void> {
    try {
      await this.client.send(new StartExecutionCommand({
        stateMachineArn: this.stateMachineArn, name: executionName(requestId), input: JSON.stringify(input),
      }));
    } catch (error) {
      // the run was started by an earlier try of this request, and has ended
      if (!isNamed(error, 'ExecutionAlreadyExists')) throw error;
    }
  }

  /** Whether a run was started for a request. */
  public async wasStarted(requestId: string): Promise<boolean> {
    const executionArn = `${this.stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionName(requestId)}`;
    try {
      await this.client.send(new DescribeExecutionCommand({ executionArn }));
      return true;
    } catch (error) {
      if (isNamed(error, 'ExecutionDoesNotExist')) return false;
      throw error;
    }
  }

  /** The newest run of a detector; undefined when none of the newest runs was for it. */
  public async newest(detectorArn: string): Promise<{ readonly status: string; readonly learned?: string } | undefined> {
    const { stateMachineArn } = this;
    const { executions = [] } = await this.client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: RUNS_LOOKED_AT }));
    for (const { executionArn } of executions) {
      const { status, input } = await this.client.send(new DescribeExecutionCommand({ executionArn }));
      const { detectorArn: ofRun, learned } = JSON.parse(input ?? '{}') as Partial<BootstrapInput>;
      if (ofRun === detectorArn) return { status: status!, learned };
    }
    return undefined;
  }

  /** Stops the runs of a detector that are under way: they would activate it with a history that is not the right one any more. */
  public async stop(detectorArn: string, cause: string): Promise<void> {
    for await (const page of paginateListExecutions({ client: this.client }, { stateMachineArn: this.stateMachineArn, statusFilter: 'RUNNING' })) {
      for (const { executionArn } of page.executions ?? []) {
        const { input } = await this.client.send(new DescribeExecutionCommand({ executionArn }));
        if ((JSON.parse(input ?? '{}') as Partial<BootstrapInput>).detectorArn !== detectorArn) continue;
        await this.client.send(new StopExecutionCommand({ executionArn, error: 'Superseded', cause }));
      }
    }
  }
}

/** Execution names have at most 80 characters; a request id is a UUID. */
function executionName(requestId: string): string {
  return `deploy-${requestId.replaceAll(/[^\w-]/g, '-')}`.slice(0, 80);
}
