// SPDX-License-Identifier: Apache-2.0

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { moduleFunction, removeTemporaryFolders, synthesise, temporaryFolder } from './synthesise';
import { EmbeddedCloud } from '../../local/cloud';

const clouds: EmbeddedCloud[] = [];
async function start(assembly: string): Promise<EmbeddedCloud> {
  const cloud = await EmbeddedCloud.start({ assembly, directory: temporaryFolder(), now: new Date('2026-11-23T10:00:30Z') });
  clouds.push(cloud);
  return cloud;
}
afterEach(async () => { for (const cloud of clouds.splice(0)) await cloud.close(); });
afterAll(removeTemporaryFolders);

describe('schedules', () => {
  const scheduled = (more: Partial<scheduler.ScheduleProps> = {}) => synthesise((stack) => {
    const worker = moduleFunction(stack, 'Worker', 'let running = 0; export const handler = async (event) => { running++; const alone = running === 1; await new Promise((r) => setTimeout(r, 5)); running--; if (event.at.includes("T12:")) throw new Error("noon"); return { ...event, alone }; };');
    const call = new tasks.LambdaInvoke(stack, 'Call', {
      lambdaFunction: worker,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      payload: sfn.TaskInput.fromObject({ at: sfn.JsonPath.stringAt('$.at'), attempt: sfn.JsonPath.stringAt('$.attempt'), start: sfn.JsonPath.stringAt('$$.Execution.StartTime') }),
    });
    const wait = new sfn.Wait(stack, 'Wait', { time: sfn.WaitTime.duration(Duration.minutes(20)) });
    const machine = new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(wait.next(call)) });
    const { scheduledTime: at, attemptNumber: attempt } = scheduler.ContextAttribute;
    const input = scheduler.ScheduleTargetInput.fromObject({ at, attempt });
    new scheduler.Schedule(stack, 'Hourly', { schedule: scheduler.ScheduleExpression.cron({ minute: '5' }), target: new targets.StepFunctionsStartExecution(machine, { input }), ...more });
    new scheduler.Schedule(stack, 'Quarter', { schedule: scheduler.ScheduleExpression.cron({ minute: '15', hour: '11' }), target: new targets.StepFunctionsStartExecution(machine, { input }) });
  });

  test('start executions in the order of time, one after the other, and go on after one that fails', async () => {
    const cloud = await start(scheduled());
    await cloud.deploy();
    const runs: unknown[] = [];
    const minute = (time: Date) => time.toISOString().slice(11, 16);
    await cloud.runScheduleUntil(new Date('2026-11-23T13:05:00Z'), ({ scheduledTime, execution, schedule }) => {
      const { status, startDate, output } = execution!;
      runs.push([schedule.name.replace(/[0-9A-F]{8}.*/, ''), minute(scheduledTime), status, minute(startDate), (output as any)?.attempt]);
    });
    expect(runs).toEqual([
      ['Test-Hourly', '10:05', 'SUCCEEDED', '10:05', '1'],
      ['Test-Hourly', '11:05', 'SUCCEEDED', '11:05', '1'],
      ['Test-Quarter', '11:15', 'SUCCEEDED', '11:25', '1'], // the execution before took 20 minutes
      ['Test-Hourly', '12:05', 'FAILED', '12:05', undefined],
      ['Test-Hourly', '13:05', 'SUCCEEDED', '13:05', '1'],
    ]);
    expect(cloud.executions[2].input).toEqual({ at: '2026-11-23T11:15:00Z', attempt: '1' });
    expect(cloud.executions.every((execution) => execution.status === 'FAILED' || (execution.output as any).alone)).toBe(true);
    expect(cloud.clock.now()).toEqual(new Date('2026-11-23T13:25:00Z'));
  });

  test('are fired when no function can be under way any more that was invoked before', async () => {
    const cloud = await start(synthesise((stack) => {
      // longer than anything that the cloud waits for by itself
      const slow = moduleFunction(stack, 'Slow', 'export const handler = async () => { await new Promise((r) => setTimeout(r, 400)); console.log(JSON.stringify({ _aws: {}, done: 1 })); };',
        { timeout: Duration.minutes(15) });
      const call = new tasks.LambdaInvoke(stack, 'Call', { lambdaFunction: slow, invocationType: tasks.LambdaInvocationType.EVENT });
      const machine = new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(call) });
      new scheduler.Schedule(stack, 'Hourly', { schedule: scheduler.ScheduleExpression.cron({ minute: '5' }), target: new targets.StepFunctionsStartExecution(machine, {}) });
    }));
    await cloud.deploy();
    const done: number[] = [];
    await cloud.runScheduleUntil(new Date('2026-11-23T12:05:00Z'), () => { done.push(cloud.metrics.length); });
    expect(done).toEqual([0, 1, 2]); // at 10:05, 11:05, 12:05: what the run before had invoked has ended, its own has not
    await cloud.runScheduleUntil(new Date('2026-11-23T12:20:00Z'));
    expect(cloud.metrics).toHaveLength(2); // 15 minutes later it may still be going on
    await cloud.pauseScheduleUntil(new Date('2026-11-23T12:21:00Z'));
    expect(cloud.metrics).toHaveLength(3);
  });

  test('that are disabled or out of their time do not fire', async () => {
    const cloud = await start(scheduled({ enabled: false }));
    await cloud.deploy();
    await cloud.runScheduleUntil(new Date('2026-11-23T11:00:00Z'));
    expect(cloud.executions).toEqual([]);
    const limited = await start(scheduled({ start: new Date('2026-11-23T11:05:00Z'), end: new Date('2026-11-23T12:30:00Z') }));
    await limited.deploy();
    await limited.runScheduleUntil(new Date('2026-11-23T15:00:00Z'));
    expect(limited.executions.map((execution) => (execution.input as any).at.slice(11, 16))).toEqual(['11:05', '11:15', '12:05']);
  });

  test('that were paused do not make up for what was due meanwhile', async () => {
    const cloud = await start(scheduled());
    await cloud.deploy();
    await cloud.pauseScheduleUntil(new Date('2026-11-23T13:05:00Z'));
    await cloud.runScheduleUntil(new Date('2026-11-23T14:05:00Z'));
    expect(cloud.executions.map(({ input }) => (input as any).at)).toEqual(['2026-11-23T14:05:00Z']);
  });

  test('with an unknown target or expression are refused', async () => {
    const broken = (change: (template: string) => string) => {
      const assembly = scheduled();
      const file = join(assembly, 'Test.template.json');
      writeFileSync(file, change(readFileSync(file, 'utf8')));
      return start(assembly);
    };
    const expression = await broken((template) => template.replace('cron(5 * * * ? *)', 'cron(5 * * * ?)'));
    await expect(expression.deploy()).rejects.toThrow(/resource Hourly.*: schedule expression "cron\(5 \* \* \* \?\)": expected cron\(/);
    const target = await broken((template) => template.replace(/"Arn": \{\s*"Ref": "Machine[^}]*\}/, '"Arn": "arn:aws:sqs:us-east-1:123456789012:queue"'));
    await expect(target.deploy()).rejects.toThrow('the embedded cloud does not know the schedule\'s target "arn:aws:sqs:us-east-1:123456789012:queue"');
  });
});
