// SPDX-License-Identifier: Apache-2.0

import { invalid, invalidField } from './errors';
import type { ServiceContext } from './operation';
import { csvRecords, type FileBeginning, jsonObjects } from './sample-file';
import type { MetricSetRecord } from './store';
import { findColumns } from '../input/row-columns';
import { shown, UnusableData } from '../input/unusable-data';
import { TimestampFormat } from '../shared/time-format';

/** Rows that are looked at. */
const ROWS = 100;

type Definition = MetricSetRecord['definition'];

/**
 * Looks into the first file of a new metric set's source, as Lookout for Metrics did: its columns must be there, and most of its time stamps must
 * have the format that is named. Where there is no file yet, or it cannot be read now, nothing is wrong: a role that was just made may be usable
 * in a minute, and a detector that is activated tells of both.
 * @throws ApiError ValidationException that names the file, and the column or a time stamp
 */
export async function assertSourceFits(definition: Definition, { readSample, reportFailure }: ServiceContext): Promise<void> {
  const { RoleArn: roleArn, HistoricalDataPathList, TemplatedPathList } = definition.MetricSource.S3SourceConfig;
  const [path] = [...HistoricalDataPathList, ...TemplatedPathList];
  let beginning: FileBeginning;
  try {
    const sample = await readSample({ action: 'sample', path, roleArn });
    if ('problem' in sample) return;
    beginning = { file: sample.file, bytes: Buffer.from(sample.bytes, 'base64'), isWhole: sample.isWhole };
  } catch (error) {
    reportFailure('the source of a new metric set could not be looked into', error);
    return;
  }
  try {
    assertTimestamps(definition, beginning.file, timestampsOf(definition, beginning));
  } catch (error) {
    throw error instanceof UnusableData ? invalid(error.message) : error;
  }
}

function timestampsOf(definition: Definition, beginning: FileBeginning): string[] {
  const { CsvFormatDescriptor: csv, JsonFormatDescriptor: json } = definition.MetricSource.S3SourceConfig.FileFormatDescriptor;
  const column = definition.TimestampColumn.ColumnName;
  if (csv === undefined) {
    const objects = jsonObjects(beginning, { gzip: json!.FileCompression === 'GZIP', charset: json!.Charset });
    // a member that is missing is an empty cell
    return objects.slice(0, ROWS).map(object => String(object[column] ?? ''));
  }
  const { FileCompression, Charset: charset, Delimiter: delimiter, QuoteSymbol: quote, ContainsHeader, HeaderList } = csv;
  const records = csvRecords(beginning, { gzip: FileCompression === 'GZIP', charset, delimiter, quote });
  const header = ContainsHeader ? records.shift() : HeaderList;
  if (header === undefined) return [];
  const { timestamp } = findColumns(beginning.file, header, {
    timestampColumn: column,
    measures: definition.MetricList.map(({ MetricName: name, AggregationFunction: aggregation }) => ({ name, aggregation })),
    dimensions: definition.DimensionList ?? [],
  });
  return records.slice(0, ROWS).flatMap(record => record.slice(timestamp, timestamp + 1));
}

function assertTimestamps({ TimestampColumn: { ColumnName, ColumnFormat }, Timezone }: Definition, file: string, texts: readonly string[]): void {
  const format = new TimestampFormat(ColumnFormat, Timezone);
  const wrong = texts.filter(text => Number.isNaN(format.parse(text)));
  if (wrong.length > texts.length / 2) {
    throw invalidField('TimestampColumn.ColumnFormat', `must be the format of column ${shown(ColumnName)}, which holds ${shown(wrong[0])} in ${file}, found ${shown(ColumnFormat)}`);
  }
}
