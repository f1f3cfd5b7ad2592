// SPDX-License-Identifier: Apache-2.0

import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { FREQUENCY_SECONDS } from './contract';
import { invalid } from './errors';
import { SUBJECT } from './validation-base';
import type { AlarmsOptions } from '../alarms';
import type { AlertOptions } from '../alert';
import type { RedshiftLookoutConnectorProps } from '../connector-props';

/**
 * A type of props, for those whom no compiler tells (JavaScript, `any`, type checks switched off in Python). What makes the type is asked for, and
 * not its class: a second copy of a package has classes of its own.
 */
interface Expected {
  /** Continues "is not ". */
  readonly type: string;
  readonly advice: string;
  is(value: any): boolean;
}

const DURATION: Expected = { type: 'a Duration', advice: 'give Duration.minutes(5), for example', is: value => typeof value?.toMilliseconds === 'function' };
const TEXT: Expected = { type: 'a text', advice: 'give it between quotes', is: value => typeof value === 'string' };
const QUERY: Expected = {
  type: 'a ConnectorQuery', advice: 'give ConnectorQuery.fromString("select ...") or ConnectorQuery.fromFile(path)', is: value => typeof value?.sql === 'string',
};
const METRIC: Expected = {
  type: 'a Metric',
  advice: 'give Metric.sum("views") or Metric.average("views"), for example',
  is: value => typeof value?.name === 'string' && typeof value.aggregation === 'string',
};
const listOf = (entries: string, advice: string): Expected => ({ type: `a list of ${entries}`, advice, is: Array.isArray });

const PROPS: Partial<Record<keyof RedshiftLookoutConnectorProps, Expected>> = {
  cluster: {
    type: 'a RedshiftCluster',
    advice: 'give RedshiftCluster.provisioned(cluster) or RedshiftCluster.serverless(workgroup), or provisionedByName, provisionedFromSecret or serverlessByName of it',
    is: value => typeof value?._bind === 'function',
  },
  database: TEXT,
  query: QUERY,
  historicalQuery: QUERY,
  timestampColumn: {
    type: 'a TimestampColumn',
    advice: 'give TimestampColumn.of("ts", "yyyy-MM-dd HH:mm:ss"), for example',
    is: value => typeof value?.name === 'string' && typeof value.format === 'string',
  },
  metrics: listOf('Metrics', 'give [Metric.sum("views")], for example'),
  dimensions: listOf('names', 'give ["platform"], for example'),
  frequency: {
    type: 'a DetectorFrequency',
    advice: 'give DetectorFrequency.HOURLY, for example',
    is: value => Object.keys(FREQUENCY_SECONDS).includes(value?.value) && DURATION.is(value.interval),
  },
  secret: {
    type: 'a Secret', advice: 'give a Secret, or Secret.fromSecretCompleteArn(this, "Credentials", arn)', is: value => typeof value?.secretArn === 'string',
  },
  unloadRole: { type: 'a Role', advice: 'give a Role, or Role.fromRoleArn(this, "Unload", arn)', is: value => typeof value?.roleArn === 'string' },
  delay: DURATION,
  settleTime: DURATION,
  history: DURATION,
  queryTimeout: DURATION,
  timezone: {
    type: 'a TimeZone', advice: 'give TimeZone.EUROPE_BERLIN or TimeZone.of("Europe/Berlin"), for example', is: value => typeof value?.timezoneName === 'string',
  },
  holidays: { type: 'a HolidayCalendar', advice: 'give HolidayCalendar.country("DE"), for example', is: value => typeof value?.code === 'string' },
  detector: { type: 'a Detector', advice: 'give Detector.inAccount() or Detector.inAccount({ service })', is: value => typeof value?.isInAccount === 'boolean' },
  detectorName: TEXT,
  description: TEXT,
};

const REQUIRED: readonly (keyof RedshiftLookoutConnectorProps)[] = ['cluster', 'query', 'timestampColumn', 'metrics', 'frequency'];

/** Refuses props of another type, which would fail somewhere inside without the prop's name, or be taken for something else. */
export function validateTypes(props: RedshiftLookoutConnectorProps): void {
  for (const [name, expected] of Object.entries(PROPS)) {
    const given = props[name as keyof RedshiftLookoutConnectorProps] as unknown;
    const value = name === 'secret' && typeof given === 'string' ? '<text>' : given; // it may be the password itself, which no message should show
    if (value !== undefined || REQUIRED.includes(name as keyof RedshiftLookoutConnectorProps)) requireType(SUBJECT, name, value, expected);
  }
  props.metrics.forEach((metric, index) => requireType(SUBJECT, `metrics[${index}]`, metric, METRIC));
  props.dimensions?.forEach((dimension, index) => requireType(SUBJECT, `dimensions[${index}]`, dimension, TEXT));
}

/** Refuses an alert's options of another type. */
export function validateAlertTypes({ target, remindAfter }: AlertOptions): void {
  requireType(SUBJECT, 'target', target, {
    type: 'an AlertTarget',
    advice: 'give AlertTarget.topic(topic), AlertTarget.function(handler) or AlertTarget.eventBus(eventBus)',
    is: value => typeof value?._bind === 'function',
  });
  if (remindAfter !== undefined) requireType(SUBJECT, 'remindAfter', remindAfter, DURATION);
}

/** Refuses what the alarms are given of another type. */
export function validateAlarmTypes(topic: ITopic, { detectionDelay, unloadTime }: AlarmsOptions): void {
  requireType('addAlarms', 'topic', topic, {
    type: 'a topic of SNS', advice: 'give a Topic, or Topic.fromTopicArn(this, "Operations", arn)', is: value => typeof value?.topicArn === 'string',
  });
  for (const [name, value] of Object.entries({ detectionDelay, unloadTime })) {
    if (value !== undefined) requireType('addAlarms', name, value, DURATION);
  }
}

function requireType(subject: string, prop: string, value: unknown, { type, advice, is }: Expected): void {
  if (!is(value)) throw invalid(subject, prop, `is not ${type}`, value, advice);
}
