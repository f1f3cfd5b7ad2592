import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { RedshiftLookoutConnector } from './connector';
import { AlertConfiguration } from './private/contract';

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

  /** Made by the factories only. */
  protected constructor() {}

  /**
   * Allows the role to send, and gives the `Action` of the API's CreateAlert.
   *
   * @internal
   */
  public abstract _bind(role: iam.IRole): AlertConfiguration['alert']['Action'];
}

class TopicTarget extends AlertTarget {
  public constructor(private readonly topic: sns.ITopic, private readonly format: SnsFormat) {
    super();
  }

  public _bind(role: iam.IRole): AlertConfiguration['alert']['Action'] {
    this.topic.grantPublish(role);
    return { SNSConfiguration: { RoleArn: role.roleArn, SnsTopicArn: this.topic.topicArn, SnsFormat: this.format } };
  }
}

/**
 * Which anomalies are told to whom.
 */
export interface AlertOptions {
  /** Where the alert goes. */
  readonly target: AlertTarget;

  /**
   * Severity, 0 to 100, from which an anomaly is told.
   *
   * @default 70
   */
  readonly threshold?: number;

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
 */
export class LookoutAlert extends Construct {
  /** ARN of the alert in the Lookout for Metrics API. */
  public readonly alertArn: string;

  /** Name of the alert. */
  public readonly alertName: string;

  /**
   * Makes an alert.
   *
   * @throws when the threshold, name or description is not what the API takes, when the connector has an alert of this name, or ten alerts
   */
  public constructor(scope: Construct, id: string, props: LookoutAlertProps) {
    super(scope, id);
    const { alertArn, alertName } = props.connector._createAlert(this, props);
    this.alertArn = alertArn;
    this.alertName = alertName;
  }
}
