// SPDX-License-Identifier: Apache-2.0

/** A connector in the embedded cloud, deployed again and again with changed props, and what one sees of its detector. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeAlertCommand, DescribeAnomalyDetectorCommand, DescribeMetricSetCommand, ListAlertsCommand, ListAnomalyDetectorsCommand,
  ListMetricSetsCommand, type Alert, type AnomalyDetectorSummary, type DescribeMetricSetCommandOutput, type LookoutMetricsClient,
} from '@aws-sdk/client-lookoutmetrics';
import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { removeTemporaryFolders, temporaryFolder } from './synthesise';
import { DynamoDbStore } from '../../handlers/lookout/dynamodb-store';
import { lookoutClient } from '../../handlers/shared/lookout-client';
import { EmbeddedCloud } from '../../local/cloud';
import { FailurePlan } from '../../local/redshift/failures';
import { startWarehouse, type Warehouse } from '../../local/redshift/warehouse';
import {
  AlertTarget, ConnectorQuery, DetectorFrequency, Metric, RedshiftCluster, RedshiftLookoutConnector, TimestampColumn,
  type AlertOptions, type RedshiftLookoutConnectorProps,
} from '../../src';
import { RESOURCE_TYPES } from '../../src/private/contract';

const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
const HISTORY_HOURS = 120;

export const query = (text = ''): ConnectorQuery => ConnectorQuery.fromString(
  `select ts, ts as at, platform, market, views, sales from orders where ts >= '{{start}}' and ts < '{{end}}'${text}`);

/** What a deployment is made with. */
export interface Deployment {
  readonly props?: (stack: Stack) => Partial<RedshiftLookoutConnectorProps>;
  readonly alert?: (stack: Stack) => Partial<AlertOptions>;
  /** What is done to the constructs before the synthesis. */
  readonly then?: (connector: RedshiftLookoutConnector, stack: Stack) => void;
}

/** Deployments, one on top of the other. */
export class ConnectorCloud {
  public static async start(): Promise<ConnectorCloud> {
    const failures = new FailurePlan();
    const assembly = temporaryFolder();
    let warehouse: Warehouse | undefined;
    const cloud = await EmbeddedCloud.start({
      assembly: synthesiseConnector([], assembly),
      directory: temporaryFolder(),
      now: new Date(START + 300_000),
      warehouse: async surroundings => warehouse = await startWarehouse({
        ...surroundings, clusterIdentifier: 'orders', database: 'shop', failures, describeHoldMilliseconds: 40,
      }),
    });
    await warehouse!.query('create table orders (ts timestamp, platform varchar(20), market varchar(20), views float8, sales float8)');
    const lines: string[] = [];
    for (let hour = -HISTORY_HOURS; hour < 0; hour++) {
      const time = new Date(START + hour * HOUR).toISOString().slice(0, 19).replace('T', ' ');
      for (const [index, platform] of ['web', 'ios'].entries()) {
        lines.push([time, platform, 'de', 100 + (hour * 7 + index * 5 + 5000) % 13, 10 + (hour + 5000) % 5].join(','));
      }
    }
    await warehouse!.load('orders', `${lines.join('\n')}\n`);
    return new ConnectorCloud(cloud, warehouse!, failures, assembly);
  }

  private deployments: readonly Deployment[] = [];

  /** @param assembly always the same folder: functions whose code is the same go on */
  private constructor(
    public readonly cloud: EmbeddedCloud, public readonly warehouse: Warehouse, public readonly failures: FailurePlan,
    private readonly assembly: string,
  ) {}

  /** Deploys what was deployed so far with a change; a deployment that fails changes nothing of that. */
  public async deploy(change: Deployment = {}): Promise<void> {
    const deployments = [...this.deployments, change];
    await this.cloud.deploy(synthesiseConnector(deployments, this.assembly));
    this.deployments = deployments;
    await this.cloud.allExecutionsFinished();
  }

  /** Deploys what was deployed last, as CloudFormation does after a deployment that failed. */
  public async rollBack(): Promise<void> {
    await this.cloud.deploy(synthesiseConnector(this.deployments, this.assembly));
    await this.cloud.allExecutionsFinished();
  }

  /** The client that the connector's handlers have. */
  public get client(): LookoutMetricsClient {
    const { logicalId } = this.function('ServiceFunction');
    return lookoutClient({ type: 'IN_ACCOUNT', functionName: logicalId }, async payload => (
      { payload: JSON.stringify((await this.cloud.invoke(logicalId, JSON.parse(payload))).payload) }));
  }

  /** The table of the service, to play the part of the detect function. */
  public get store(): DynamoDbStore {
    const { logicalId } = this.cloud.resources('AWS::DynamoDB::Table').find(({ logicalId: id }) => id.includes('ServiceTable'))!;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    return new DynamoDbStore(new DynamoDBClient({ endpoint: this.cloud.dynamodbEndpoint, region: this.cloud.environment.AWS_REGION, credentials }),
      this.cloud.physicalName(logicalId)!);
  }

  public async detectors(): Promise<AnomalyDetectorSummary[]> {
    return (await this.client.send(new ListAnomalyDetectorsCommand({}))).AnomalyDetectorSummaryList!;
  }

  public async status(AnomalyDetectorArn: string): Promise<string> {
    return (await this.client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }))).Status!;
  }

  public async metricSet(AnomalyDetectorArn: string): Promise<DescribeMetricSetCommandOutput> {
    const { MetricSetSummaryList: [{ MetricSetArn }] = [] } = await this.client.send(new ListMetricSetsCommand({ AnomalyDetectorArn }));
    return this.client.send(new DescribeMetricSetCommand({ MetricSetArn }));
  }

  public async alerts(): Promise<Alert[]> {
    const { AlertSummaryList = [] } = await this.client.send(new ListAlertsCommand({}));
    return Promise.all(AlertSummaryList.map(async ({ AlertArn }) => (await this.client.send(new DescribeAlertCommand({ AlertArn }))).Alert!));
  }

  /** History runs that were started so far. */
  public get historyRuns(): number {
    return this.cloud.executions.filter(({ stateMachineName }) => stateMachineName.includes('Bootstrap')).length;
  }

  /** `Configuration` of the detector's custom resource as it was deployed last. */
  public get configuration(): Record<string, any> {
    return JSON.parse(this.cloud.outputs.Configuration);
  }

  /** A request of CloudFormation for a resource of the stack, as the provider framework hands it to the deployed function. */
  public request(type: 'Create' | 'Update' | 'Delete', configuration: object, before?: object, physicalId?: string): Request {
    return {
      RequestType: type,
      ResourceType: RESOURCE_TYPES.detector,
      RequestId: randomUUID(),
      StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Other/1',
      LogicalResourceId: 'Detector',
      ...physicalId !== undefined && { PhysicalResourceId: physicalId },
      ResourceProperties: { Configuration: JSON.stringify(configuration) },
      ...before && { OldResourceProperties: { Configuration: JSON.stringify(before) } },
    };
  }

  /** Begins a request; gives what isComplete is asked with. */
  public async begin(request: Request): Promise<Request> {
    return { ...request, ...await this.ask('ResourcesOnEvent', request) };
  }

  /** Asks once whether a request is done. */
  public async isComplete(request: Request): Promise<boolean> {
    return (await this.ask('ResourcesIsComplete', request)).IsComplete as boolean;
  }

  /** Carries a request out. */
  public async carryOut(request: Request): Promise<Request> {
    const begun = await this.begin(request);
    for (let polls = 0; !await this.isComplete(begun); polls++) {
      if (polls > 200) throw new Error(`${request.RequestType} does not end`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    return begun;
  }

  public close(): Promise<void> {
    return this.cloud.close();
  }

  private function(part: string): { readonly logicalId: string } {
    return this.cloud.resources('AWS::Lambda::Function').find(({ logicalId }) => logicalId.includes(part))!;
  }

  private async ask(part: string, event: object): Promise<Record<string, any>> {
    const { payload, functionError } = await this.cloud.invoke(this.function(part).logicalId, event);
    if (functionError) throw new Error((payload as { errorMessage: string }).errorMessage);
    return payload as Record<string, any>;
  }
}

/** Deploys a connector before the tests of a file, at whose top this is called, and removes it after them. */
export function deployForTests(take: (world: ConnectorCloud) => void): void {
  let world: ConnectorCloud | undefined;
  beforeAll(async () => {
    take(world = await ConnectorCloud.start());
    await world.deploy();
  }, 120_000);
  afterAll(async () => {
    await world?.close();
    removeTemporaryFolders();
  });
}

/** A request of CloudFormation, with what the handler has added. */
export type Request = Record<string, any>;

export function synthesiseConnector(deployments: readonly Deployment[], outdir: string): string {
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false });
  const stack = new Stack(app, 'Test');
  const props = Object.assign({
    cluster: RedshiftCluster.provisionedByName('orders'),
    database: 'shop',
    secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'orders'),
    query: query(),
    timestampColumn: TimestampColumn.of('ts', 'yyyy-MM-dd HH:mm:ss'),
    metrics: [Metric.sum('views')],
    dimensions: ['platform'],
    frequency: DetectorFrequency.HOURLY,
    detectorName: 'orders',
  } satisfies RedshiftLookoutConnectorProps, ...deployments.map(({ props: of }) => of?.(stack))) as RedshiftLookoutConnectorProps;
  const connector = new RedshiftLookoutConnector(stack, 'Orders', props);
  connector.addAlert('Pager', Object.assign({
    alertName: 'pager', threshold: 70, target: AlertTarget.topic(new sns.Topic(stack, 'Anomalies', { enforceSSL: true })),
  }, ...deployments.map(({ alert }) => alert?.(stack))) as AlertOptions);
  for (const { then } of deployments) then?.(connector, stack);
  const { directory } = app.synth();
  const file = join(directory, 'Test.template.json');
  const template = JSON.parse(readFileSync(file, 'utf8'));
  const detector: any = Object.values(template.Resources).find((resource: any) => resource.Type === RESOURCE_TYPES.detector);
  template.Outputs = { ...template.Outputs, Configuration: { Value: detector.Properties.Configuration } };
  writeFileSync(file, JSON.stringify(template));
  return directory;
}
