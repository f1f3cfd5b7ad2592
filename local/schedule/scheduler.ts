// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { isoTime, type SimulatedClock } from '../clock';
import { parseScheduleExpression, type NextTime } from './expression';
import type { Functions } from '../lambda/functions';
import type { Execution } from '../states/execution';
import type { StateMachines } from '../states/state-machines';

/** A schedule of EventBridge Scheduler as the template describes it, with everything resolved. */
export interface ScheduleDefinition {
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly timezone: string;
  readonly enabled: boolean;
  readonly start?: Date;
  readonly end?: Date;
  readonly targetArn: string;
  readonly input: string;
  /** What it was made of: properties of the template, or input of UpdateSchedule. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A schedule, of the template's properties or of what UpdateSchedule is told: both leave out the same, with the same meaning. */
export function scheduleDefinition(name: string, arn: string, properties: Readonly<Record<string, unknown>>): ScheduleDefinition {
  const { ScheduleExpression, ScheduleExpressionTimezone = 'UTC', State = 'ENABLED', StartDate, EndDate, Target } = properties;
  const { Arn: targetArn, Input = '{}' } = Target as { Arn: unknown; Input?: unknown };
  return {
    name,
    arn,
    expression: String(ScheduleExpression),
    timezone: String(ScheduleExpressionTimezone),
    enabled: State === 'ENABLED',
    ...(StartDate !== undefined && { start: new Date(String(StartDate)) }),
    ...(EndDate !== undefined && { end: new Date(String(EndDate)) }),
    targetArn: String(targetArn),
    input: String(Input),
    properties,
  };
}

interface Schedule {
  readonly definition: ScheduleDefinition;
  readonly next: NextTime;
  /** Undefined: it never fires again. */
  due: Date | undefined;
}

/** What a schedule did. `execution` is there when its target is a state machine. */
export interface ScheduledRun {
  readonly schedule: ScheduleDefinition;
  readonly scheduledTime: Date;
  readonly execution?: Execution;
}

/** EventBridge Scheduler on the simulated clock. Flexible time windows are not used: a schedule fires when it is due. */
export class Scheduler {
  private readonly schedules = new Map<string, Schedule>();

  public constructor(private readonly clock: SimulatedClock, private readonly machines: StateMachines, private readonly functions: Functions) {}

  /** Adds a schedule or replaces it. Its target must exist. */
  public register(definition: ScheduleDefinition): void {
    if (!this.machines.find(definition.targetArn) && !this.functions.find(definition.targetArn)) {
      throw new Error(`the embedded cloud does not know the schedule's target ${JSON.stringify(definition.targetArn)}; it starts state machines and functions of the stacks`);
    }
    const now = this.clock.now();
    const next = parseScheduleExpression(definition.expression, definition.timezone, definition.start ?? now);
    // `next` excludes the time that it is given, and a start time is itself a time to fire
    const from = definition.start && definition.start > now ? new Date(definition.start.getTime() - 1) : now;
    this.schedules.set(definition.arn, { definition, next, due: next(from) });
  }

  public remove(arn: string): void {
    this.schedules.delete(arn);
  }

  /** The schedules that are there. */
  public list(): ScheduleDefinition[] {
    return [...this.schedules.values()].map(({ definition }) => definition);
  }

  /**
   * Fires what is due up to and including `until`, in the order of time, each after the execution before has ended, and moves the clock
   * to `until`. `onRun` is awaited after every one.
   */
  public async runUntil(until: Date, onRun: (run: ScheduledRun) => void | Promise<void> = () => undefined): Promise<void> {
    for (;;) {
      const schedule = this.nextDue();
      if (!schedule || schedule.due! > until) break;
      const scheduledTime = schedule.due!;
      await this.clock.advanceTo(scheduledTime);
      schedule.due = schedule.next(scheduledTime);
      const execution = await this.fire(schedule.definition, scheduledTime);
      await onRun({ schedule: schedule.definition, scheduledTime, ...(execution && { execution }) });
    }
    await this.clock.advanceTo(until);
  }

  /** Moves the clock to `until` as if all schedules were disabled up to then: EventBridge does not make up for what was due meanwhile. */
  public async pauseUntil(until: Date): Promise<void> {
    await this.clock.advanceTo(until);
    for (const schedule of this.schedules.values()) {
      if (schedule.due !== undefined && schedule.due <= until) schedule.due = schedule.next(until);
    }
  }

  private nextDue(): Schedule | undefined {
    let first: Schedule | undefined;
    for (const schedule of this.schedules.values()) {
      const { definition: { enabled, end }, due } = schedule;
      if (!enabled || due === undefined || (end !== undefined && due > end)) continue;
      if (first === undefined || due < first.due!) first = schedule;
    }
    return first;
  }

  private async fire(definition: ScheduleDefinition, scheduledTime: Date): Promise<Execution | undefined> {
    const attributes: Record<string, string> = {
      'scheduled-time': isoTime(scheduledTime), 'schedule-arn': definition.arn, 'execution-id': randomUUID(), 'attempt-number': '1',
    };
    const input = definition.input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (all, name: string) => attributes[name] ?? all);
    if (this.machines.find(definition.targetArn)) return this.machines.finished(this.machines.start(definition.targetArn, input));
    await this.functions.invoke(definition.targetArn, input);
    return undefined;
  }
}
