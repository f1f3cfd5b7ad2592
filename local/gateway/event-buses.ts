// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { json, ServiceError, targetOperation, type Service } from './service';
import type { SimulatedClock } from '../clock';

/** Size limit of a call of PutEvents in bytes (EventBridge user guide, "Sending events with PutEvents"). */
const ENTRIES_BYTES = 262_144;

/** Bus that every account has. */
const DEFAULT_BUS = 'default';

/** An event that was put on a bus. */
export interface BusEvent {
  readonly busArn: string;
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
  /** Simulated time. */
  readonly putAt: Date;
}

/** An entry of PutEvents. */
export interface Entry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Resources?: string[];
  readonly Detail?: string;
}

/** EventBridge: takes events to buses that exist, and matches no rules. */
export class EventBuses {
  public readonly events: BusEvent[] = [];
  private readonly buses = new Set<string>();

  /** @param refuse error code with which an event of a detail type is refused; undefined: it is taken. */
  public constructor(private readonly clock: SimulatedClock, private readonly refuse: (detailType: string) => string | undefined = () => undefined) {}

  public create(arn: string): void {
    this.buses.add(arn);
  }

  public remove(arn: string): void {
    this.buses.delete(arn);
  }

  /** EventBridge's API: PutEvents. */
  public service(): Service {
    return request => {
      const operation = targetOperation(request);
      if (operation !== 'PutEvents') {
        throw new ServiceError('UnknownOperationException', 501, `the embedded cloud does not know EventBridge's operation ${JSON.stringify(operation)}`);
      }
      const { Entries = [] } = JSON.parse(request.body) as { readonly Entries?: Entry[] };
      const bytes = Entries.reduce((sum, { Source = '', DetailType = '', Detail = '', Resources = [] }) => (
        sum + Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(''))), 0);
      if (bytes > ENTRIES_BYTES) throw new ServiceError('ValidationException', 400, 'Total size of the entries in the request is over the limit.');
      const answers = Entries.map(entry => this.put(entry));
      return json(200, { FailedEntryCount: answers.filter(answer => 'ErrorCode' in answer).length, Entries: answers });
    };
  }

  /** Puts one event; an answer with `ErrorCode` says that it was refused. Without a name it goes to the account's own bus. */
  public put({ EventBusName: busArn = DEFAULT_BUS, Source: source = '', DetailType: detailType = '', Resources: resources = [], Detail = '' }: Entry): object {
    if (busArn !== DEFAULT_BUS && !this.buses.has(busArn)) return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${busArn} does not exist.` };
    if (source === '' || source.startsWith('aws.') || detailType === '') return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Source or DetailType is not valid.' };
    const refusal = this.refuse(detailType);
    if (refusal !== undefined) return { ErrorCode: refusal, ErrorMessage: `${refusal} planned for this event` };
    let detail: unknown;
    try {
      detail = JSON.parse(Detail);
    } catch {
      return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    }
    this.events.push({ busArn, source, detailType, resources, detail, putAt: this.clock.now() });
    return { EventId: randomUUID() };
  }
}
