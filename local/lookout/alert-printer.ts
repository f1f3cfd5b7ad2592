// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { queryService } from '../gateway/query-service';
import { json, ServiceError, type Service } from '../gateway/service';

/** An alert that was sent, as it is printed. */
export interface PrintedAlert {
  /** Topic, function or event bus that it was sent to. */
  readonly target: string;
  readonly subject?: string;
  /** What was sent; text where it is no JSON. */
  readonly alert: unknown;
}

/** Takes alerts. */
export type PrintAlert = (alert: PrintedAlert) => void;

/** SNS: whatever is published, to whichever topic, is printed. */
export function printingTopics(print: PrintAlert): Service {
  return queryService('SNS', {
    Publish: input => {
      const subject = input.get('Subject') ?? undefined;
      print({ target: input.get('TopicArn') ?? '', ...subject !== undefined && { subject }, alert: parsed(input.get('Message') ?? '') });
      return { MessageId: randomUUID() };
    },
  });
}

/** Runs functions of the service. */
export interface RunFunctions {
  /** Starts a function when it is the one named; gives false for other functions. */
  start(name: string, payload: unknown): boolean;
  /** Runs the function named and gives its answer. */
  call(name: string, payload: unknown): Promise<object>;
}

/** Lambda: the service's own functions run; what is handed to any other is an alert, and is printed. */
export function printingFunctions(functions: RunFunctions, print: PrintAlert): Service {
  return async request => {
    const match = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.path);
    if (!match) {
      throw new ServiceError('UnknownOperationException', 501, `only invocations of functions are known here, not ${request.method} ${request.path}`);
    }
    const name = decodeURIComponent(match[1]);
    const payload = parsed(request.body);
    if (request.headers['x-amz-invocation-type'] !== 'Event') return json(200, await functions.call(name, payload));
    if (!functions.start(name, payload)) print({ target: name, alert: payload });
    return { status: 202, body: '' };
  };
}

/** An event as PutEvents takes it. */
interface Event {
  readonly EventBusName?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
}

/** EventBridge: every event that is put on a bus is printed. */
export function printingEventBuses(print: PrintAlert): Service {
  return request => {
    const { Entries = [] } = parsed(request.body) as { readonly Entries?: readonly Event[] };
    for (const { EventBusName: target = 'default', DetailType: subject, Detail = '' } of Entries) {
      print({ target, ...subject !== undefined && { subject }, alert: parsed(Detail) });
    }
    return json(200, { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) });
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
