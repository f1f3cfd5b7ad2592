// SPDX-License-Identifier: Apache-2.0

/** The cloud in which all cases of the fault matrix happen, one after the other, on the same stream of hours. */
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { CaseOutcome, FailedRun, FaultCase, ToldAttempt } from './fault-case';
import { ProxyRules, startFaultProxy, type FaultProxy } from './fault-proxy';
import { DELAY, HOUR, ledgerTime, scheduledTimeOf, sqlTime, START, startOf } from './hours';
import { InvocationFaults } from './invocation-faults';
import { loadOrders } from './orders';
import { Readings } from './readings';
import { synthesise } from './synthesise';
import { EmbeddedCloud } from '../../local/cloud';
import { FailurePlan, type FailureOutcome } from '../../local/redshift/failures';
import type { EmptyUnload } from '../../local/redshift/unload';
import { startWarehouse, type Warehouse } from '../../local/redshift/warehouse';
import type { Execution } from '../../local/states/execution';
import { FAILURE_EVENTS, type FailedAttemptDetail } from '../../src/private/contract';

/** The cloud, its warehouse, and where faults are planned. */
export class World {
  /** Deploys the app in `assembly` and reads the history. The table holds rows for `hours` hours of stream. */
  public static async start(assembly: string, directory: string, hours: number): Promise<World> {
    if (existsSync(directory) && readdirSync(directory).length > 0) throw new Error(`${directory} holds the cloud of an earlier run: give a new folder`);
    const world = new World(assembly);
    world.cloud = await EmbeddedCloud.start({
      assembly,
      directory,
      now: new Date(START + DELAY),
      longestRealWait: 40, // a statement that hangs reaches its time limit soon
      route: async (service, endpoint) => {
        const proxy = await startFaultProxy(service, endpoint, world.requests);
        world.proxies.push(proxy);
        return proxy.endpoint;
      },
      functionClock: simulated => simulated.getTime() + world.skewMilliseconds,
      interfere: world.invocations.interfere,
      refuseEvent: () => world.refusedEvents-- > 0 ? 'ThrottlingException' : undefined,
      warehouse: async surroundings => world.warehouse = await startWarehouse({
        ...surroundings,
        clusterIdentifier: 'orders',
        database: 'shop',
        failures: world.statements,
        emptyUnload: () => world.emptyUnload,
        describeHoldMilliseconds: 40,
      }),
    });
    await loadOrders(world.warehouse, hours);
    await world.cloud.deploy();
    await world.cloud.allExecutionsFinished();
    const broken = world.cloud.executions.find(({ status }) => status !== 'SUCCEEDED');
    if (broken) throw new Error(`${broken.stateMachineName} ended ${broken.status}: ${broken.error}: ${broken.cause}`);
    world.readings = new Readings(world.cloud, world.warehouse);
    const { AWS_REGION, AWS_ENDPOINT_URL_SFN, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = world.cloud.environment;
    world.sfn = new SFNClient({
      region: AWS_REGION, endpoint: AWS_ENDPOINT_URL_SFN, credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    });
    return world;
  }

  public cloud!: EmbeddedCloud;
  public warehouse!: Warehouse;
  /** What the cloud says of hours. */
  public readings!: Readings;
  /** Faults of requests to services. */
  public readonly requests = new ProxyRules();
  /** Faults of invocations. */
  public readonly invocations = new InvocationFaults();
  /** Faults of statements. */
  public readonly statements = new FailurePlan();
  /** What an UNLOAD without rows leaves. */
  public emptyUnload: EmptyUnload = 'NO_FILE';
  /** How far Lambda's clock is ahead of the simulated one. */
  public skewMilliseconds = 0;
  /** How many events the bus refuses next. */
  public refusedEvents = 0;
  private readonly proxies: FaultProxy[] = [];
  private failedRuns: (Omit<FailedRun, 'told'> & { readonly arn: string })[] = [];
  private firstHour = 0;
  private sfn!: SFNClient;

  private constructor(private readonly assembly: string) {}

  /** What happens to the UNLOAD of an hour. */
  public statement(hour: number, outcome: FailureOutcome, times = 1): void {
    this.statements.add({ matching: new RegExp(`UNLOAD[^]*>= '${sqlTime(startOf(hour))}'`), outcome, times });
  }

  /** Ends the executions that run, as StopExecution does; not those that begin meanwhile. */
  public readonly kill = async (): Promise<void> => {
    for (const { arn, status } of [...this.cloud.executions]) {
      if (status === 'RUNNING') await this.sfn.send(new StopExecutionCommand({ executionArn: arn, error: 'Killed', cause: 'ended by the test' }));
    }
  };

  /** From now on nothing goes wrong. */
  public heal(): void {
    this.requests.clear();
    this.statements.clear();
    this.invocations.clear();
    this.refusedEvents = 0;
    this.skewMilliseconds = 0;
  }

  /** Fires the schedule up to and including the run for an hour. */
  public async runThrough(hour: number): Promise<void> {
    await this.cloud.runScheduleUntil(scheduledTimeOf(hour), async ({ execution }) => {
      if (execution) await this.note(execution);
    });
  }

  /** Starts a run for an hour beside the schedule, and waits for its end. */
  public async extraRun(hour: number, name?: string): Promise<Execution> {
    const time = scheduledTimeOf(hour);
    await this.cloud.clock.advanceTo(time);
    const execution = await this.cloud.startExecution('Faults/Orders/Crawl', { scheduledTime: ledgerTime(time) }, name);
    await this.note(execution);
    return execution;
  }

  /** Goes on with a run that did not succeed where it ended, and waits for its end. */
  public async redrive(run: Execution): Promise<void> {
    await this.note(await this.cloud.redriveExecution(run.arn));
  }

  /** Runs of the crawl that did not succeed. */
  public get brokenRuns(): Execution[] {
    return this.cloud.executions.filter(({ stateMachineName, status }) => stateMachineName.includes('Crawl') && status !== 'RUNNING' && status !== 'SUCCEEDED');
  }

  /** Lets time pass in which no schedule fires: it was paused. */
  public async pauseThrough(hour: number): Promise<void> {
    await this.cloud.pauseScheduleUntil(scheduledTimeOf(hour));
  }

  /** Deploys the app with another settle time, or another query: what it gives as views. */
  public async deploy(settleHours: string, views?: string): Promise<void> {
    synthesise(this.assembly, settleHours, views);
    await this.cloud.deploy();
  }

  /** Waits until no history run is under way. */
  public async historyRead(): Promise<void> {
    while (this.cloud.executions.some(({ stateMachineName, status }) => stateMachineName.includes('Bootstrap') && status === 'RUNNING')) await sleep(20);
  }

  /** Runs a statement in the warehouse at once. `$1` is the start of the hour. */
  public async sql(text: string, hour: number): Promise<void> {
    await this.warehouse.query(text, text.includes('$1') ? [sqlTime(startOf(hour))] : []);
  }

  /** Runs one case on the hours from `hour` on. */
  public async run(faultCase: FaultCase, hour: number): Promise<CaseOutcome> {
    const hours = faultCase.hours ?? 3;
    this.failedRuns = [];
    this.firstHour = hour;
    const eventsBefore = this.cloud.events.length;
    let broken: string | undefined;
    try {
      await faultCase.arrange(this, hour);
      if (faultCase.act) await faultCase.act(this, hour);
      else await this.runThrough(hour + hours - 1);
    } catch (error) {
      broken = String((error as Error).stack);
    }
    const idleRules = this.requests.clear().map(({ service, matching }) => `${service} ${matching}`);
    idleRules.push(...this.invocations.clear().map(({ matching }) => `invocation ${matching}`));
    this.skewMilliseconds = 0;
    this.emptyUnload = 'NO_FILE';
    if (this.refusedEvents > 0) idleRules.push(`${this.refusedEvents} events that were to be refused`);
    this.refusedEvents = 0;
    const told = this.cloud.events.slice(eventsBefore).filter(({ detailType }) => detailType === FAILURE_EVENTS.interval)
      .map(({ detail }) => detail as FailedAttemptDetail);
    return {
      name: faultCase.name,
      failedRuns: this.failedRuns.map(({ arn, ...failedRun }): FailedRun => ({
        ...failedRun, told: told.filter(({ execution }) => execution === arn).map(({ error }) => `${error.name}: ${error.message}`),
      })),
      told: told.map(({ start, attempt, again, givenUp }): ToldAttempt => (
        { hour: (Date.parse(start) - startOf(hour).getTime()) / HOUR, attempt, again, givenUp })),
      untold: await this.readings.untold(),
      hours: await this.readings.hours(hour, hours),
      behind: hour + hours - (Date.parse(await this.readings.watermark()) - START) / HOUR,
      idleRules,
      broken,
    };
  }

  public async close(): Promise<void> {
    this.readings?.close();
    this.sfn?.destroy();
    await this.cloud.close();
    await Promise.all(this.proxies.map(proxy => proxy.close()));
  }

  private async note(execution: Execution): Promise<void> {
    if (execution.status === 'SUCCEEDED') return;
    const { error, reread } = await this.readings.interval(this.firstHour);
    this.failedRuns.push({
      arn: execution.arn,
      status: execution.status,
      error: `${execution.error}: ${execution.cause}`,
      ledgerError: reread?.error ?? error,
      intervalFailed: execution.states.includes('Interval failed'),
    });
  }
}
