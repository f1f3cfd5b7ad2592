// SPDX-License-Identifier: Apache-2.0

import { Duration, TimeZone } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, IDependable } from 'constructs';
import { AlarmsOptions, ConnectorAlarms } from './alarms';
import { AlertOptions, LookoutAlert } from './alert';
import { RedshiftLookoutConnectorProps } from './connector-props';
import { LookoutService } from './lookout-service';
import { MonitoredConnector } from './monitored-connector';
import { AlertRegistry } from './private/alert-registry';
import { BoundBackend, inAccountBackend, lookoutForMetricsBackend } from './private/backend';
import { createBootstrapMachine } from './private/bootstrap-machine';
import { refuseSecondCall } from './private/called-before';
import {
  DETECTOR_TAGS, DetectorConfiguration, ENVIRONMENT, LEDGER_KEYS, RESOURCE_TYPES, RoleAttachmentConfiguration,
} from './private/contract';
import { createCrawlMachine } from './private/crawl-machine';
import { createSchedule } from './private/crawl-schedule';
import { ResourceProvider } from './private/custom-resources';
import { createDataBucket, DATA_PREFIXES, grantTidying, grantUnload } from './private/data-bucket';
import { connectorSettings, metricSet } from './private/detector-configuration';
import { createHandlerFunction } from './private/functions';
import { Infrastructure } from './private/infrastructure';
import { createLogQueries, logGroupIn } from './private/log-queries';
import { createDataAccessRole, createUnloadRole, grantPassRole } from './private/roles';
import { ConnectorNumbers, connectorNumbers } from './private/settings';
import { joinService } from './private/shared-service';
import { uniqueName } from './private/unique-name';
import { validateConnector } from './private/validation';
import { refuse, SUBJECT } from './private/validation-base';
import { grantStatements } from './private/warehouse';
import { addWarnings } from './private/warnings';

/**
 * Watches the result of a Redshift query for anomalies.
 *
 * Unloads the history once and every new interval as it ends, lets a detector learn what is normal for each series, and sends alerts.
 * It is the custom connector for Amazon Redshift with Amazon Lookout for Metrics as a construct; since Lookout for Metrics has ended, a
 * detection service with the same API in your own account finds the anomalies.
 *
 * A prop that cannot work is refused when the app is synthesised: the error names it, shows what was found and says what to do.
 *
 * @stateful
 *
 * @example
 * const connector = new RedshiftLookoutConnector(this, 'Ecommerce', {
 *   cluster: RedshiftCluster.provisioned(cluster),
 *   database: 'l4mdemo',
 *   secret,
 *   query: ConnectorQuery.fromString(`
 *     select ts as timestamp, platform, views, revenue from ecommerce
 *     where ts >= '{{start}}' and ts < '{{end}}'`),
 *   timestampColumn: TimestampColumn.of('timestamp', 'yyyy-MM-dd HH:mm:ss'),
 *   metrics: [Metric.sum('views'), Metric.sum('revenue')],
 *   dimensions: ['platform'],
 *   frequency: DetectorFrequency.HOURLY,
 * });
 * connector.addAlert('Pager', { threshold: 70, target: AlertTarget.topic(topic) });
 */
export class RedshiftLookoutConnector extends MonitoredConnector implements ec2.IConnectable {
  /**
   * Unloaded data: `history/` and `live/<yyyyMMdd>/<HHmm>/`, named after the interval's start.
   *
   * With a settle time second readings lie in `again/` until they take the place of the first ones.
   */
  public readonly bucket: s3.IBucket;

  /** What became of every interval. */
  public readonly ledger: dynamodb.ITable;

  /** ARN of the detector in the Lookout for Metrics API. Known when it is deployed. */
  public readonly detectorArn: string;

  /** Name of the detector, and the value of the `Connector` and `Detector` dimensions of the metrics. */
  public readonly detectorName: string;

  /** Reads the history and lets the detector learn it. */
  public readonly bootstrapStateMachine: sfn.IStateMachine;

  /** Crawls the intervals that are missing. Its input is `{ "scheduledTime": "<ISO 8601>" }`. */
  public readonly crawlStateMachine: sfn.IStateMachine;

  /** Decides what is crawled and keeps the ledger. */
  public readonly crawlFunction: lambda.IFunction;

  /** Role with which Redshift unloads. */
  public readonly unloadRole: iam.IRole;

  /** Starts the crawl state machine. */
  public readonly schedule: scheduler.ISchedule;

  /** Scheduled starts that did not reach the crawl state machine. Later runs crawl their intervals. */
  public readonly deadLetterQueue: sqs.IQueue;

  /** The detection service. Absent with `Detector.lookoutForMetrics()`. */
  public readonly service?: LookoutService;

  /**
   * Intervals, delay and limits.
   *
   * @internal
   */
  public readonly _numbers: ConnectorNumbers;

  private readonly infrastructure: Infrastructure;
  private readonly backend: BoundBackend;
  private readonly provider: ResourceProvider;
  private readonly alerts: AlertRegistry;

  /**
   * Makes a connector.
   *
   * @param scope Where it belongs
   * @param id Id of the construct
   * @param props Its settings
   * @throws when a prop cannot work; the message names it, shows what was found and says what to do. Nothing is made then
   */
  public constructor(scope: Construct, id: string, props: RedshiftLookoutConnectorProps) {
    super(scope, id);
    validateConnector(this, props);
    const warehouse = props.cluster._bind(this, props.database, { secret: props.secret, databaseUser: props.databaseUser });
    addWarnings(this, props);

    const infrastructure = this.infrastructure = new Infrastructure(this, props);
    const numbers = this._numbers = connectorNumbers(props);
    this.detectorName = props.detectorName ?? uniqueName(this, 63);

    this.bucket = createDataBucket(this, 'Bucket', infrastructure);
    this.ledger = infrastructure.createTable(this, 'Ledger', LEDGER_KEYS);
    this.unloadRole = props.unloadRole ?? createUnloadRole(this, 'UnloadRole', warehouse.unloadPrincipal);
    const unloadRights = grantUnload(this, this.bucket, infrastructure, this.unloadRole);

    const inAccount = props.detector?.isInAccount ?? true;
    this.service = inAccount ? props.detector?.service ?? new LookoutService(this, 'Service', infrastructure.toOptions()) : undefined;
    if (this.service) joinService(this.service, this);
    this.backend = this.service ? inAccountBackend(this.service) : lookoutForMetricsBackend(this, this.detectorName);
    this.provider = new ResourceProvider(this, 'Resources', infrastructure);
    const detectorFunction = this.provider.createDetectorFunction();

    const crawl = createHandlerFunction(this, 'CrawlFunction', infrastructure, {
      handlerName: 'crawl',
      description: 'cdk-redshift-lookout: decides what is crawled and keeps the ledger',
      timeout: Duration.minutes(1),
      memorySize: 512,
      environment: { [ENVIRONMENT.ledgerTable]: this.ledger.tableName, [ENVIRONMENT.connectorName]: this.detectorName },
    });
    infrastructure.grantItems(this.ledger, crawl.role);
    grantTidying(this.bucket, infrastructure, crawl.role);
    this.crawlFunction = crawl.function;

    const settings = connectorSettings(this, props, numbers, this.bucket, this.unloadRole);
    const bootstrap = createBootstrapMachine(this, 'Bootstrap', {
      infrastructure,
      warehouse,
      settings,
      crawlFunction: this.crawlFunction,
      connectorName: this.detectorName,
      detectorFunction: detectorFunction.function,
      activationTimeout: this.backend.activationTimeout,
    });
    warehouse.grantCredentials(bootstrap);
    this.bootstrapStateMachine = bootstrap;

    const dataAccessRole = createDataAccessRole(this, 'DataAccessRole', this.backend, this.bucket, DATA_PREFIXES, infrastructure);
    this.backend.grantManage(this.provider.role);
    this.backend.grantNameRole(this.provider.role, dataAccessRole);
    this.backend.grantActivate(detectorFunction.role);
    if (props.checkQuery !== false) grantStatements(warehouse, this.provider.role);
    bootstrap.grantStartExecution(this.provider.role);
    bootstrap.grant(this.provider.role, 'states:ListExecutions');
    bootstrap.grantExecution(this.provider.role, 'states:DescribeExecution', 'states:StopExecution');

    const after: IDependable[] = [dataAccessRole, bootstrap, ...props.unloadRole ? unloadRights : []];
    if (props.unloadRole === undefined) {
      warehouse.roleAttachment.statements.forEach(statement => this.provider.role.addToPrincipalPolicy(statement));
      grantPassRole(this.provider.role, this.unloadRole, ...warehouse.roleAttachment.passedTo);
      const attachment: RoleAttachmentConfiguration = { ...warehouse.roleAttachment.configuration, roleArn: this.unloadRole.roleArn };
      after.push(this.provider.createResource(this, 'RoleAttachment', RESOURCE_TYPES.roleAttachment, attachment, [this.unloadRole]));
    }

    const configuration: DetectorConfiguration = {
      backend: this.backend.backend,
      detector: {
        AnomalyDetectorName: this.detectorName,
        AnomalyDetectorDescription: props.description,
        AnomalyDetectorConfig: { AnomalyDetectorFrequency: numbers.frequency },
        KmsKeyArn: props.encryptionKey?.keyArn,
        ...(props.holidays ? { Tags: { [DETECTOR_TAGS.holidays]: props.holidays.code } } : {}),
      },
      metricSet: metricSet(props, numbers, this.detectorName, this.bucket, dataAccessRole),
      warehouse: warehouse.connection,
      ...(props.checkQuery === false ? { checkQuery: false } : {}),
      settings,
      bootstrapStateMachineArn: bootstrap.stateMachineArn,
    };
    const detector = this.provider.createResource(this, 'Detector', RESOURCE_TYPES.detector, configuration, after);
    this.detectorArn = detector.getAttString('DetectorArn');

    const machine = createCrawlMachine(this, 'Crawl', {
      infrastructure,
      warehouse,
      settings,
      crawlFunction: this.crawlFunction,
      connectorName: this.detectorName,
      detect: this.service && { detectFunction: this.service.detectFunction, detectorArn: this.detectorArn },
    });
    warehouse.grantCredentials(machine);
    this.crawlStateMachine = machine;

    this.deadLetterQueue = infrastructure.createDeadLetterQueue(this, 'DeadLetterQueue');
    this.schedule = createSchedule(this, 'Schedule', machine, this.deadLetterQueue, {
      ...numbers, timezone: props.timezone ?? TimeZone.ETC_UTC,
    });
    this.schedule.node.addDependency(detector);
    this.alerts = new AlertRegistry(this, this.backend, this.provider, this.detectorArn, {
      metrics: props.metrics.map(({ name }) => name), dimensions: props.dimensions ?? [],
    });
  }

  /**
   * Tells people or programs of anomalies. Of a target whose stack depends on the connector's, make a `LookoutAlert` in that stack.
   *
   * Throws when the threshold, name or description is not what the API takes, when there is an alert of this id or name, or as many alerts as a
   * detector may have.
   *
   * @param id Id of the alert among this connector's alerts
   * @param options Whom to tell, and of what
   *
   * @example
   *
   * connector.addAlert('Shops', {
   *   target: AlertTarget.topic(topic),
   *   dimensionValues: { platform: ['web', 'ios'], marketplace: ['de'] },
   * });
   */
  public addAlert(id: string, options: AlertOptions): LookoutAlert {
    if (this.alerts.node.tryFindChild(id)) throw refuse('addAlert', 'has the id of another alert', id, 'give each alert an id of its own');
    return new LookoutAlert(this.alerts, id, { ...options, connector: this });
  }

  /**
   * Tells people of the connector's own failures, each with what to do: runs that fail or do not start, intervals that are behind, late,
   * without rows or given up, a slow UNLOAD, dead letters, alerts that did not arrive. To be called once.
   *
   * Throws when a number or a time is not what an alarm can take, when the topic is of another region, and when it was called before.
   *
   * @example
   *
   * connector.addAlarms(operations, { intervalsBehind: 3 });
   *
   * @param topic Where alarms are told, and that they are over: a topic of the connector's region. CloudWatch is allowed to publish to it
   * @param options When they go off
   */
  public addAlarms(topic: sns.ITopic, options: AlarmsOptions = {}): ConnectorAlarms {
    refuseSecondCall(this, 'Alarms', SUBJECT, 'addAlarms',
      'use the alarms that it gave (add further actions to each of `all`), or make a ConnectorAlarms for other times or another topic');
    return new ConnectorAlarms(this, 'Alarms', { ...options, connector: this, topic });
  }

  /**
   * Saves queries in CloudWatch Logs Insights, in a folder with the detector's name: what failed and why, what was crawled and detected,
   * which rows were rejected. To be called once.
   *
   * Throws when it was called before.
   */
  public createLogsInsightsQueries(): logs.QueryDefinition[] {
    refuseSecondCall(this, 'Queries', SUBJECT, 'createLogsInsightsQueries', 'use the queries that it gave');
    return createLogQueries(new Construct(this, 'Queries'), this.detectorName, {
      crawl: logGroupIn(this, 'CrawlFunctionLogs'),
      machines: ['CrawlLogs', 'BootstrapLogs'].map(id => logGroupIn(this, id)),
      customResources: ['OnEventLogs', 'DetectorFunctionLogs'].map(id => logGroupIn(this.provider, id)),
      detect: this.service && logGroupIn(this.service, 'DetectFunctionLogs'),
    });
  }

  /**
   * Lets a principal read the unloaded data and the ledger.
   *
   * @param grantee Who may read
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.bucket.grantRead(grantee).combine(this.ledger.grantReadData(grantee));
  }

  /** Security groups of the Lambda functions. Throws when the connector has no `vpc`. */
  public get connections(): ec2.Connections {
    return this.infrastructure.connections('RedshiftLookoutConnector');
  }

  /**
   * Makes the resources of an alert in its scope.
   *
   * @internal
   */
  public _createAlert(scope: Construct, options: AlertOptions): { readonly alertArn: string; readonly alertName: string } {
    return this.alerts.create(scope, options);
  }
}
