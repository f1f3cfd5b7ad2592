// SPDX-License-Identifier: Apache-2.0

import type { PublicHolidays } from './holidays';
import type { Frequency } from '../../src/private/contract';
import type { CsvFormat, RowLayout } from '../input/row-layout';
import { shown, UnusableData } from '../input/unusable-data';
import type { DetectorRecord, MetricSetRecord } from '../lookout/store';
import { TimestampFormat } from '../shared/time-format';
import { WallClock } from '../shared/wall-clock';

/** A metric set's definition, checked and ready to read rows with. */
export interface Layout extends RowLayout {
  readonly frequency: Frequency;
  readonly clock: WallClock;
  /** Of detectors whose business follows a country's holidays. */
  readonly holidays?: PublicHolidays;
  /** Role assumed to read the data. */
  readonly roleArn: string;
  readonly historyPath?: string;
  readonly livePath?: string;
  /** Seconds after an interval's end until its files are complete. */
  readonly offsetSeconds: number;
}

type CsvDescriptor = Partial<NonNullable<MetricSetRecord['definition']['MetricSource']['S3SourceConfig']['FileFormatDescriptor']['CsvFormatDescriptor']>>;

/**
 * Reads a metric set's definition. Members that the API lets callers leave out get its defaults.
 * @param holidays that the detector knows, if any
 * @throws UnusableData with what cannot be used
 */
export function layoutOf(detector: DetectorRecord, metricSet: MetricSetRecord, holidays?: PublicHolidays): Layout {
  const { definition } = metricSet;
  const source = definition.MetricSource.S3SourceConfig as Partial<MetricSetRecord['definition']['MetricSource']['S3SourceConfig']> | undefined;
  if (source?.RoleArn === undefined) {
    throw new UnusableData(`metric set ${shown(metricSet.name)} has the source ${Object.keys(definition.MetricSource).join(', ') || 'none'}: `
      + 'only an S3SourceConfig with a RoleArn can be read');
  }
  const { CsvFormatDescriptor: descriptor, JsonFormatDescriptor: json } = source.FileFormatDescriptor ?? {};
  if (descriptor === undefined && json === undefined) {
    throw new UnusableData(`metric set ${shown(metricSet.name)} has neither CsvFormatDescriptor nor JsonFormatDescriptor: only such files can be read`);
  }
  const dimensions = definition.DimensionList ?? [];
  const columns = [definition.TimestampColumn.ColumnName, ...definition.MetricList.map(metric => metric.MetricName), ...dimensions];
  return {
    frequency: detector.frequency,
    clock: new WallClock(definition.Timezone, detector.frequency),
    ...holidays && { holidays },
    timestampColumn: definition.TimestampColumn.ColumnName,
    timestamps: timestampFormat(definition.TimestampColumn.ColumnFormat, definition.Timezone),
    measures: definition.MetricList.map(metric => ({ name: metric.MetricName, aggregation: metric.AggregationFunction })),
    dimensions,
    ...definition.DimensionFilterList?.length && { filters: filtersOf(dimensions, definition.DimensionFilterList) },
    csv: json === undefined ? csvFormat(descriptor!, metricSet.name)
      : { gzip: json.FileCompression === 'GZIP', charset: json.Charset ?? 'UTF-8', delimiter: ',', quote: '"', columns, json: true },
    roleArn: source.RoleArn,
    historyPath: source.HistoricalDataPathList?.[0],
    livePath: source.TemplatedPathList?.[0],
    offsetSeconds: definition.Offset,
  };
}

/** Filters as a model remembers them. */
export function writtenFilters({ filters }: Pick<Layout, 'filters'>): (string[] | null)[] | undefined {
  return filters?.map(values => values ? [...values].sort() : null);
}

/** The values that are read, of each dimension. Of several filters on one dimension a value must pass each. */
function filtersOf(
  dimensions: readonly string[], filters: NonNullable<MetricSetRecord['definition']['DimensionFilterList']>,
): (ReadonlySet<string> | undefined)[] {
  return dimensions.map(dimension => filters.filter(({ Name }) => Name === dimension)
    .map(({ FilterList = [] }) => new Set(FilterList.flatMap(({ DimensionValue }) => DimensionValue === undefined ? [] : [DimensionValue])))
    .reduce<ReadonlySet<string> | undefined>(
      (passed, values) => passed ? new Set([...passed].filter(value => values.has(value))) : values, undefined));
}

function timestampFormat(format: string, timezone: string): TimestampFormat {
  try {
    return new TimestampFormat(format, timezone);
  } catch (error) {
    throw new UnusableData((error as Error).message);
  }
}

function csvFormat(descriptor: CsvDescriptor, name: string): CsvFormat {
  const { FileCompression = 'NONE', Charset = 'UTF-8', ContainsHeader = true, Delimiter = ',', QuoteSymbol = '"', HeaderList } = descriptor;
  if (!ContainsHeader && !HeaderList?.length) {
    throw new UnusableData(`metric set ${shown(name)} says that its files have no header (ContainsHeader false) and names no columns: give a HeaderList`);
  }
  return {
    gzip: FileCompression === 'GZIP', charset: Charset, delimiter: Delimiter, quote: QuoteSymbol, ...(ContainsHeader ? {} : { columns: HeaderList }),
  };
}
