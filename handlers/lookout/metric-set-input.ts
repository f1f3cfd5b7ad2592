// SPDX-License-Identifier: Apache-2.0

import { invalidField, invalidFields } from './errors';
import { MODEL } from './model-constraints';
import type { InputOf } from './model-shapes';
import type { Problem } from './schema';
import type { MetricSetRecord } from './store';
import type { Frequency } from '../../src/private/contract';
import { fillTemplate, TimestampFormat } from '../shared/time-format';

type Input = Omit<InputOf<'UpdateMetricSet'>, 'MetricSetArn'>;
type Definition = MetricSetRecord['definition'];
type MetricSource = Definition['MetricSource'];

/** Members of the input that are kept. */
const MEMBERS = Object.keys(MODEL.structures.UpdateMetricSetRequest).filter(member => member !== 'MetricSetArn');

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
  const definition = {
    ...before,
    ...Object.fromEntries(Object.entries(input).filter(([member]) => MEMBERS.includes(member))),
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
    throw invalidField(`MetricSource.${given[0]}`, 'is not supported by this service, which reads files on S3 (S3SourceConfig); '
      + 'data of a Redshift warehouse comes there by the connector\'s UNLOAD');
  }
  const field = 'MetricSource.S3SourceConfig';
  const { CsvFormatDescriptor: csv, JsonFormatDescriptor: json } = s3.FileFormatDescriptor ?? {};
  const missing: Problem[] = [
    ...s3.RoleArn === undefined ? [{ Name: `${field}.RoleArn`, Message: 'is required: the role by which the files are read' }] : [],
    ...(csv === undefined) === (json === undefined)
      ? [{ Name: `${field}.FileFormatDescriptor`, Message: 'must have CsvFormatDescriptor or JsonFormatDescriptor, and not both' }] : [],
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
      FileFormatDescriptor: json ? {
        JsonFormatDescriptor: { FileCompression: json.FileCompression ?? 'NONE', Charset: json.Charset ?? 'UTF-8' },
      } : {
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
function assertColumns({ MetricList, DimensionList = [], DimensionFilterList = [], TimestampColumn, MetricSource }: Definition): void {
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
    if (csv?.ContainsHeader === false && !csv.HeaderList?.includes(column)) {
      problems.push({ Name: field, Message: `names the column ${JSON.stringify(column)}, which HeaderList does not have` });
    }
  }
  MetricList.forEach((metric, index) => {
    if ('Namespace' in metric) {
      problems.push({ Name: `MetricList[${index}].Namespace`, Message: 'is for CloudWatch sources only, which this service does not support' });
    }
  });
  DimensionFilterList.forEach(({ Name, FilterList }, index) => {
    if (Name === undefined || !DimensionList.includes(Name)) {
      problems.push({ Name: `DimensionFilterList[${index}].Name`, Message: `must be one of DimensionList, found ${JSON.stringify(Name)}` });
    }
    if (!FilterList?.every(filter => filter.DimensionValue !== undefined)) {
      problems.push({ Name: `DimensionFilterList[${index}].FilterList`, Message: 'is required, with a DimensionValue in each entry' });
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
