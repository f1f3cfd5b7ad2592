// SPDX-License-Identifier: Apache-2.0

import { Stack, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { fromThisAccount } from './roles';

/** Starts the crawl at the end of every interval and the delay. */
export function createSchedule(
  scope: Construct, id: string, machine: sfn.IStateMachine, deadLetterQueue: sqs.IQueue,
  time: { readonly intervalSeconds: number; readonly delaySeconds: number; readonly timezone: TimeZone },
): scheduler.Schedule {
  // a role of the connector's own: the scheduler library would make one in the stack, beyond the reach of the connector's aspects
  const role = new iam.Role(scope, `${id}Role`, {
    assumedBy: fromThisAccount(scope, 'scheduler.amazonaws.com', Stack.of(scope).formatArn({
      service: 'scheduler', resource: 'schedule-group', resourceName: 'default',
    })),
  });
  deadLetterQueue.grantSendMessages(role);
  const schedule = new scheduler.Schedule(scope, id, {
    schedule: scheduler.ScheduleExpression.cron({ ...cronFields(time.intervalSeconds, time.delaySeconds), timeZone: time.timezone }),
    target: new targets.StepFunctionsStartExecution(machine, {
      role,
      deadLetterQueue,
      input: scheduler.ScheduleTargetInput.fromObject({ scheduledTime: scheduler.ContextAttribute.scheduledTime }),
    }),
    description: 'cdk-redshift-lookout: crawls the interval that ended',
  });
  schedule.node.addDependency(role);
  return schedule;
}

/**
 * When the crawl runs: at interval end + delay. Whole intervals of delay change nothing here (the crawl knows which interval is due);
 * seconds are rounded up, since a schedule knows minutes only.
 */
export function cronFields(intervalSeconds: number, delaySeconds: number): { minute: string; hour: string } {
  const intervalMinutes = intervalSeconds / 60;
  const minutes = Math.ceil(delaySeconds / 60) % intervalMinutes;
  if (intervalMinutes < 60) return { minute: `${minutes}/${intervalMinutes}`, hour: '*' };
  return { minute: `${minutes % 60}`, hour: intervalMinutes === 60 ? '*' : `${Math.floor(minutes / 60)}` };
}
