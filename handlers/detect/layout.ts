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
  /** Of daily detectors whose business follows a country's holidays. */
  readonly holidays?: PublicHolidays;
  /** Role assumed to read the data. */
  readonly roleArn: string;
  readonly historyPath?: string;
  readonly livePath?: string;
  /** Seconds after an interval's end until its files are complete. */
  readonly offsetSeconds: number;
}

type CsvDescriptor = MetricSetRecord['definition']['MetricSource']['S3SourceConfig']['FileFormatDescriptor']['CsvFormatDescriptor'];

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
  const descriptor = source.FileFormatDescriptor?.CsvFormatDescriptor as Partial<CsvDescriptor> | undefined;
  if (descriptor === undefined) {
    throw new UnusableData(`metric set ${shown(metricSet.name)} has no CsvFormatDescriptor: only CSV files can be read`);
  }
  return {
    frequency: detector.frequency,
    clock: new WallClock(definition.Timezone, detector.frequency),
    ...holidays && { holidays },
    timestampColumn: definition.TimestampColumn.ColumnName,
    timestamps: timestampFormat(definition.TimestampColumn.ColumnFormat, definition.Timezone),
    measures: definition.MetricList.map(metric => ({ name: metric.MetricName, aggregation: metric.AggregationFunction })),
    dimensions: definition.DimensionList ?? [],
    csv: csvFormat(descriptor, metricSet.name),
    roleArn: source.RoleArn,
    historyPath: source.HistoricalDataPathList?.[0],
    livePath: source.TemplatedPathList?.[0],
    offsetSeconds: definition.Offset,
  };
}

function timestampFormat(format: string, timezone: string): TimestampFormat {
  try {
    return new TimestampFormat(format, timezone);
  } catch (error) {
    throw new UnusableData((error as Error).message);
  }
}

function csvFormat(descriptor: Partial<CsvDescriptor>, name: string): CsvFormat {
  const { FileCompression = 'NONE', Charset = 'UTF-8', ContainsHeader = true, Delimiter = ',', QuoteSymbol = '"', HeaderList } = descriptor;
  if (!ContainsHeader && !HeaderList?.length) {
    throw new UnusableData(`metric set ${shown(name)} says that its files have no header (ContainsHeader false) and names no columns: give a HeaderList`);
  }
  return {
    gzip: FileCompression === 'GZIP', charset: Charset, delimiter: Delimiter, quote: QuoteSymbol, ...(ContainsHeader ? {} : { columns: HeaderList }),
  };
}
