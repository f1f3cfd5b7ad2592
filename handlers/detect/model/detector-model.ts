// SPDX-License-Identifier: Apache-2.0

import { ComparableValues } from './comparable-values';
import type { Fences } from './fences';
import type { PublicHolidays } from '../holidays';
import { type Layout, writtenFilters } from '../layout';
import { decodeModelFile, encodeModelFile } from './model-file';
import type { JudgedEvent, ModelHeader, NewestDetection, OngoingGroup, Replacement, SettledModel, ToldMissing } from './model-header';
import { NumberedHolidays } from './numbered-holidays';
import type { Observation } from './observation';
import { timeSeriesQuota } from './time-series-quota';
import { Totals } from './totals';
import { type Frequency, FREQUENCY_SECONDS } from '../../../src/private/contract';
import { ANOMALOUS_SCORE, DetectionModel, MissingData, type ModelSettings, type Moves } from '../../engine';
import { Feedback, HIGHEST_FACTOR } from '../../engine/scores/feedback';
import type { IntervalTable } from '../../input/interval-table';
import { SeriesIndex } from '../../input/series-index';
import { SeriesTranslation } from '../../input/series-translation';
import type { DetectorRecord, EpochSeconds } from '../../lookout/store';

/** Score from which feedback can make a value an anomaly. */
const LEAST_ANOMALOUS = ANOMALOUS_SCORE / HIGHEST_FACTOR;

/** Where the combinations of a table are in a model. */
interface TableMapping {
  readonly table: IntervalTable;
  readonly translation: SeriesTranslation;
  /** By combination of the table its number in the model; -1 where it has none. */
  readonly numbers: number[];
}

/** What a detector has learned: the engine's model, which series its numbers stand for, and where it stands in time. */
export class DetectorModel {
  /** A model that has learned nothing. */
  public static empty(detector: DetectorRecord, layout: Layout): DetectorModel {
    const { measures, dimensions, clock, frequency } = layout;
    const holidays = layout.holidays && new NumberedHolidays(layout.holidays, []);
    return new DetectorModel({
      detectorArn: detector.arn,
      detectorCreatedAt: detector.createdAt,
      ...layout.filters && { filters: writtenFilters(layout) },
      frequency,
      timezone: clock.timezone,
      measures,
      dimensions,
      learned: 0,
      ongoing: [],
      paused: [],
      judged: [],
      feedbackSeen: 0,
      toldMissing: [],
      ...layout.holidays && { holidays: { code: layout.holidays.code, names: [] } },
    }, new SeriesIndex(measures.map(({ name }) => name), dimensions), new DetectionModel(settingsOf(frequency), 0, holidays), holidays);
  }

  /**
   * @param known holidays that the detector knows; a model that knows others does not belong to the detector, and cannot go on learning
   * @param memory `own` makes the bytes the model's memory, which changes with it: for bytes that are not used afterwards. It saves a copy.
   * @throws TypeError when the bytes are no model, one of a later version, or damaged
   */
  public static decode(bytes: Uint8Array, known?: PublicHolidays, memory: 'copy' | 'own' = 'copy'): DetectorModel {
    const { header, series, engine } = decodeModelFile(bytes);
    const holidays = known && header.holidays?.code === known.code ? new NumberedHolidays(known, header.holidays.names) : undefined;
    const model = new DetectorModel(header, series, DetectionModel.deserialize(engine, holidays, memory), holidays);
    if (model.series.size !== model.engine.seriesCount) {
      throw new TypeError(`the detector model is damaged: its header names ${model.series.size} time series, and it holds ${model.engine.seriesCount}`);
    }
    return model;
  }

  /** Groups that had anomalies in the newest interval. */
  public ongoing: readonly OngoingGroup[];
  /** Groups that had none in the newest interval, and go on if the next one has some. */
  public paused: readonly OngoingGroup[];
  /** Answer to the newest request, when the newest interval was detected and not learned from history. */
  public detection?: NewestDetection;
  /** What people said of earlier events: it changes later scores. */
  public judged: readonly JudgedEvent[];
  /** When the newest feedback was put that the model has taken in. */
  public feedbackSeen: EpochSeconds;
  /** What is missing and was told. */
  public toldMissing: readonly ToldMissing[];
  /** What the newest second reading has changed. */
  public replacement?: Replacement;
  /** Combinations of dimension values beyond so many time series are left out. */
  public maximumTimeSeries: number;
  /** Present when the model before the oldest interval that is to be read again was kept beside this one. */
  public settled?: SettledModel;
  /** Which detections the model does not take any more. */
  public fences: Fences;
  /** Sums of the time series. */
  public readonly totals: Totals;
  private newestSlot?: number;
  private learnedIntervals: number;
  private readonly missingData: MissingData;
  private readonly comparable: ComparableValues;
  private mapping?: TableMapping;

  /** @param series that the engine's numbers stand for */
  private constructor(
    private readonly header: ModelHeader, public readonly series: SeriesIndex, private readonly engine: DetectionModel,
    private readonly holidays?: NumberedHolidays,
  ) {
    this.maximumTimeSeries = timeSeriesQuota(header.frequency);
    this.ongoing = header.ongoing;
    this.paused = header.paused;
    this.detection = header.detection;
    this.replacement = header.replacement;
    this.settled = header.settled;
    this.fences = header.fences ?? {};
    this.judged = header.judged;
    this.feedbackSeen = header.feedbackSeen;
    this.toldMissing = header.toldMissing;
    const settings = settingsOf(header.frequency);
    this.missingData = header.missingData === undefined
      ? new MissingData(settings, holidays) : MissingData.deserialize(settings, Buffer.from(header.missingData, 'base64'), holidays);
    this.totals = new Totals(settings, header.measures, series, holidays, header.totals);
    this.newestSlot = header.newest;
    this.learnedIntervals = header.learned;
    this.comparable = new ComparableValues(header.frequency, header.timezone, header.measures);
  }

  /** Slot of the newest interval; undefined before the first. */
  public get newest(): number | undefined {
    return this.newestSlot;
  }

  /** Length of an interval in seconds. */
  public get intervalSeconds(): number {
    return FREQUENCY_SECONDS[this.header.frequency];
  }

  /** Intervals with values that were learned. */
  public get learned(): number {
    return this.learnedIntervals;
  }

  /** What is known of the moves of time series; undefined for a measure whose rows are not added up. */
  public movesOf(measure: number): Moves | undefined {
    return this.totals.isOfSum(measure) ? this.engine.moves : undefined;
  }

  /** Share of the intervals in which a combination of dimension values has a value, 0-1. */
  public shareOf(combination: number): number {
    return this.missingData.shareOf(combination);
  }

  /** Whether the model was learned by this detector with this definition. */
  public belongsTo(detector: DetectorRecord, layout: Layout): boolean {
    const { detectorArn, detectorCreatedAt, frequency, timezone, measures, dimensions, holidays, filters } = this.header;
    const { arn, createdAt } = detector;
    const learned = [detectorArn, detectorCreatedAt, frequency, timezone, measures, dimensions, holidays?.code, filters];
    const now = [
      arn, createdAt, layout.frequency, layout.clock.timezone, layout.measures, layout.dimensions, layout.holidays?.code, writtenFilters(layout),
    ];
    return JSON.stringify(learned) === JSON.stringify(now);
  }

  /**
   * Scores the values of an interval, then learns them; feedback changes the scores and not what is learned. Intervals may be left out,
   * but must come in order.
   * @param bands whether the bands of all values are wanted, or only those of anomalies, which takes a third of the time
   * @throws Error when the model was read without the holidays that it knows
   */
  public observe(slot: number, table: IntervalTable, bands: 'all' | 'anomalies' = 'all'): Observation {
    this.checkHolidays();
    const { values, combinationsLeftOut } = this.arrange(slot, table);
    const comparable = this.comparable.of(slot, values);
    const bandFrom = bands === 'all' ? 0 : LEAST_ANOMALOUS;
    const scores = this.engine.observe(slot, comparable, bandFrom);
    const totals = this.totals.observe(slot, comparable, this.judged, bandFrom);
    const feedback = new Feedback(this.intervalSeconds, this.header.measures.length, this.judged).apply(scores, values, slot);
    const { timeSeries, reported, missing } = this.takeNote(slot, values);
    return { slot, values, scores, feedback, totals, timeSeries, reported, missing, combinationsLeftOut };
  }

  /**
   * Learns an interval without scoring it: as `observe`, in less time.
   * @returns combinations of dimension values that were left out because the detector has its full number of time series
   */
  public learn(slot: number, table: IntervalTable): Pick<Observation, 'combinationsLeftOut'> {
    this.checkHolidays();
    const { values, combinationsLeftOut } = this.arrange(slot, table);
    const comparable = this.comparable.of(slot, values);
    this.engine.learn(slot, comparable);
    this.totals.learn(slot, comparable);
    this.takeNote(slot, values);
    return { combinationsLeftOut };
  }

  /**
   * Knows the series of another model too, and what people said of them. One that this model was once has the same numbers for them; one that was learned
   * in another way may have others.
   */
  public adopt({ series, judged, feedbackSeen }: DetectorModel): void {
    const numbers = series.combinations.map(combination => this.series.findOrAdd(combination));
    if (this.series.size > this.engine.seriesCount) this.engine.addSeries(this.series.size - this.engine.seriesCount);
    const measures = this.header.measures.length;
    const numberOf = (number: number): number => numbers[Math.floor(number / measures)] * measures + number % measures;
    this.judged = judged.map(event => event.total === undefined ? { ...event, series: numberOf(event.series) } : event);
    this.feedbackSeen = feedbackSeen;
  }

  /** Values of an interval by this model's series. Adds the series that are new. */
  public arrange(slot: number, table: IntervalTable): Pick<Observation, 'values' | 'combinationsLeftOut'> {
    const read = table.values(slot);
    const { numbers, isSame, combinationsLeftOut } = this.map(table, read);
    if (isSame && read.length === this.series.size) return { values: read, combinationsLeftOut };
    const perCombination = this.header.measures.length;
    const values = new Float64Array(this.series.size).fill(NaN);
    for (let combination = 0, series = 0; combination < numbers.length; combination++) {
      const first = numbers[combination] * perCombination;
      for (let measure = 0; measure < perCombination; measure++, series++) {
        if (first >= 0) values[first + measure] = read[series];
      }
    }
    return { values, combinationsLeftOut };
  }

  /** The whole model as bytes, for `decode`. */
  public encode(): Uint8Array {
    return encodeModelFile({
      ...this.header,
      newest: this.newestSlot,
      learned: this.learnedIntervals,
      ongoing: this.ongoing,
      paused: this.paused,
      detection: this.detection,
      replacement: this.replacement,
      settled: this.settled,
      fences: this.fences,
      judged: this.judged,
      feedbackSeen: this.feedbackSeen,
      missingData: Buffer.from(this.missingData.serialize()).toString('base64'),
      toldMissing: this.toldMissing,
      totals: this.totals.written(),
      ...this.holidays && { holidays: { code: this.header.holidays!.code, names: this.holidays.names } },
    }, this.series, before => this.engine.serialize(before));
  }

  /** @throws Error when the model was read without the holidays that it knows */
  private checkHolidays(): void {
    const { holidays } = this.header;
    if (holidays !== undefined && this.holidays === undefined) throw new Error(`the model knows the holidays of ${holidays.code}, and was read without them`);
  }

  /** Counts an interval that the engine has taken, and sees what is missing in it. */
  private takeNote(slot: number, values: Float64Array): Pick<Observation, 'timeSeries' | 'reported' | 'missing'> {
    const { timeSeries, reported } = this.presence(values);
    const missing = this.missingData.observe(slot, reported, this.series.codes);
    this.newestSlot = slot;
    if (timeSeries > 0) this.learnedIntervals += 1;
    return { timeSeries, reported, missing };
  }

  /** Which series and combinations of dimension values have a value. */
  private presence(values: Float64Array): Pick<Observation, 'timeSeries' | 'reported'> {
    const perCombination = this.header.measures.length;
    const reported = new Uint8Array(this.series.count);
    let timeSeries = 0;
    for (let combination = 0, series = 0; combination < reported.length; combination++) {
      for (const end = series + perCombination; series < end; series++) {
        if (values[series] !== values[series]) continue;
        timeSeries += 1;
        reported[combination] = 1;
      }
    }
    return { timeSeries, reported };
  }

  /**
   * Gives numbers to the combinations of a table that have a value.
   * @returns `isSame`: whether each has the same number in both
   */
  private map(table: IntervalTable, read: Float64Array): Pick<Observation, 'combinationsLeftOut'> & { readonly numbers: readonly number[]; readonly isSame: boolean } {
    if (this.mapping?.table !== table) this.mapping = { table, numbers: [], translation: new SeriesTranslation(table.series, this.series) };
    const { numbers, translation } = this.mapping;
    const perCombination = this.header.measures.length;
    const { count } = table.series;
    let combinationsLeftOut = 0;
    let isSame = true;
    for (let combination = 0; combination < count; combination++) {
      if (!(numbers[combination] >= 0)) {
        numbers[combination] = -1;
        if (hasValue(read, combination * perCombination, perCombination)) {
          const hasRoom = this.series.size + perCombination <= this.maximumTimeSeries;
          numbers[combination] = translation.numberOf(combination, hasRoom);
          if (numbers[combination] < 0) combinationsLeftOut += 1;
        }
      }
      if (numbers[combination] !== combination) isSame = false;
    }
    if (this.series.size > this.engine.seriesCount) this.engine.addSeries(this.series.size - this.engine.seriesCount);
    return { numbers, isSame, combinationsLeftOut };
  }
}

function hasValue(values: Float64Array, from: number, count: number): boolean {
  for (let index = from; index < from + count; index++) {
    if (values[index] === values[index]) return true;
  }
  return false;
}

function settingsOf(frequency: Frequency): ModelSettings {
  return { intervalSeconds: FREQUENCY_SECONDS[frequency] as ModelSettings['intervalSeconds'] };
}
