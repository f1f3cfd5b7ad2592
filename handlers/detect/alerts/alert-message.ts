// SPDX-License-Identifier: Apache-2.0

import { anomalyTime } from '../../lookout/anomaly-time';
import type { AlertRecord, EpochSeconds, GroupRecord } from '../../lookout/store';
import { oneLine } from '../../shared/one-line';
import { uuidOf } from '../groups/group-records';
import { mainRootCause } from '../groups/main-cause';

/** Most bytes of a message: SNS takes 262,144, Lambda's asynchronous invocations no less. */
const MESSAGE_BYTES = 250_000;

/** Entries shown in a text for people. */
const SHOWN_SERIES = 10;
const SHOWN_VALUES = 5;
const SHOWN_CAUSES = 3;
/** In a text message, which has 1,600 characters at most (SNS developer guide, "Publishing to a mobile phone"). */
const SHOWN_DRIVERS = 5;

/** An anomaly as alerts of Lookout for Metrics carry it. */
export interface AlertMessage {
  readonly alertName: string;
  readonly alertEventId: string;
  readonly anomalyDetectorArn: string;
  readonly alertArn: string;
  readonly alertDescription: string | null;
  readonly impactedMetric: {
    readonly metricName: string;
    readonly dimensionContribution: {
      readonly dimensionName: string;
      readonly dimensionValueContributions: { readonly dimensionValue: string; readonly valueContribution: number }[];
    }[];
    /** Not in Lookout for Metrics: the combinations of dimension values that explain the anomaly; no dimensions: all of the measure. */
    readonly rootCauses?: {
      readonly dimensions: { readonly dimensionName: string; readonly dimensionValue: string }[];
      /** Share of the measure's deviation, 0-100. */
      readonly share: number;
    }[];
    readonly relevantTimeSeries: {
      readonly timeSeriesId: string;
      readonly dimensions: { readonly dimensionName: string; readonly dimensionValue: string }[];
      readonly metricValue: number;
      /** Not in Lookout for Metrics: what the value was expected to be. Null when the model had no expectation. */
      readonly expectedValue: number | null;
      /** Not in Lookout for Metrics: present where the series is stuck at one value, which may be as expected. */
      readonly stuck?: true;
    }[];
  };
  readonly timestamp: string;
  readonly anomalyScore: number;
  readonly consoleUrl: string;
  /** Not in Lookout for Metrics: spares consumers the search for the group. */
  readonly anomalyGroupId: string;
}

/**
 * Id of one notice of an alert. The same for a notice that is sent again: by it receivers tell what they have had.
 * @param notice which notice of the alert it is (see `noticeDue`)
 */
export function alertEventId(alert: AlertRecord, group: GroupRecord, notice: string = alert.arn): string {
  return `${alert.arn}:event/${uuidOf(['alert', notice, group.id])}`;
}

/**
 * The message of an alert, as large as a message may be: the least severe time series are left out first.
 * @param at start of the interval in which the alert is sent
 * @param timezone of the metric set
 * @param eventId of a notice that is not the first
 */
export function alertMessage(
  alert: AlertRecord, group: GroupRecord, at: EpochSeconds, timezone: string, eventId: string = alertEventId(alert, group),
): AlertMessage {
  const message: AlertMessage = {
    alertName: alert.name,
    alertEventId: eventId,
    anomalyDetectorArn: group.detectorArn,
    alertArn: alert.arn,
    alertDescription: alert.description ?? null,
    impactedMetric: {
      metricName: group.measure,
      dimensionContribution: group.contributions.map(({ dimension, values }) => ({
        dimensionName: dimension,
        dimensionValueContributions: values.map(({ value, contribution }) => ({ dimensionValue: value, valueContribution: contribution })),
      })),
      ...group.rootCauses && {
        rootCauses: group.rootCauses.map(({ dimensions, share }) => ({
          dimensions: dimensions.map(({ name, value }) => ({ dimensionName: name, dimensionValue: value })), share,
        })),
      },
      relevantTimeSeries: group.series.map(({ timeSeriesId, dimensions, observed, expected, stuck }) => ({
        timeSeriesId,
        dimensions: dimensions.map(({ name, value }) => ({ dimensionName: name, dimensionValue: value })),
        metricValue: observed,
        expectedValue: Number.isFinite(expected) ? expected : null,
        ...stuck && { stuck },
      })),
    },
    timestamp: anomalyTime(at, timezone),
    anomalyScore: group.score,
    consoleUrl: consoleUrl(group.detectorArn),
    anomalyGroupId: group.id,
  };
  return shortened(message);
}

function shortened(message: AlertMessage): AlertMessage {
  if (Buffer.byteLength(JSON.stringify(message)) <= MESSAGE_BYTES) return message;
  const { impactedMetric } = message;
  const { relevantTimeSeries, dimensionContribution } = impactedMetric;
  const half = <T>(items: readonly T[]): T[] => items.slice(0, Math.ceil(items.length / 2));
  if (relevantTimeSeries.length > 1) {
    return shortened({ ...message, impactedMetric: { ...impactedMetric, relevantTimeSeries: half(relevantTimeSeries) } });
  }
  return shortened({
    ...message,
    impactedMetric: {
      ...impactedMetric,
      dimensionContribution: dimensionContribution.map(({ dimensionName, dimensionValueContributions }) => (
        { dimensionName, dimensionValueContributions: half(dimensionValueContributions) })),
    },
  });
}

/** Domains of the AWS console, by partition. */
const CONSOLE_DOMAINS: Record<string, string> = { 'aws-cn': 'console.amazonaws.cn', 'aws-us-gov': 'console.amazonaws-us-gov.com' };

/** The CloudWatch dashboards of the detector's region: Lookout for Metrics' own console is gone. */
function consoleUrl(detectorArn: string): string {
  const [, partition, , region] = detectorArn.split(':');
  return `https://${region}.${CONSOLE_DOMAINS[partition] ?? 'console.aws.amazon.com'}/cloudwatch/home?region=${region}#dashboards`;
}

const figures = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 });
const numberText = (value: number): string => Number.isFinite(value) ? figures.format(value) : 'unknown';

/** A combination of dimension values in a text for people. */
function combination(dimensions: readonly { readonly name: string; readonly value: string }[]): string {
  return dimensions.map(({ name, value }) => `${name} = ${oneLine(value)}`).join(' and ') || 'all of the measure';
}

/** An alert for e-mail: what happened, where, how far off, in plain text. */
export function longText(alert: AlertRecord, group: GroupRecord, at: EpochSeconds, timezone: string): string {
  const contributions = group.contributions.map(({ dimension, values }) => {
    const shares = values.slice(0, SHOWN_VALUES).map(({ value, contribution }) => `${oneLine(value)} ${numberText(contribution)} %`);
    return `  ${dimension}: ${shares.join(', ')}${values.length > SHOWN_VALUES ? ', …' : ''}`;
  });
  const causes = (group.rootCauses ?? []).slice(0, SHOWN_CAUSES).map(cause => `  ${combination(cause.dimensions)}: ${numberText(cause.share)} % of the deviation`);
  const series = group.series.slice(0, SHOWN_SERIES).map(entry => {
    const name = entry.dimensions.map(({ name: dimension, value }) => `${dimension} ${oneLine(value)}`).join(', ') || 'all rows';
    return `  ${name}: ${entry.stuck ? 'stuck at ' : ''}${numberText(entry.observed)}${entry.stuck ? '' : ' observed'}, ${numberText(entry.expected)} expected `
      + `(${numberText(entry.lower)} to ${numberText(entry.upper)}), severity ${numberText(entry.severity)}`;
  });
  return [
    `Anomaly in ${group.measure}: severity ${numberText(group.score)} of 100`,
    '',
    `Interval that starts: ${anomalyTime(at, timezone)}`,
    `Alert: ${alert.name}${alert.description ? ` (${oneLine(alert.description)})` : ''}`,
    `Detector: ${group.detectorArn}`,
    ...causes.length > 0 ? ['', 'What explains it:', ...causes] : [],
    ...contributions.length > 0 ? ['', 'What contributed:', ...contributions] : [],
    '',
    `Time series (${series.length} of ${group.seriesCount}, most severe first):`,
    ...series,
    '',
    `Anomaly group: ${group.id}`,
    consoleUrl(group.detectorArn),
  ].join('\n');
}

/** An alert for SMS: one line. It names what explains most of the anomaly, or else what contributed most in each dimension. */
export function shortText(group: GroupRecord, at: EpochSeconds, timezone: string): string {
  const cause = mainRootCause(group);
  const leading = group.contributions.flatMap(({ dimension, values }) => values.slice(0, 1).map(({ value }) => ({ name: dimension, value })));
  const drivers = (cause?.dimensions ?? leading).slice(0, SHOWN_DRIVERS).map(({ name, value }) => `, ${name} ${oneLine(value)}`);
  const where = cause !== undefined && drivers.length === 0 ? ', all of the measure' : drivers.join('');
  return `Anomaly in ${group.measure}, severity ${numberText(group.score)}, ${anomalyTime(at, timezone)}${where} ${consoleUrl(group.detectorArn)}`;
}

/** Subject of an e-mail: at most 100 characters, as SNS asks; names of measures are plain letters already. */
export function subject(group: GroupRecord): string {
  return `Anomaly in ${group.measure}: severity ${numberText(group.score)}`.slice(0, 100);
}
