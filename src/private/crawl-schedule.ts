// SPDX-License-Identifier: Apache-2.0

import { Stack, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DAY_MINUTES, dailyRunMinute, SECOND_RUN_MINUTES } from './contract';
import { fromThisAccount } from './roles';

/** Starts the crawl at the end of every interval and the delay, and that of days once more. */
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
 * When the crawl runs: at interval end + delay, and that of days once more (see `SECOND_RUN_MINUTES`). Whole intervals of delay change nothing
 * here (the crawl knows which interval is due); seconds are rounded up, since a schedule knows minutes only.
 */
export function cronFields(intervalSeconds: number, delaySeconds: number): { minute: string; hour: string } {
  const intervalMinutes = intervalSeconds / 60;
  if (intervalMinutes === DAY_MINUTES) {
    const first = dailyRunMinute(delaySeconds);
    const hours = [first, (first + SECOND_RUN_MINUTES) % DAY_MINUTES].map(minute => Math.floor(minute / 60));
    return { minute: `${first % 60}`, hour: hours.join(',') };
  }
  const minutes = Math.ceil(delaySeconds / 60) % intervalMinutes;
  return { minute: intervalMinutes < 60 ? `${minutes}/${intervalMinutes}` : `${minutes}`, hour: '*' };
}
