// SPDX-License-Identifier: Apache-2.0

/** The steps of the Crawl state machine, as tests of the crawl handler take them, on 2026-11-23. */
import { readHistory, SETTINGS, startLedger, type TestLedger } from './ledger-table';
import type { AttemptPlan, ConnectorSettings, CrawlPlan, Failure, PlannedInterval } from '../../../src/private/contract';

export const hour = (start: number): PlannedInterval => ({ start: `2026-11-23T${start}:00:00Z`, end: `2026-11-23T${start + 1}:00:00Z` });
export const at = (time: string): string => `2026-11-23T${time}:00Z`;
export const DONE = { Id: 'statement', Status: 'FINISHED', ResultRows: 21, Duration: 1_500_000_000 };
/** What the detector tells of an interval. */
export const detection = (rows: number, rowsRejected = 0, anomalyGroupIds: string[] = []) => (
  { rows, bytes: 512, rowsRejected, timeSeries: 3, anomalyGroupIds, alertsDelivered: 0, alertsUndelivered: 0, detectorStatus: 'ACTIVE' });

interface FailedMore {
  readonly settings?: ConnectorSettings;
  readonly Cause?: string;
  readonly undecided?: boolean;
}

/** The crawl handler on a ledger in which a history was read that ends at 10:00. To be made at the top of a test file: it has hooks. */
export class CrawlSteps {
  public ledger!: TestLedger;
  public handle!: Awaited<ReturnType<TestLedger['fresh']>>;
  private logged!: jest.SpyInstance;

  /** @param settings where a test gives no others */
  public constructor(protected readonly settings: ConnectorSettings = SETTINGS) {
    beforeAll(async () => { this.ledger = await startLedger(); });
    afterAll(async () => this.ledger.stop());
    beforeEach(async () => {
      this.ledger.now = Date.parse(at('10:05'));
      this.logged = jest.spyOn(console, 'log').mockImplementation(() => undefined);
      await this.beginAnew();
    });
  }

  /** An empty table, and the history read. */
  public readonly beginAnew = async (): Promise<void> => {
    this.handle = await this.ledger.fresh();
    await readHistory(this.handle, at('10:05'), 'bootstrap-1', this.settings);
  };

  public readonly plan = async (time: string, execution = 'crawl-1', settings = this.settings): Promise<CrawlPlan> => (
    await this.handle({ action: 'plan', settings, scheduledTime: at(time), execution }) as CrawlPlan);

  public readonly begin = async (interval: PlannedInterval, execution = 'crawl-1', settings = this.settings): Promise<AttemptPlan> => (
    await this.handle({ action: 'begin', settings, interval, execution }) as AttemptPlan);

  public readonly submitted = async (interval: PlannedInterval, execution = 'crawl-1', statementId = 'statement') => (
    this.handle({ action: 'submitted', interval, execution, statementId }));

  public readonly finished = async (interval: PlannedInterval, execution = 'crawl-1', settings = this.settings, run = this.handle) => (
    run({ action: 'finished', settings, interval, execution, statement: DONE }));

  public readonly failed = async (interval: PlannedInterval, execution = 'crawl-1', more: FailedMore = {}): Promise<Failure> => {
    const { Cause = 'ERROR: out of disk', ...rest } = more;
    return await this.handle({ action: 'failed', settings: this.settings, interval, execution, error: { Error: 'StatementFailed', Cause }, ...rest }) as Failure;
  };

  public readonly crawl = async (interval: PlannedInterval, execution = 'crawl-1', settings = this.settings): Promise<void> => {
    await this.begin(interval, execution, settings);
    await this.submitted(interval, execution);
    await this.finished(interval, execution, settings);
  };

  /** The item of an hour. */
  public readonly item = async (start: number) => (await this.ledger.items('interval'))[hour(start).start];

  /** The metrics that were written so far. */
  public readonly metrics = (): any[] => this.logged.mock.calls.map(([line]) => JSON.parse(line));
}
