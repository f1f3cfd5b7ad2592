// SPDX-License-Identifier: Apache-2.0

import { detectFormat, type DetectedFormat, type Finding } from './detected-format';
import { detectFrequency } from './detected-frequency';
import { invalid, invalidField } from './errors';
import { existingDetector, operations, type Operation, type ServiceContext } from './operation';
import { csvRecords, type FileBeginning, jsonObjects } from './sample-file';
import { UnusableData } from '../input/unusable-data';

/** Rows of an answer. */
const SAMPLE_ROWS = 100;

/** Operations that look into the files of a source on S3 before a metric set is made of it. */
export const sampleDataOperations: Record<string, Operation> = operations({
  GetSampleData: async ({ S3SourceConfig: source }, context) => {
    if (source === undefined) {
      throw invalidField('S3SourceConfig', 'is required: the source whose files are looked into');
    }
    const { CsvFormatDescriptor: csv, JsonFormatDescriptor: json } = source.FileFormatDescriptor;
    if ((csv === undefined) === (json === undefined)) {
      throw invalidField('S3SourceConfig.FileFormatDescriptor', 'must have CsvFormatDescriptor or JsonFormatDescriptor, and not both');
    }
    const { FileCompression, Charset = 'UTF-8' } = csv ?? json!;
    const format = { gzip: FileCompression === 'GZIP', charset: Charset };
    const beginning = await beginningOf(source, 'S3SourceConfig', source.RoleArn, context);
    return unlessUnusable(() => {
      if (csv === undefined) {
        return ofObjects(jsonObjects(beginning, format).slice(0, SAMPLE_ROWS));
      }
      const records = csvRecords(beginning, { ...format, delimiter: csv.Delimiter ?? ',', quote: csv.QuoteSymbol ?? '"' });
      const header = csv.ContainsHeader ?? !csv.HeaderList?.length ? records.shift() : csv.HeaderList;
      return { HeaderValues: header ?? [], SampleRows: records.slice(0, SAMPLE_ROWS) };
    });
  },

  /** The input names no role: files are read with that of the detector's metric set, and before there is one with the function's own. */
  DetectMetricSetConfig: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const field = 'AutoDetectionMetricSource.S3SourceConfig';
    const source = input.AutoDetectionMetricSource.S3SourceConfig;
    if (source === undefined) {
      throw invalidField(field, 'is required: the source whose files are looked into');
    }
    const { items: [metricSet] } = await context.store.listMetricSets(detector.arn, { limit: 1 });
    const beginning = await beginningOf(source, field, metricSet?.definition.MetricSource.S3SourceConfig.RoleArn, context);
    return unlessUnusable(() => ({ DetectedMetricSetConfig: detectedConfig(detectFormat(beginning)) }));
  },
});

async function beginningOf(
  { HistoricalDataPathList = [], TemplatedPathList = [] }: { readonly HistoricalDataPathList?: string[]; readonly TemplatedPathList?: string[] },
  field: string, roleArn: string | undefined, { readSample }: ServiceContext,
): Promise<FileBeginning> {
  const [path] = [...HistoricalDataPathList, ...TemplatedPathList];
  if (path === undefined) {
    throw invalidField(field, 'must have TemplatedPathList or HistoricalDataPathList');
  }
  const sample = await readSample({ action: 'sample', path, ...roleArn !== undefined && { roleArn } });
  if ('problem' in sample) {
    throw invalidField(`${field}.${HistoricalDataPathList.length > 0 ? 'HistoricalDataPathList' : 'TemplatedPathList'}[0]`, sample.problem);
  }
  return { file: sample.file, bytes: Buffer.from(sample.bytes, 'base64'), isWhole: sample.isWhole };
}

function unlessUnusable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof UnusableData ? invalid(error.message) : error;
  }
}

/** Columns are the names in the order in which they first occur. */
function ofObjects(objects: readonly Record<string, unknown>[]): object {
  const header = [...new Set(objects.flatMap(Object.keys))];
  const cell = (value: unknown): string => value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return { HeaderValues: header, SampleRows: objects.map(object => header.map(name => Object.hasOwn(object, name) ? cell(object[name]) : '')) };
}

function detectedConfig({ gzip, charset, csv, rows }: DetectedFormat): object {
  const text = <T>(finding: Finding<T>, shown: (value: T) => string = String): object => detectedField(finding, value => ({ S: shown(value) }));
  const file = { FileCompression: text(gzip, isPacked => isPacked ? 'GZIP' : 'NONE'), Charset: text(charset) };
  return {
    Offset: detectedField<number>({ value: 0, confidence: 'LOW', message: 'Files do not tell how late data comes: give the seconds after an interval\'s end.' }, offset => ({ N: `${offset}` })),
    MetricSetFrequency: text(detectFrequency(rows)),
    MetricSource: {
      S3SourceConfig: {
        FileFormatDescriptor: csv === undefined ? { JsonFormatDescriptor: file } : {
          CsvFormatDescriptor: {
            ...file,
            ContainsHeader: text(csv.containsHeader),
            Delimiter: text(csv.delimiter),
            HeaderList: detectedField(csv.header, names => ({ SS: names })),
            QuoteSymbol: text(csv.quote),
          },
        },
      },
    },
  };
}

function detectedField<T>({ value, confidence, message }: Finding<T>, shown: (value: T) => object): object {
  return { ...value !== undefined && { Value: shown(value) }, Confidence: confidence, Message: message };
}
