// SPDX-License-Identifier: Apache-2.0

import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { RedshiftLookoutConnector } from './connector';
import { BoundTarget } from './private/alert-registry';
import { ALERT_TAGS } from './private/contract';

/**
 * Form of the messages that an alert sends to a topic.
 */
export enum SnsFormat {
  /** JSON text, for programs. */
  JSON = 'JSON',
  /** The affected series and a link, for mail. */
  LONG_TEXT = 'LONG_TEXT',
  /** One line, for text messages. */
  SHORT_TEXT = 'SHORT_TEXT',
  /**
   * Custom notification of AWS Chatbot (Amazon Q Developer in chat applications), for Slack and Microsoft Teams channels that
   * are subscribed to the topic. Of `Detector.inAccount` only.
   */
  CHAT = 'CHAT',
}

/**
 * Options of `AlertTarget.topic`.
 */
export interface TopicAlertOptions {
  /**
   * Form of the messages.
   *
   * @default SnsFormat.JSON
   */
  readonly snsFormat?: SnsFormat;
}

/**
 * Where an alert goes.
 *
 * @example
 * const target = AlertTarget.topic(topic, { snsFormat: SnsFormat.LONG_TEXT });
 */
export abstract class AlertTarget {
  /**
   * An SNS topic. The connector is allowed to publish to it, and to use its key where it is encrypted.
   *
   * @param topic The topic
   * @param options Form of the messages
   */
  public static topic(topic: sns.ITopic, options: TopicAlertOptions = {}): AlertTarget {
    return new TopicTarget(topic, options.snsFormat ?? SnsFormat.JSON);
  }

  /**
   * A Lambda function. It is invoked asynchronously, and its event is the message in the JSON form of Lookout for Metrics. The connector is
   * allowed to invoke it.
   *
   * An event may come more than once, with the same `alertEventId`. What becomes of an event that the function fails on, tell the function's
   * own settings for asynchronous invocations (retries, dead-letter queue or destination).
   *
   * @param handler The function
   */
  public static function(handler: lambda.IFunction): AlertTarget {
    return new FunctionTarget(handler);
  }

  /**
   * An EventBridge event bus, of this or another account or region. Events have the source `cdk-redshift-lookout`, the detail type
   * `Lookout for Metrics Anomaly Alert`, and the message in the JSON form as their detail; the alert and the detector are their resources. The
   * connector is allowed to put events on the bus. Of `Detector.inAccount` only.
   *
   * An event may come more than once, with the same `alertEventId` in its detail.
   *
   * @param eventBus The bus
   *
   * @example
   * const target = AlertTarget.eventBus(eventBus);
   */
  public static eventBus(eventBus: events.IEventBus): AlertTarget {
    return new EventBusTarget(eventBus);
  }

  /** Made by the factories only. */
  protected constructor() {}

  /**
   * Allows the role to send, and gives the `Action` and `Tags` of the API's CreateAlert.
   *
   * @internal
   */
  public abstract _bind(role: iam.IRole): BoundTarget;
}

class TopicTarget extends AlertTarget {
  public constructor(private readonly topic: sns.ITopic, private readonly format: SnsFormat) {
    super();
  }

  public _bind(role: iam.IRole): BoundTarget {
    this.topic.grantPublish(role);
    const isChat = this.format === SnsFormat.CHAT;
    return {
      Action: { SNSConfiguration: { RoleArn: role.roleArn, SnsTopicArn: this.topic.topicArn, SnsFormat: isChat ? 'JSON' : this.format } },
      ...isChat && { Tags: { [ALERT_TAGS.message]: 'chat' }, onlyInAccount: 'snsFormat' },
    };
  }
}

class FunctionTarget extends AlertTarget {
  public constructor(private readonly handler: lambda.IFunction) {
    super();
  }

  public _bind(role: iam.IRole): BoundTarget {
    // in the role only: an imported function's own policy cannot be changed, and within an account need not be
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: this.handler.resourceArnsForGrantInvoke }));
    return { Action: { LambdaConfiguration: { RoleArn: role.roleArn, LambdaArn: this.handler.functionArn } } };
  }
}

class EventBusTarget extends AlertTarget {
  public constructor(private readonly bus: events.IEventBus) {
    super();
  }

  public _bind(role: iam.IRole): BoundTarget {
    // in the role only: the policy of a bus in another account is that account's to write
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }));
    // the API has no member for a bus: the service tells it by its ARN
    return { Action: { LambdaConfiguration: { RoleArn: role.roleArn, LambdaArn: this.bus.eventBusArn } }, onlyInAccount: 'target' };
  }
}

/**
 * Which anomalies are told to whom.
 */
export interface AlertOptions {
  /** Where the alert goes. `AlertTarget.topic`, `AlertTarget.function` and `AlertTarget.eventBus` make it of a topic, a function or an event bus. */
  readonly target: AlertTarget;

  /**
   * Severity from which an anomaly is told: a whole number, 0 to 100. None has less than 70 with `Detector.inAccount`: the synthesis warns of a
   * lower threshold, which acts like 70 (`cdk-redshift-lookout:thresholdBelowSeverities`).
   *
   * @default 70
   */
  readonly threshold?: number;

  /**
   * Names of the metrics whose anomalies are told, 1 to 5.
   *
   * @default - all metrics
   */
  readonly metrics?: string[];

  /**
   * Only anomalies with a time series that has one of these values in each of these dimensions are told: 1 to 5 dimensions, 1 to 10 values
   * of each. A total has, in the dimensions that it sums up, the values that contribute.
   *
   * @default - whatever their dimension values
   */
  readonly dimensionValues?: { [dimension: string]: string[] };

  /**
   * Time after which an anomaly that goes on is told again, and again after each further such time. Whole hours. Of `Detector.inAccount` only.
   *
   * @default - each anomaly is told once, when it begins or reaches the threshold
   */
  readonly remindAfter?: Duration;

  /**
   * Description, 1 to 256 characters.
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * Name of the alert: 1 to 63 letters, digits, `-` and `_`, beginning with a letter or digit. Unique in account and region.
   * Another name makes another alert.
   *
   * @default - a name made of stack, path and a hash
   */
  readonly alertName?: string;
}

/**
 * Props of `LookoutAlert`.
 */
export interface LookoutAlertProps extends AlertOptions {
  /** Connector whose anomalies are told. */
  readonly connector: RedshiftLookoutConnector;
}

/**
 * Tells people or programs of anomalies. Usually made by `connector.addAlert`.
 *
 * It may be in another stack than the connector, of the same account and region: with `Detector.inAccount` it then has a role of its own there.
 * Where the target's stack depends on the connector's, make the alert in the target's. To take it away from there, deploy that stack first, by itself
 * (`cdk deploy --exclusively`): it imports values of the connector's stack, which CloudFormation keeps as long as they are imported.
 */
export class LookoutAlert extends Construct {
  /** ARN of the alert in the Lookout for Metrics API. */
  public readonly alertArn: string;

  /** Name of the alert. */
  public readonly alertName: string;

  /**
   * Makes an alert.
   *
   * @param scope Where it belongs
   * @param id Id of the construct
   * @param props Whom to tell, and of what
   * @throws when the threshold, name or description is not what the API takes, when the connector has an alert of this name, or as many as a detector may have,
   *   or its stack is of another account or region
   */
  public constructor(scope: Construct, id: string, props: LookoutAlertProps) {
    super(scope, id);
    const { alertArn, alertName } = props.connector._createAlert(this, props);
    this.alertArn = alertArn;
    this.alertName = alertName;
  }
}
