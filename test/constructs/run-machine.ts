// SPDX-License-Identifier: Apache-2.0

/**
 * Runs a state machine's definition with scripted tasks. Reads from standard input
 * `{ definition, input, replies: { <state>: [{ result } | { error, cause }] } }` (the last reply of a state repeats) and writes
 * `{ status, error, cause, calls: [{ state, input }], path: [<state>], waitedSeconds }`.
 * A program, since aws-local-stepfunctions is an ES module.
 */
import { StateMachine } from 'aws-local-stepfunctions';

interface Reply { readonly result?: unknown; readonly error?: string; readonly cause?: string }
interface Script { readonly definition: any; readonly input: any; readonly replies: Record<string, Reply[]> }

async function run({ definition, input, replies }: Script): Promise<object> {
  const states = Object.entries<any>(definition.States);
  const calls: { state: string; input: unknown }[] = [];
  const handlers = Object.fromEntries(states.filter(([, state]) => state.Type === 'Task').map(([name]) => {
    const queue = [...replies[name] ?? [{ result: null }]];
    return [name, async (payload: unknown) => {
      calls.push({ state: name, input: payload });
      const reply = queue.length > 1 ? queue.shift()! : queue[0];
      if (reply.error) throw Object.assign(new Error(reply.cause ?? ''), { name: reply.error });
      return reply.result as any;
    }];
  }));
  const machine = new StateMachine(definition, { validationOptions: { checkPaths: true, checkArn: false } });
  const execution = machine.run(input, {
    overrides: {
      taskResourceLocalHandlers: handlers,
      waitTimeOverrides: Object.fromEntries(states.filter(([, state]) => state.Type === 'Wait').map(([name]) => [name, 0])),
      retryIntervalOverrides: Object.fromEntries(states.filter(([, state]) => state.Retry).map(([name]) => [name, 0])),
    },
    context: { Execution: { Id: 'execution' } },
  });
  const path: string[] = [];
  let waitedSeconds = 0;
  const log = (async () => {
    for await (const event of execution.eventLogs) {
      if (event.type === 'StateEntered') {
        path.push(event.state.name);
        if (event.state.type === 'Wait') waitedSeconds += (event.state.input as any)?.waited?.next ?? 0;
      }
    }
  })();
  try {
    const output = await execution.result;
    await log;
    return { status: 'SUCCEEDED', output, calls, path, waitedSeconds };
  } catch (error) {
    await log.catch(() => undefined);
    const cause = (error as Error).cause as Error | undefined;
    return { status: 'FAILED', error: cause?.name, cause: cause?.message, calls, path, waitedSeconds };
  }
}

let text = '';
process.stdin.setEncoding('utf8').on('data', chunk => text += chunk).on('end', async () => {
  const outcomes = [];
  for (const script of JSON.parse(text) as Script[]) outcomes.push(await run(script));
  process.stdout.write(JSON.stringify(outcomes));
});
