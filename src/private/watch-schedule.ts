// SPDX-License-Identifier: Apache-2.0

import { Stack, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { fromThisAccount } from './roles';

/** Has the detect function look for intervals that have ended, every five minutes: at the end of every interval that there can be. */
export function createWatchSchedule(scope: Construct, id: string, detectFunction: lambda.IFunction): void {
  // a role of the service's own, as for the crawl's schedule
  const role = new iam.Role(scope, `${id}Role`, {
    assumedBy: fromThisAccount(scope, 'scheduler.amazonaws.com', Stack.of(scope).formatArn({
      service: 'scheduler', resource: 'schedule-group', resourceName: 'default',
    })),
  });
  const schedule = new scheduler.Schedule(scope, id, {
    schedule: scheduler.ScheduleExpression.cron({ minute: '0/5', hour: '*', timeZone: TimeZone.ETC_UTC }),
    target: new targets.LambdaInvoke(detectFunction, {
      role,
      input: scheduler.ScheduleTargetInput.fromObject({ action: 'watch', time: scheduler.ContextAttribute.scheduledTime }),
      // the next one makes up for what is missed
      retryAttempts: 0,
    }),
    description: 'cdk-redshift-lookout: has intervals detected that have ended',
  });
  schedule.node.addDependency(role);
}
