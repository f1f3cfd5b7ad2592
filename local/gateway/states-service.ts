// SPDX-License-Identifier: Apache-2.0

import { json, ServiceError, targetOperation, type Service } from './service';
import { StatesError } from '../states/errors';
import type { Execution } from '../states/execution';
import type { StateMachines } from '../states/state-machines';

const seconds = (date: Date | undefined) => date && date.getTime() / 1000;

function described(execution: Execution): object {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.startDate),
    stopDate: seconds(execution.stopDate),
  };
}

/** The operations of Step Functions' API that start, watch and stop executions. */
export function statesService(machines: StateMachines): Service {
  const operations: Record<string, (input: Record<string, string>) => object> = {
    StartExecution: ({ stateMachineArn, input, name }) => {
      const execution = machines.start(stateMachineArn, input, name);
      return { executionArn: execution.arn, startDate: seconds(execution.startDate) };
    },
    DescribeExecution: ({ executionArn }) => {
      const execution = machines.describe(executionArn);
      return {
        ...described(execution),
        input: JSON.stringify(execution.input),
        ...(execution.output !== undefined && { output: JSON.stringify(execution.output) }),
        error: execution.error,
        cause: execution.cause,
      };
    },
    StopExecution: ({ executionArn, error, cause }) => ({ stopDate: seconds(machines.stop(executionArn, error, cause).stopDate) }),
    ListExecutions: ({ stateMachineArn, statusFilter }) => {
      if (!machines.find(stateMachineArn)) {
        throw new StatesError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`);
      }
      const executions = machines.executions.filter((execution) =>
        execution.stateMachineArn === stateMachineArn && (statusFilter === undefined || execution.status === statusFilter));
      return { executions: executions.reverse().map(described) };
    },
  };
  return (request) => {
    const operation = targetOperation(request);
    if (!Object.hasOwn(operations, operation)) {
      throw new ServiceError('UnknownOperationException', 501, `the embedded cloud does not know Step Functions' operation ${JSON.stringify(operation)}`);
    }
    try {
      return json(200, operations[operation](JSON.parse(request.body)));
    } catch (error) {
      if (error instanceof StatesError) throw new ServiceError(error.name, 400, error.message);
      throw error;
    }
  };
}
