import type { DetectorRecord, MetricSetRecord, Store } from '../../handlers/lookout/store';
import { WallClock } from '../../handlers/shared/wall-clock';
import type { DetectEvent, Interval } from '../../src/private/contract';

/** How often is looked for intervals that have ended, in milliseconds. */
const LOOK_MILLISECONDS = 5_000;

/** Intervals that are made up for when the machine slept. */
const MOST_INTERVALS = 100;

/** Detectors read at once. */
const PAGE = 100;

/**
 * Has every active detector look at its newest interval when that has ended and the metric set's offset has passed. A connector's crawl does
 * this where one is deployed; here nothing else does.
 */
export class LiveSchedule {
  private readonly timer: NodeJS.Timeout;
  /** End of the newest interval that was detected, by detector, in milliseconds since 1970. */
  private readonly detectedUntil = new Map<string, number>();
  private looking: Promise<void> | undefined;

  public constructor(
    private readonly store: Store,
    private readonly detect: (event: DetectEvent) => Promise<unknown>,
    private readonly reportFailure: (what: string, error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.timer = setInterval(() => this.looking ??= this.look().catch(error => reportFailure('the live schedule', error))
      .finally(() => this.looking = undefined), LOOK_MILLISECONDS).unref();
  }

  public async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** Detects what has ended since the last look. */
  public async look(): Promise<void> {
    const active = new Set<string>();
    for (let from: string | undefined, isFirst = true; isFirst || from !== undefined; isFirst = false) {
      const page = await this.store.listDetectors({ limit: PAGE, from });
      for (const detector of page.items.filter(({ status }) => status === 'ACTIVE' || status === 'LEARNING')) {
        active.add(detector.arn);
        await this.detectNew(detector);
      }
      from = page.next;
    }
    for (const arn of this.detectedUntil.keys()) if (!active.has(arn)) this.detectedUntil.delete(arn);
  }

  private async detectNew(detector: DetectorRecord): Promise<void> {
    const { items: [metricSet] } = await this.store.listMetricSets(detector.arn, { limit: 1 });
    if (metricSet?.definition.MetricSource.S3SourceConfig?.TemplatedPathList === undefined) return;
    const due = this.now() - (metricSet.definition.Offset ?? 0) * 1000;
    for (const interval of this.ended(detector, metricSet, due)) {
      this.detectedUntil.set(detector.arn, Date.parse(interval.end));
      try {
        await this.detect({ action: 'detect', detectorArn: detector.arn, interval, chosenByQuery: false });
      } catch (error) {
        this.reportFailure(`interval ${interval.start} of detector ${detector.name}`, error);
      }
    }
  }

  /** Intervals that ended since the newest one that was detected, oldest first; at first the newest one. */
  private ended(detector: DetectorRecord, { definition }: MetricSetRecord, due: number): Interval[] {
    const clock = new WallClock(definition.Timezone, detector.frequency);
    const intervals: Interval[] = [];
    let slot = clock.previous(clock.slotOf(clock.wallSeconds(due / 1000)));
    const from = this.detectedUntil.get(detector.arn) ?? clock.startOf(slot) * 1000;
    while (clock.startOf(slot) * 1000 >= from && intervals.length < MOST_INTERVALS) {
      intervals.unshift(clock.intervalOf(slot));
      slot = clock.previous(slot);
    }
    return intervals;
  }
}
