// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { RedshiftLookoutConnector } from './connector';
import { missedRunPeriods, periodOf, validateAlarmsOptions } from './private/alarm-times';
import { allowAlarms, validateAlarmTopic } from './private/alarm-topic';
import { documentAddress } from './private/documents';
import { validateAlarmTypes } from './private/validation-types';

/**
 * When the alarms of `connector.addAlarms` go off.
 */
export interface AlarmsOptions {
  /**
   * How many intervals the crawl may be behind, beside the delay: a whole number, 1 to 1000.
   *
   * @default 2
   */
  readonly intervalsBehind?: number;

  /**
   * How many periods in succession must have an interval without a single row: a whole number, 1 to 7. A period is an interval, and at least five minutes. More
   * for data that are silent at times.
   *
   * @default 1
   */
  readonly intervalsWithoutRows?: number;

  /**
   * How long it may take from the time when an interval is due (its end and the delay) until it is detected: more than 0.
   *
   * @default - the length of an interval
   */
  readonly detectionDelay?: Duration;

  /**
   * How long the UNLOAD of an interval may take: more than 0, and `queryTimeout` at most.
   *
   * @default - half of queryTimeout
   */
  readonly unloadTime?: Duration;
}

/**
 * Props of `ConnectorAlarms`.
 */
export interface ConnectorAlarmsProps extends AlarmsOptions {
  /** Connector that is watched. */
  readonly connector: RedshiftLookoutConnector;

  /** Where alarms are told, and that they are over: a topic of the alarms' region. */
  readonly topic: sns.ITopic;
}

/**
 * Alarms on the connector's own failures, usually made by `connector.addAlarms`. The description of each has the address of what to do when it
 * goes off.
 */
export class ConnectorAlarms extends Construct {
  /** A run of the crawl failed. The next one tries the interval again. */
  public readonly crawlFailed: cloudwatch.Alarm;

  /** An interval was given up: its data are missing from what was learned. */
  public readonly intervalGivenUp: cloudwatch.Alarm;

  /** Reading or learning the history failed. Nothing is crawled before it succeeds. */
  public readonly historyFailed: cloudwatch.Alarm;

  /** No run of the crawl has started: the schedule is disabled, or may not start it. */
  public readonly crawlNotStarted: cloudwatch.Alarm;

  /** The crawl is behind. */
  public readonly intervalsBehind: cloudwatch.Alarm;

  /** An interval had no rows. */
  public readonly noRows: cloudwatch.Alarm;

  /** Intervals are detected late. */
  public readonly detectionLate: cloudwatch.Alarm;

  /** The UNLOAD comes near to its time limit. */
  public readonly unloadSlow: cloudwatch.Alarm;

  /** The schedule could not start the crawl. */
  public readonly deadLetters: cloudwatch.Alarm;

  /** An alert did not reach its target. Absent with `Detector.lookoutForMetrics()`. */
  public readonly alertsUndelivered?: cloudwatch.Alarm;

  /**
   * Every alarm, to add further actions to.
   */
  public readonly all: cloudwatch.Alarm[] = [];

  private readonly action: cloudwatch.IAlarmAction;

  /**
   * Makes the alarms.
   *
   * @param scope Where they belong
   * @param id Id of the construct
   * @param props What they watch, and when they go off
   * @throws when a number or a time is not what an alarm can take, or the topic is of another region
   */
  public constructor(scope: Construct, id: string, props: ConnectorAlarmsProps) {
    super(scope, id);
    const { connector, ...options } = props;
    const { intervalSeconds, delaySeconds, queryTimeoutSeconds } = connector._numbers;
    validateAlarmTypes(props.topic, options);
    validateAlarmsOptions(options, queryTimeoutSeconds);
    validateAlarmTopic(this, props.topic);
    allowAlarms(this, props.topic);
    this.action = new actions.SnsAction(props.topic);
    const period = periodOf(intervalSeconds);
    const soon = { period: Duration.minutes(5) };

    this.crawlFailed = this.alarm('CrawlFailed', 'A run of the crawl failed', 'crawl-failed',
      unsuccessful(connector.crawlStateMachine, soon), 1);
    this.intervalGivenUp = this.alarm('IntervalGivenUp', 'An interval was given up', 'interval-given-up',
      connector.metricIntervalsFailed(soon), 1);
    this.historyFailed = this.alarm('HistoryFailed', 'Reading or learning the history failed', 'history-failed',
      unsuccessful(connector.bootstrapStateMachine, soon), 1);

    const missed = missedRunPeriods(intervalSeconds);
    this.crawlNotStarted = this.alarm('CrawlNotStarted', 'No run of the crawl has started', 'crawl-not-started',
      connector.crawlStateMachine.metricStarted({ period: missed.period }), 1, {
        comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: missed.evaluationPeriods,
        treatMissingData: cloudwatch.TreatMissingData.BREACHING, // Step Functions counts what starts, and never zero
      });
    const kept = { treatMissingData: cloudwatch.TreatMissingData.IGNORE };
    this.intervalsBehind = this.alarm('IntervalsBehind', 'The crawl is behind', 'intervals-behind',
      connector.metricCrawlLag({ period }), delaySeconds + (options.intervalsBehind ?? 2) * intervalSeconds, kept);
    this.noRows = this.alarm('NoRows', 'An interval had no rows', 'no-rows',
      connector.metricRowsUnloaded({ period, statistic: 'Minimum' }), 1, {
        ...kept,
        comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: options.intervalsWithoutRows ?? 1,
      });
    this.detectionLate = this.alarm('DetectionLate', 'An interval was detected late', 'detection-late',
      connector.metricDetectionDelay({ period }), (options.detectionDelay ?? Duration.seconds(intervalSeconds)).toSeconds({ integral: false }), kept);
    this.unloadSlow = this.alarm('UnloadSlow', 'UNLOAD comes near to its time limit', 'unload-slow',
      connector.metricUnloadTime({ period }), (options.unloadTime ?? Duration.seconds(queryTimeoutSeconds / 2)).toMilliseconds(), kept);
    this.deadLetters = this.alarm('DeadLetters', 'The schedule could not start the crawl', 'dead-letters',
      connector.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...soon, statistic: 'Maximum' }), 1);
    if (connector.service) {
      this.alertsUndelivered = this.alarm('AlertsUndelivered', 'An alert did not reach its target', 'alerts-undelivered',
        connector.metricAlertsUndelivered(soon), 1);
    }
  }

  private alarm(
    id: string, what: string, heading: string, metric: cloudwatch.IMetric, threshold: number, more: Partial<cloudwatch.CreateAlarmOptions> = {},
  ): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `${what} (cdk-redshift-lookout, ${this.node.scope!.node.path}). What to do: ${documentAddress('operations.md', heading)}`,
      ...more,
    });
    alarm.addAlarmAction(this.action);
    alarm.addOkAction(this.action);
    this.all.push(alarm);
    return alarm;
  }
}

/** Executions that ended in any way but success. */
function unsuccessful(machine: sfn.IStateMachine, options: cloudwatch.MetricOptions): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
    usingMetrics: { failed: machine.metricFailed(options), timedOut: machine.metricTimedOut(options), aborted: machine.metricAborted(options) },
    period: options.period,
    label: 'executions without success',
  });
}
