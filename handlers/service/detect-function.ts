// SPDX-License-Identifier: Apache-2.0

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { DetectEvent, FileSample, SampleEvent } from '../../src/private/contract';

/** What the service has the detect function do, which is the one that callers' roles trust. */
export interface DetectFunction {
  /** Hands an event over, which is worked on after the call has returned. */
  startLearning(event: DetectEvent): Promise<void>;
  /** @throws Error when the function failed */
  readSample(event: SampleEvent): Promise<FileSample>;
}

/** The detect function of that name. */
export function detectFunctionOf(functionName: string): DetectFunction {
  const client = new LambdaClient({});
  return {
    async startLearning(event) {
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
    },
    async readSample(event) {
      const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }));
      const answer = Payload?.transformToString() ?? '';
      if (FunctionError !== undefined) throw new Error(`function ${functionName} failed (${FunctionError}): ${answer.slice(0, 500)}; its log tells more`);
      return JSON.parse(answer) as FileSample;
    },
  };
}
