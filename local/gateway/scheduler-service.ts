// SPDX-License-Identifier: Apache-2.0

import { json, ServiceError, type Service } from './service';
import { scheduleDefinition, type Scheduler } from '../schedule/scheduler';

/** What UpdateSchedule must be told, beside the name in the path (API reference). */
const REQUIRED = ['FlexibleTimeWindow', 'ScheduleExpression', 'Target'];

/**
 * The operations of EventBridge Scheduler's API with which people pause a schedule: GetSchedule and UpdateSchedule. The second one replaces all of
 * a schedule: what it is not told has its default afterwards.
 */
export function schedulerService(scheduler: Scheduler): Service {
  return request => {
    const [, name] = /^\/schedules\/([^/]+)$/.exec(request.path) ?? [];
    if (name === undefined || !['GET', 'PUT'].includes(request.method)) {
      throw new ServiceError('UnknownOperationException', 501, `the embedded cloud does not know EventBridge Scheduler's ${request.method} ${request.path}`);
    }
    const input = request.method === 'PUT' ? JSON.parse(request.body) as Record<string, unknown> : {};
    const group = String(input.GroupName ?? request.query.get('groupName') ?? 'default');
    const found = scheduler.list().find(({ arn }) => arn.endsWith(`:schedule/${group}/${decodeURIComponent(name)}`));
    if (!found) throw new ServiceError('ResourceNotFoundException', 404, `Schedule ${name} does not exist.`);
    if (request.method === 'GET') {
      return json(200, {
        ScheduleExpressionTimezone: 'UTC', State: 'ENABLED', ...found.properties, Name: found.name, GroupName: group, Arn: found.arn,
      });
    }
    const missing = REQUIRED.filter(member => input[member] === undefined);
    if (missing.length > 0) throw new ServiceError('ValidationException', 400, `missing: ${missing.join(', ')}`);
    scheduler.register(scheduleDefinition(found.name, found.arn, input));
    return json(200, { ScheduleArn: found.arn });
  };
}
