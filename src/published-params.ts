// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'fs';
import { Annotations, Duration, TimeZone } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { RedshiftLookoutConnector } from './connector';
import { ConnectorOptions } from './connector-options';
import { ConnectorQuery } from './connector-query';
import { DetectorFrequency } from './detector-frequency';
import { Metric } from './metric';
import { invalid } from './private/errors';
import { ParamsFile, readParams } from './private/params-file';
import { RedshiftCluster } from './redshift-cluster';
import { TimestampColumn } from './timestamp-column';

const FREQUENCIES = [DetectorFrequency.FIVE_MINUTES, DetectorFrequency.TEN_MINUTES, DetectorFrequency.HOURLY, DetectorFrequency.DAILY];

/**
 * What `PublishedParams.createConnector` needs beside the file.
 */
export interface PublishedConnectorOptions extends ConnectorOptions {
  /** Query of every interval: the published `query.sql` of the crawl, or one with `{{start}}` and `{{end}}`. */
  readonly query: ConnectorQuery;

  /**
   * Query of the history: the published `query.sql` of the history.
   *
   * @default - the query of every interval, with the history's bounds
   */
  readonly historicalQuery?: ConnectorQuery;

  /**
   * The warehouse to read.
   *
   * @default - the provisioned cluster that the file's secret (secret_name) names
   */
  readonly cluster?: RedshiftCluster;

  /**
   * Database in which the query runs.
   *
   * @default - the one that the secret names, unless cluster is given
   */
  readonly database?: string;

  /**
   * Secret with the user name and password of a database user.
   *
   * @default - the file's secret (secret_name); without one, temporary credentials from IAM
   */
  readonly secret?: secretsmanager.ISecret;

  /**
   * Time zone of the timestamps and of the placeholders' bounds. The published connector knew none.
   *
   * @default TimeZone.ETC_UTC
   */
  readonly timezone?: TimeZone;

  /**
   * How much history is read and learned once.
   *
   * @default - as much as RedshiftLookoutConnector reads
   */
  readonly history?: Duration;

  /**
   * Name of the detector.
   *
   * @default - the file's detector_name, or without one a name made of stack, path and a hash
   */
  readonly detectorName?: string;
}

/**
 * The `params.json` of AWS's published custom connector for Amazon Redshift, read for a connector of this library.
 *
 * What the file says and this library has no use for is listed in `findings`; `createConnector` warns of it. The parts that are
 * undefined (`null` in Java, `nil` in Go, `None` in Python) were missing in the file or could not be used.
 *
 * @see https://github.com/aws-samples/amazon-lookout-for-metrics-custom-connectors
 *
 * @example
 * const params = PublishedParams.fromFile('params.json');
 * const connector = params.createConnector(this, 'Ecommerce', {
 *   query: ConnectorQuery.fromFile('redshift-continuous-crawl/query.sql'),
 *   historicalQuery: ConnectorQuery.fromFile('redshift-historical-crawl/query.sql'),
 * });
 * connector.addAlert('Pager', { threshold: params.alertThreshold, target: AlertTarget.topic(topic) });
 */
export class PublishedParams {
  /**
   * Reads the file, when the app is synthesized, as UTF-8.
   *
   * Throws when the file cannot be read, or is no JSON object.
   *
   * @param path Path of the file; a relative one starts at the working directory
   */
  public static fromFile(path: string): PublishedParams {
    let json: string;
    try {
      json = readFileSync(path, 'utf8');
    } catch (error) {
      throw invalid('PublishedParams.fromFile', 'path', `cannot be read (${(error as Error).message})`, path,
        `give the path of a readable file (the working directory is ${process.cwd()})`);
    }
    return PublishedParams.read('PublishedParams.fromFile', 'path', path, json);
  }

  /**
   * Takes the file's text.
   *
   * Throws when the text is no JSON object.
   *
   * @param json Text of a `params.json`
   */
  public static fromJson(json: string): PublishedParams {
    return PublishedParams.read('PublishedParams.fromJson', 'json', json, json);
  }

  private static read(subject: string, argument: string, got: string, json: string): PublishedParams {
    try {
      return new PublishedParams(readParams(json));
    } catch (error) {
      throw invalid(subject, argument, `is no params.json (${(error as Error).message})`, got, 'give the params.json of the published connector');
    }
  }

  /** What is not taken over: one sentence for each field, with its name, what was found and what to do. */
  public readonly findings: string[];

  /** `secret_name`: name or ARN of the secret that names cluster, database and user. */
  public readonly secretName?: string;

  /** `detector_name`. */
  public readonly detectorName?: string;

  /** `detector_description`. */
  public readonly description?: string;

  /** `detector_frequency`. */
  public readonly frequency?: DetectorFrequency;

  /** `timestamp_column`. */
  public readonly timestampColumn?: TimestampColumn;

  /** `dimension_list`. */
  public readonly dimensions: string[];

  /** `metrics_set`. */
  public readonly metrics: Metric[];

  /** `offset`: how long after the end of an interval it is read. */
  public readonly delay?: Duration;

  /** `alert_name`. The published connector made no alert of it. */
  public readonly alertName?: string;

  /** `alert_description`. */
  public readonly alertDescription?: string;

  /** `alert_threshold`: severity, 0 to 100. */
  public readonly alertThreshold?: number;

  /** `alert_lambda_arn`: ARN of a Lambda function. */
  public readonly alertFunctionArn?: string;

  private readonly isRedshift: boolean;

  private constructor(params: ParamsFile) {
    this.findings = params.findings;
    this.secretName = params.secretName;
    this.detectorName = params.detectorName;
    this.description = params.description;
    this.frequency = FREQUENCIES.find(({ value }) => value === params.frequency);
    this.timestampColumn = params.timestampColumn && TimestampColumn.of(params.timestampColumn.name, params.timestampColumn.format);
    this.dimensions = params.dimensions;
    this.metrics = params.metrics.map(({ name, aggregation }) => aggregation === 'SUM' ? Metric.sum(name) : Metric.average(name));
    this.delay = params.offsetSeconds === undefined ? undefined : Duration.seconds(params.offsetSeconds);
    this.alertName = params.alertName;
    this.alertDescription = params.alertDescription;
    this.alertThreshold = params.alertThreshold;
    this.alertFunctionArn = params.alertFunctionArn;
    this.isRedshift = (params.databaseType ?? 'redshift').toLowerCase() === 'redshift';
  }

  /**
   * Makes the connector that the file describes, and warns of each finding (`cdk-redshift-lookout:publishedParams`). It makes no alert.
   *
   * Throws when the file lacks a usable `detector_frequency`, `timestamp_column` or `metrics_set`; when it names another database than Redshift,
   * or no secret, and `cluster` is not given; and whatever `RedshiftLookoutConnector` refuses.
   *
   * @param scope Scope of the connector
   * @param id Id of the connector
   * @param options Queries, and what the file does not say or is to be otherwise
   */
  public createConnector(scope: Construct, id: string, options: PublishedConnectorOptions): RedshiftLookoutConnector {
    const { frequency, timestampColumn } = this;
    if (!frequency) throw this.lacks('detector_frequency');
    if (!timestampColumn) throw this.lacks('timestamp_column');
    if (this.metrics.length === 0) throw this.lacks('metrics_set');
    if (!this.isRedshift && !options.cluster) throw this.lacks('database_type', 'give cluster to createConnector');
    const { cluster, secret = this.importSecret(scope, id), ...rest } = options;
    if (!cluster && !secret) throw this.lacks('secret_name', 'correct the file, or give cluster to createConnector');
    const connector = new RedshiftLookoutConnector(scope, id, {
      detectorName: this.detectorName,
      ...rest,
      cluster: cluster ?? RedshiftCluster.provisionedFromSecret(secret!),
      secret,
      description: this.description,
      frequency,
      timestampColumn,
      dimensions: this.dimensions,
      metrics: this.metrics,
      delay: this.delay,
    });
    for (const finding of this.findings) Annotations.of(connector).addWarningV2('cdk-redshift-lookout:publishedParams', `params.json: ${finding}`);
    return connector;
  }

  private importSecret(scope: Construct, id: string): secretsmanager.ISecret | undefined {
    const { secretName: name } = this;
    if (name === undefined) return undefined;
    const { Secret } = secretsmanager;
    // the published functions asked Secrets Manager for what stands here, and that takes ARNs as well: whole, or without the six characters at their end
    if (!name.startsWith('arn:')) return Secret.fromSecretNameV2(scope, `${id}Secret`, name);
    return /-[A-Za-z0-9]{6}$/.test(name) ? Secret.fromSecretCompleteArn(scope, `${id}Secret`, name) : Secret.fromSecretPartialArn(scope, `${id}Secret`, name);
  }

  private lacks(field: string, advice = 'correct the file, or make a RedshiftLookoutConnector of the parts that are there'): Error {
    const findings = this.findings.filter(finding => finding.startsWith(field));
    return invalid('PublishedParams', 'params.json', `cannot be used without ${field}`, findings, advice);
  }
}
