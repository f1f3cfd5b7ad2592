import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { DetectEvent } from '../../src/private/contract';

/** Hands events to the detect function, which works on them after the call has returned. */
export function learningStarter(functionName: string): (event: DetectEvent) => Promise<void> {
  const client = new LambdaClient({});
  return async event => {
    await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
  };
}
