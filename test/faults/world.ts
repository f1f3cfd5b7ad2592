// SPDX-License-Identifier: Apache-2.0

/** The cloud in which all cases of the fault matrix happen, one after the other, on the same stream of hours. */
import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { parse } from 'csv-parse/sync';
import type { CaseOutcome, FailedRun, FaultCase, HourOutcome, ToldAttempt } from './fault-case';
import { ProxyRules, startFaultProxy, type FaultProxy } from './fault-proxy';
import { synthesise } from './synthesise';
import { SeriesIndex } from '../../handlers/input/series-index';
import { DynamoDbStore } from '../../handlers/lookout/dynamodb-store';
import { SeriesValuesStore } from '../../handlers/shared/series-values-store';
import { EmbeddedCloud } from '../../local/cloud';
import type { InvocationInterference } from '../../local/lambda/function-pool';
import type { InvocationOutcome } from '../../local/lambda/function-process';
import { FailurePlan, type FailureOutcome } from '../../local/redshift/failures';
import type { EmptyUnload } from '../../local/redshift/unload';
import { startWarehouse, type Warehouse } from '../../local/redshift/warehouse';
import type { Execution } from '../../local/states/execution';
import { FAILURE_EVENTS, LEDGER_KEYS, PREFIXES, type FailedAttemptDetail } from '../../src/private/contract';

/** Start of the stream, and end of the history. */
const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
const DELAY = 300_000;
const HISTORY_HOURS = 120;
const PLATFORMS = ['web', 'ios', 'android', 'tv'];

/** An item of the ledger, as far as cases need it. */
interface LedgerItem {
  readonly state?: string;
  readonly attempts?: number;
  readonly rows?: number;
  readonly rowsRejected?: number;
  readonly error?: string;
  readonly next?: string;
  readonly reread?: HourOutcome['reread'];
}

/**
 * An invocation that goes wrong: before the function runs, after it (with effect), when only its answer is lost, or at once while the function
 * goes on ('LATER').
 */
export interface InvocationFault {
  readonly matching: RegExp;
  readonly nth?: number;
  readonly times?: number;
  readonly withEffect?: boolean | 'LATER';
  /** Waited for before the caller sees the error. @default - nothing */
  readonly then?: () => Promise<void>;
  readonly errorType: string;
}

/** Start of an hour of the stream. */
export function startOf(hour: number): Date {
  return new Date(START + hour * HOUR);
}

const sqlTime = (time: Date) => time.toISOString().slice(0, 19).replace('T', ' ');
const ledgerTime = (time: Date) => time.toISOString().replace('.000Z', 'Z');

/** The cloud, its warehouse, and where faults are planned. */
export class World {
  /** Deploys the app in `assembly` and reads the history. The table holds rows for `hours` hours of stream. */
  public static async start(assembly: string, directory: string, hours: number): Promise<World> {
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
      interfere: world.interfere,
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
    await world.loadOrders(hours);
    await world.cloud.deploy();
    await world.cloud.allExecutionsFinished();
    const broken = world.cloud.executions.find(({ status }) => status !== 'SUCCEEDED');
    if (broken) throw new Error(`${broken.stateMachineName} ended ${broken.status}: ${broken.error}: ${broken.cause}`);
    world.openClients();
    return world;
  }

  public cloud!: EmbeddedCloud;
  public warehouse!: Warehouse;
  /** Faults of requests to services. */
  public readonly requests = new ProxyRules();
  /** Faults of statements. */
  public readonly statements = new FailurePlan();
  /** What an UNLOAD without rows leaves. */
  public emptyUnload: EmptyUnload = 'NO_FILE';
  /** How far Lambda's clock is ahead of the simulated one. */
  public skewMilliseconds = 0;
  /** How many events the bus refuses next. */
  public refusedEvents = 0;
  private readonly proxies: FaultProxy[] = [];
  private invocationFaults: { readonly fault: InvocationFault; matched: number }[] = [];
  private failedRuns: (Omit<FailedRun, 'told'> & { readonly arn: string })[] = [];
  private firstHour = 0;
  private dynamodb!: DynamoDBClient;
  private s3!: S3Client;
  private sfn!: SFNClient;
  private values!: SeriesValuesStore;
  private store!: DynamoDbStore;
  private readonly timeSeriesIds = new SeriesIndex(['views'], ['platform'], PLATFORMS.map(name => [name])).allTimeSeriesIds();

  private constructor(private readonly assembly: string) {}

  /** What happens to the UNLOAD of an hour. */
  public statement(hour: number, outcome: FailureOutcome, times = 1): void {
    this.statements.add({ matching: new RegExp(`UNLOAD[^]*>= '${sqlTime(startOf(hour))}'`), outcome, times });
  }

  public invocation(fault: InvocationFault): void {
    this.invocationFaults.push({ fault, matched: 0 });
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
    this.invocationFaults = [];
    this.refusedEvents = 0;
    this.skewMilliseconds = 0;
  }

  /** Fires the schedule up to and including the run for an hour. */
  public async runThrough(hour: number): Promise<void> {
    await this.cloud.runScheduleUntil(new Date(startOf(hour + 1).getTime() + DELAY), async ({ execution }) => {
      if (execution) await this.note(execution);
    });
  }

  /** Starts a run for an hour beside the schedule, and waits for its end. */
  public async extraRun(hour: number, name?: string): Promise<Execution> {
    const scheduledTime = ledgerTime(new Date(startOf(hour + 1).getTime() + DELAY));
    await this.cloud.clock.advanceTo(new Date(scheduledTime));
    const execution = await this.cloud.startExecution('Faults/Orders/Crawl', { scheduledTime }, name);
    await this.note(execution);
    return execution;
  }

  /** Lets time pass in which no schedule fires: it was paused. */
  public async pauseThrough(hour: number): Promise<void> {
    await this.cloud.pauseScheduleUntil(new Date(startOf(hour + 1).getTime() + DELAY));
  }

  /** Deploys the app with another settle time. */
  public async deploy(settleHours: string): Promise<void> {
    synthesise(this.assembly, settleHours);
    await this.cloud.deploy();
  }

  /** Runs a statement in the warehouse at once. `$1` is the start of the hour. */
  public async sql(text: string, hour: number): Promise<void> {
    await this.warehouse.query(text, text.includes('$1') ? [sqlTime(startOf(hour))] : []);
  }

  /** Number of anomaly groups that the detector has of an hour. */
  public async groupsOf(hour: number): Promise<number> {
    const at = startOf(hour).getTime() / 1000;
    const { items } = await this.store.listGroups(this.detectorArn, { limit: 100 });
    return items.filter(({ start, end }) => start <= at && end >= at).length;
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
    idleRules.push(...this.invocationFaults.filter(({ fault, matched }) => matched < (fault.nth ?? 1)).map(({ fault }) => `invocation ${fault.matching}`));
    this.invocationFaults = [];
    this.skewMilliseconds = 0;
    this.emptyUnload = 'NO_FILE';
    if (this.refusedEvents > 0) idleRules.push(`${this.refusedEvents} events that were to be refused`);
    this.refusedEvents = 0;
    const told = this.cloud.events.slice(eventsBefore).filter(({ detailType }) => detailType === FAILURE_EVENTS.interval)
      .map(({ detail }) => detail as FailedAttemptDetail);
    const watermark = Date.parse((await this.ledgerItem('control', 'watermark')).next!);
    return {
      name: faultCase.name,
      failedRuns: this.failedRuns.map(({ arn, ...failedRun }): FailedRun => ({
        ...failedRun, told: told.filter(({ execution }) => execution === arn).map(({ error }) => `${error.name}: ${error.message}`),
      })),
      told: told.map(({ start, attempt, again, givenUp }): ToldAttempt => (
        { hour: (Date.parse(start) - startOf(hour).getTime()) / HOUR, attempt, again, givenUp })),
      untold: await this.untold(),
      hours: await this.hourOutcomes(hour, hours),
      behind: hour + hours - (watermark - START) / HOUR,
      idleRules,
      broken,
    };
  }

  public async close(): Promise<void> {
    this.dynamodb?.destroy();
    this.s3?.destroy();
    this.sfn?.destroy();
    await this.cloud.close();
    await Promise.all(this.proxies.map(proxy => proxy.close()));
  }

  private async loadOrders(hours: number): Promise<void> {
    await this.warehouse.query('create table orders (ts timestamp, platform varchar(65535), views float8)');
    const lines: string[] = [];
    for (let hour = -HISTORY_HOURS; hour < hours; hour++) {
      for (const [index, platform] of PLATFORMS.entries()) {
        lines.push(`${sqlTime(startOf(hour))},${platform},${100 + ((hour + HISTORY_HOURS) * 7 + index * 5) % 13}`);
      }
    }
    await this.warehouse.load('orders', `${lines.join('\n')}\n`);
    await this.warehouse.query('create index on orders (ts)');
  }

  private openClients(): void {
    const { environment } = this.cloud;
    const settings = {
      region: environment.AWS_REGION, credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY },
    };
    this.dynamodb = new DynamoDBClient({ ...settings, endpoint: this.cloud.dynamodbEndpoint });
    this.s3 = new S3Client({ ...settings, endpoint: this.cloud.s3.endpoint, forcePathStyle: true });
    this.sfn = new SFNClient({ ...settings, endpoint: environment.AWS_ENDPOINT_URL_SFN });
    this.store = new DynamoDbStore(this.dynamodb, this.name('Service/Table'));
    this.values = new SeriesValuesStore(this.s3, this.name('Service/StateBucket'));
  }

  private readonly interfere: InvocationInterference = async ({ functionName, payload }, run): Promise<InvocationOutcome> => {
    for (const entry of this.invocationFaults) {
      const { fault } = entry;
      if (!fault.matching.test(`${functionName} ${payload}`)) continue;
      entry.matched++;
      const first = fault.nth ?? 1;
      if (entry.matched < first || entry.matched >= first + (fault.times ?? 1)) continue;
      if (fault.withEffect === 'LATER') void run();
      else if (fault.withEffect) await run();
      await fault.then?.();
      return { failure: { errorType: fault.errorType, errorMessage: `${fault.errorType} planned for this invocation` } };
    }
    return run();
  };

  private async note(execution: Execution): Promise<void> {
    if (execution.status === 'SUCCEEDED') return;
    const { error, reread } = await this.ledgerItem('interval', ledgerTime(startOf(this.firstHour)));
    this.failedRuns.push({
      arn: execution.arn,
      status: execution.status,
      error: `${execution.error}: ${execution.cause}`,
      ledgerError: reread?.error ?? error,
      intervalFailed: execution.states.includes('Interval failed'),
    });
  }

  private async hourOutcomes(first: number, count: number): Promise<HourOutcome[]> {
    const last = startOf(first + count - 1);
    const warehouse = await this.warehouse.query<{ ts: string; rows: number; views: number }>(
      'select ts, count(*) as rows, sum(views) filter (where views <> \'NaN\') as views from orders where ts >= $1 and ts <= $2 group by ts', [sqlTime(startOf(first)), sqlTime(last)]);
    const inWarehouse = new Map(warehouse.map(row => [row.ts.slice(0, 19), row]));
    const observed = await this.values.read(this.detectorArn, this.timeSeriesIds, last.getTime() / 1000, count);
    const outcomes: HourOutcome[] = [];
    for (let index = 0; index < count; index++) {
      const start = startOf(first + index);
      const item = await this.ledgerItem('interval', ledgerTime(start));
      const row = inWarehouse.get(sqlTime(start));
      outcomes.push({
        hour: index,
        state: item.state,
        attempts: item.attempts,
        error: item.error,
        rows: item.rows,
        rowsRejected: item.rowsRejected,
        ...await this.inBucket(start),
        rowsInWarehouse: Number(row?.rows ?? 0),
        viewsDetected: observed.values.reduce((sum, values) => sum + (Number.isNaN(values[index]) ? 0 : values[index]), 0),
        viewsInWarehouse: Number(row?.views ?? 0),
        reread: item.reread,
        groups: await this.groupsOf(first + index),
      });
    }
    return outcomes;
  }

  private async inBucket(start: Date): Promise<Pick<HourOutcome, 'rowsInBucket' | 'viewsInBucket'>> {
    const folder = ledgerTime(start).replace(/^(\d+)-(\d+)-(\d+)T(\d+):(\d+).*$/, '$1$2$3/$4$5/');
    const Bucket = this.name('Bucket');
    let [rowsInBucket, viewsInBucket] = [0, 0];
    for await (const page of paginateListObjectsV2({ client: this.s3 }, { Bucket, Prefix: `${PREFIXES.live}${folder}` })) {
      for (const { Key } of page.Contents ?? []) {
        const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key }));
        const rows: { readonly views: string }[] = parse(await Body!.transformToString(), { columns: true });
        rowsInBucket += rows.length;
        viewsInBucket += rows.reduce((sum, { views }) => sum + (Number.isFinite(Number(views)) ? Number(views) : 0), 0);
      }
    }
    return { rowsInBucket, viewsInBucket };
  }

  private async untold(): Promise<string[]> {
    const { Items = [] } = await this.dynamodb.send(new QueryCommand({
      TableName: this.name('Ledger'),
      KeyConditionExpression: '#kind = :kind',
      ExpressionAttributeNames: { '#kind': LEDGER_KEYS.partition },
      ExpressionAttributeValues: { ':kind': { S: 'untold' } },
    }));
    return Items.map(item => item[LEDGER_KEYS.sort].S!);
  }

  private async ledgerItem(kind: string, start: string): Promise<LedgerItem> {
    const { Item } = await this.dynamodb.send(new GetItemCommand({
      TableName: this.name('Ledger'), Key: { [LEDGER_KEYS.partition]: { S: kind }, [LEDGER_KEYS.sort]: { S: start } }, ConsistentRead: true,
    }));
    return Item ? unmarshall(Item) as LedgerItem : {};
  }

  private get detectorArn(): string {
    return String(this.cloud.attribute('Faults/Orders/Detector/Default', 'DetectorArn'));
  }

  private name(part: string): string {
    const found = this.cloud.physicalName(`Faults/Orders/${part}`);
    if (found === undefined) throw new Error(`the app has no resource at Faults/Orders/${part}: there are ${this.cloud.resources().map(({ path }) => path).join(', ')}`);
    return found;
  }
}
