// SPDX-License-Identifier: Apache-2.0

import { Aggregation, FREQUENCY_SECONDS, Frequency, LIMITS } from './contract';

/** What a published `params.json` says, as far as it can be used here. */
export interface ParamsFile {
  readonly databaseType?: string;
  readonly secretName?: string;
  readonly detectorName?: string;
  readonly description?: string;
  readonly frequency?: Frequency;
  readonly timestampColumn?: { readonly name: string; readonly format: string };
  readonly dimensions: string[];
  readonly metrics: { readonly name: string; readonly aggregation: Aggregation }[];
  readonly offsetSeconds?: number;
  readonly alertName?: string;
  readonly alertDescription?: string;
  readonly alertThreshold?: number;
  readonly alertFunctionArn?: string;
  /** One sentence for each field that is not taken over: its name, what was found, what to do. */
  readonly findings: string[];
}

type Fields = Record<string, unknown>;

/** Fields whose text or number is read by `readParams`; all others of the published file have a reader of their own. */
const ALERT_FIELDS = ['alert_name', 'alert_description', 'alert_threshold', 'alert_lambda_arn'];
const KNOWN = new Set([
  'database_type', 'secret_name', 'detector_name', 'detector_description', 'detector_frequency', 'timestamp_column', 'dimension_list', 'metrics_set',
  'metric_source', 's3_bucket', 'offset', ...ALERT_FIELDS,
]);

/**
 * Reads the text of a `params.json`. Nothing in it is trusted: a field of another type or with an unknown value is a finding.
 *
 * @throws SyntaxError when the text is not JSON, TypeError when it is not a JSON object
 */
export function readParams(json: string): ParamsFile {
  const parsed: unknown = JSON.parse(json.replace(/^\uFEFF/, '')); // a byte order mark is no JSON
  if (!isObject(parsed)) throw new TypeError(`it holds ${found(parsed)} and no object`);
  const fields = new Map(Object.entries(parsed)); // a Map, so that a field called __proto__ is one like any other
  const findings: string[] = [];
  const text = (name: string): string | undefined => textOf(name, fields.get(name), findings);
  const params = {
    databaseType: text('database_type'),
    secretName: text('secret_name'),
    detectorName: text('detector_name'),
    description: text('detector_description'),
    frequency: frequencyOf(fields.get('detector_frequency'), findings),
    timestampColumn: timestampOf(fields.get('timestamp_column'), findings),
    dimensions: dimensionsOf(fields.get('dimension_list'), findings),
    metrics: metricsOf(fields.get('metrics_set'), findings),
    offsetSeconds: numberOf('offset', fields.get('offset'), LIMITS.offsetSeconds, 'the default delay of 5 minutes holds: set delay', findings),
    alertName: text('alert_name'),
    alertDescription: text('alert_description'),
    alertThreshold: numberOf('alert_threshold', fields.get('alert_threshold'), 100, 'the default of addAlert holds', findings),
    alertFunctionArn: text('alert_lambda_arn'),
  };
  if (!params.databaseType) {
    findings.push('database_type: is missing; "redshift" is assumed');
  } else if (params.databaseType.toLowerCase() !== 'redshift') {
    findings.push(`database_type: is ${found(params.databaseType)}; only Amazon Redshift can be read, so the data have to be there first`);
  }
  if (!params.secretName) findings.push('secret_name: is missing; give cluster, and secret unless IAM credentials do');
  sourceFindings(fields, findings);
  if (ALERT_FIELDS.some(name => fields.has(name) && fields.get(name) !== '')) {
    findings.push('alert_*: the published connector never made this alert, so none is made here; for one, call addAlert of the connector');
  }
  for (const name of fields.keys()) {
    if (!KNOWN.has(name)) findings.push(`${shorten(name)}: is no field of the published connector; it is left out`);
  }
  return { ...params, findings };
}

function textOf(name: string, value: unknown, findings: string[]): string | undefined {
  if (value === undefined || value === '') return undefined; // the published template leaves fields empty that nobody sets
  if (typeof value === 'string') return value;
  findings.push(`${name}: is ${found(value)} and no text; it is left out`);
  return undefined;
}

function numberOf(name: string, value: unknown, most: number, otherwise: string, findings: string[]): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= most) return number;
  findings.push(`${name}: is ${found(value)} and no whole number from 0 to ${most}; ${otherwise}`);
  return undefined;
}

function frequencyOf(value: unknown, findings: string[]): Frequency | undefined {
  if (typeof value === 'string' && Object.hasOwn(FREQUENCY_SECONDS, value)) return value as Frequency;
  findings.push(`detector_frequency: is ${found(value)} and none of ${Object.keys(FREQUENCY_SECONDS).join(', ')}; give frequency`);
  return undefined;
}

function timestampOf(value: unknown, findings: string[]): ParamsFile['timestampColumn'] {
  const { ColumnName: name, ColumnFormat: format } = isObject(value) ? value : {};
  if (isText(name) && isText(format)) return { name, format };
  findings.push(`timestamp_column: is ${found(value)} and lacks the text ColumnName or ColumnFormat; give timestampColumn`);
  return undefined;
}

function dimensionsOf(value: unknown, findings: string[]): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    findings.push(`dimension_list: is ${found(value)} and no list; the metrics are not divided`);
    return [];
  }
  return value.filter((dimension, index): dimension is string => {
    if (!isText(dimension)) findings.push(`dimension_list[${index}]: is ${found(dimension)} and no column's name; it is left out`);
    return isText(dimension);
  });
}

function metricsOf(value: unknown, findings: string[]): ParamsFile['metrics'] {
  if (!Array.isArray(value) || value.length === 0) {
    findings.push(`metrics_set: is ${found(value)} and no list with a metric in it; give metrics`);
    return [];
  }
  return value.flatMap((metric: unknown, index) => {
    const { MetricName: name, AggregationFunction: aggregation, Namespace: namespace } = isObject(metric) ? metric : {};
    const at = `metrics_set[${index}]`;
    if (!isText(name) || (aggregation !== 'SUM' && aggregation !== 'AVG')) {
      findings.push(`${at}: is ${found(metric)} and lacks a MetricName, or SUM or AVG as AggregationFunction; it is left out`);
      return [];
    }
    if (namespace !== undefined && namespace !== '') findings.push(`${at}.Namespace: is ${found(namespace)}, which means nothing here; it is left out`);
    return [{ name, aggregation }];
  });
}

/** Where the data were, and how they were written: the connector decides both itself. */
function sourceFindings(fields: Map<string, unknown>, findings: string[]): void {
  const source = fields.get('metric_source');
  if (isObject(source) && source.S3SourceConfig !== undefined) {
    findings.push('metric_source: paths, file format and role are not taken over: the connector unloads to a bucket of its own, with roles of its own');
  } else if (source !== undefined) {
    findings.push(`metric_source: is ${found(source)}; only data that the connector unloads from Redshift are read`);
  }
  const bucket = fields.get('s3_bucket');
  if (bucket !== undefined && bucket !== '') findings.push(`s3_bucket: is ${found(bucket)}; the connector makes a bucket of its own, and the old one stays as it is`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value for a message, as JSON in one line. */
function found(value: unknown): string {
  return value === undefined ? 'missing' : shorten(JSON.stringify(value));
}

/** One line of at most 100 characters. JSON escapes line ends; a field's name may hold them. */
function shorten(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ');
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}
