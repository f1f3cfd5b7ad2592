import { invalidField, invalidFields } from './errors';
import { DIMENSION_FILTERS, OTHER_SOURCES } from './other-sources';
import { boolean, integer, list, oneOf, required, structure, text, type Checked, type Problem, type Shape } from './schema';
import { arn, description, frequency, name } from './shapes';
import type { MetricSetRecord } from './store';
import { LIMITS, type Frequency } from '../../src/private/contract';
import { fillTemplate, TimestampFormat } from '../shared/time-format';

/** As many columns as a Redshift table can have. */
const MAX_COLUMNS = 1600;

const NOT_BLANK = { pattern: /.*\S.*/, description: 'contain more than white space' };

const TEMPLATED_PATH = text({
  max: 1024, pattern: /s3:\/\/[a-zA-Z0-9_\-/ {}=]+/, description: 'be s3:// and a path of letters, digits, spaces and _ - / { } =',
});

const METRIC = structure({
  MetricName: required(name), AggregationFunction: required(oneOf('AVG', 'SUM')), Namespace: text({ min: 1, max: 255, pattern: /[^:].*/s, description: 'not begin with :' }),
});

/** Paths of a source on S3: each list has one. */
export const TEMPLATED_PATHS = list(TEMPLATED_PATH, 1, 1);
export const HISTORICAL_PATHS = list(text({ max: 1024, pattern: /s3:\/\/[a-z0-9].+/s, description: 'be s3:// and a path' }), 1, 1);

const CHARSET = text({ max: 63, pattern: LIMITS.namePattern, description: 'be the name of a character set' });

/** How CSV files are written. */
export const csvFormatDescriptor = structure({
  FileCompression: oneOf('NONE', 'GZIP'),
  Charset: CHARSET,
  ContainsHeader: boolean(),
  Delimiter: text({ min: 1, max: 1, pattern: /[^\r\n]/u, description: 'be one character, not a line break' }),
  HeaderList: list(name, 0, MAX_COLUMNS),
  QuoteSymbol: text({ max: 1, pattern: /[^\r\n]?/u, description: 'be one character, not a line break' }),
});

/** How files of JSON lines are written. */
export const jsonFormatDescriptor = structure({ FileCompression: oneOf('NONE', 'GZIP'), Charset: CHARSET });

const S3_SOURCE = structure({
  RoleArn: arn,
  TemplatedPathList: TEMPLATED_PATHS,
  HistoricalDataPathList: HISTORICAL_PATHS,
  FileFormatDescriptor: structure({ CsvFormatDescriptor: csvFormatDescriptor, JsonFormatDescriptor: jsonFormatDescriptor }),
});

/** Members that CreateMetricSet and UpdateMetricSet have in common. Lengths and patterns are those of the service model. */
export const METRIC_SET_MEMBERS = {
  MetricSetDescription: description,
  MetricList: list(METRIC, 1, LIMITS.metrics),
  Offset: integer(0, LIMITS.offsetSeconds),
  TimestampColumn: structure({ ColumnName: name, ColumnFormat: text({ min: 1, max: 63, ...NOT_BLANK }) }),
  DimensionList: list(name, 1, LIMITS.dimensions),
  MetricSetFrequency: frequency,
  MetricSource: structure({ S3SourceConfig: S3_SOURCE, ...OTHER_SOURCES }),
  DimensionFilterList: DIMENSION_FILTERS,
};

type Members = typeof METRIC_SET_MEMBERS;
type Input = { readonly [K in keyof Members]?: Checked<Members[K]> };
type Definition = MetricSetRecord['definition'];
type MetricSource = Definition['MetricSource'];

/** IANA name of a time zone that this runtime knows. */
export const timezone: Shape<string> = {
  check(value, field, problems) {
    const checked = text({ min: 1, max: 60 }).check(value, field, problems);
    if (checked !== undefined && !isTimezone(checked)) {
      problems.push({ Name: field, Message: `must be the IANA name of a time zone, found ${JSON.stringify(checked)}` });
    }
    return checked;
  },
};

function isTimezone(value: string): boolean {
  try {
    // offsets (+01:00), which the runtime takes too, have no name to print
    return /^[a-z]/i.test(value) && new Intl.DateTimeFormat('en', { timeZone: value }) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The whole definition of a metric set out of what a client gave.
 *
 * @param input members that replace those of `before`
 * @param before what holds where the input has nothing: the stored definition, or what CreateMetricSet fills in
 * @throws ApiError ValidationException that lists what does not fit together
 */
export function metricSetDefinition(
  input: Input, before: Partial<Definition> & { readonly Offset: number; readonly Timezone: string; readonly MetricSetFrequency: Frequency },
): Definition {
  if (input.DimensionFilterList) {
    throw invalidField('DimensionFilterList', 'is not supported by this service; filter the rows in the query that writes the data');
  }
  const definition = {
    ...before,
    ...Object.fromEntries(Object.entries(input).filter(([member]) => member in METRIC_SET_MEMBERS && member !== 'DimensionFilterList')),
    ...input.MetricSource && { MetricSource: metricSource(input.MetricSource) },
  } as Definition;
  assertColumns(definition);
  assertDates(definition);
  return definition;
}

function metricSource(source: NonNullable<Input['MetricSource']>): MetricSource {
  const given = Object.keys(source);
  if (given.length !== 1) {
    throw invalidField('MetricSource', `must have exactly one source, found ${given.length === 0 ? 'none' : given.join(', ')}`);
  }
  const s3 = source.S3SourceConfig;
  if (!s3) {
    throw invalidField(`MetricSource.${given[0]}`, 'is not supported by this service, which reads CSV files on S3 (S3SourceConfig); '
      + 'data of a Redshift warehouse comes there by the connector\'s UNLOAD');
  }
  const field = 'MetricSource.S3SourceConfig';
  if (s3.FileFormatDescriptor?.JsonFormatDescriptor) {
    throw invalidField(`${field}.FileFormatDescriptor.JsonFormatDescriptor`,
      'is not supported by this service, which reads CSV files (CsvFormatDescriptor)');
  }
  const csv = s3.FileFormatDescriptor?.CsvFormatDescriptor;
  const missing: Problem[] = [
    ...s3.RoleArn === undefined ? [{ Name: `${field}.RoleArn`, Message: 'is required: the role by which the files are read' }] : [],
    ...csv === undefined ? [{ Name: `${field}.FileFormatDescriptor.CsvFormatDescriptor`, Message: 'is required' }] : [],
    ...s3.TemplatedPathList === undefined && s3.HistoricalDataPathList === undefined
      ? [{ Name: field, Message: 'must have TemplatedPathList, HistoricalDataPathList or both' }] : [],
    ...csv?.ContainsHeader === false && !csv.HeaderList?.length
      ? [{
        Name: `${field}.FileFormatDescriptor.CsvFormatDescriptor.HeaderList`,
        Message: 'is required for files without a header (ContainsHeader false)',
      }] : [],
  ];
  if (missing.length > 0) {
    throw invalidFields(missing);
  }
  return {
    S3SourceConfig: {
      RoleArn: s3.RoleArn!,
      TemplatedPathList: s3.TemplatedPathList ?? [],
      HistoricalDataPathList: s3.HistoricalDataPathList ?? [],
      FileFormatDescriptor: {
        CsvFormatDescriptor: {
          FileCompression: csv?.FileCompression ?? 'NONE',
          Charset: csv?.Charset ?? 'UTF-8',
          ContainsHeader: csv?.ContainsHeader ?? !csv?.HeaderList?.length,
          Delimiter: csv?.Delimiter ?? ',',
          QuoteSymbol: csv?.QuoteSymbol ?? '"',
          ...csv?.HeaderList?.length && { HeaderList: csv.HeaderList },
        },
      },
    },
  };
}

/** Each column has one part to play, and is in the list of columns where there is one. */
function assertColumns({ MetricList, DimensionList = [], TimestampColumn, MetricSource }: Definition): void {
  if (TimestampColumn?.ColumnName === undefined || TimestampColumn.ColumnFormat === undefined) {
    throw invalidField('TimestampColumn', 'is required, with ColumnName and ColumnFormat');
  }
  const csv = MetricSource.S3SourceConfig.FileFormatDescriptor.CsvFormatDescriptor;
  const columns = [
    ...MetricList.map((metric, index) => [`MetricList[${index}].MetricName`, metric.MetricName] as const),
    ...DimensionList.map((dimension, index) => [`DimensionList[${index}]`, dimension] as const),
    ['TimestampColumn.ColumnName', TimestampColumn.ColumnName] as const,
  ];
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [field, column] of columns) {
    const other = seen.get(column);
    if (other !== undefined) {
      problems.push({ Name: field, Message: `names the column ${JSON.stringify(column)}, as ${other} does` });
    }
    seen.set(column, other ?? field);
    if (!csv.ContainsHeader && !csv.HeaderList?.includes(column)) {
      problems.push({ Name: field, Message: `names the column ${JSON.stringify(column)}, which HeaderList does not have` });
    }
  }
  MetricList.forEach((metric, index) => {
    if ('Namespace' in metric) {
      problems.push({ Name: `MetricList[${index}].Namespace`, Message: 'is for CloudWatch sources only, which this service does not support' });
    }
  });
  if (problems.length > 0) {
    throw invalidFields(problems);
  }
}

/** The time stamps' format and the date keys of the path can be read. */
function assertDates({ TimestampColumn, Timezone, MetricSource }: Definition): void {
  const problems: Problem[] = [];
  const tryTo = (field: string, read: () => unknown): void => {
    try {
      read();
    } catch (error) {
      problems.push({ Name: field, Message: (error as Error).message });
    }
  };
  tryTo('TimestampColumn.ColumnFormat', () => new TimestampFormat(TimestampColumn.ColumnFormat, Timezone));
  MetricSource.S3SourceConfig.TemplatedPathList.forEach((path, index) => {
    tryTo(`MetricSource.S3SourceConfig.TemplatedPathList[${index}]`, () => fillTemplate(path, 0));
  });
  if (problems.length > 0) {
    throw invalidFields(problems);
  }
}
