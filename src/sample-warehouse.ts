// SPDX-License-Identifier: Apache-2.0

import * as path from 'path';
import { ArnFormat, Fn, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { RESOURCE_TYPES, SampleDataConfiguration } from './private/contract';
import { ResourceProvider } from './private/custom-resources';
import { Infrastructure } from './private/infrastructure';
import { createSampleCluster, createSampleWorkgroup, SAMPLE_DATABASE } from './private/sample-resources';
import { SAMPLE_FILES, sampleStatements } from './private/sample-statements';
import { Credentials, grantStatements, Warehouse } from './private/warehouse';
import { RedshiftCluster } from './redshift-cluster';

/** What a sample warehouse is made of. */
export enum SampleWarehouseType {
  /** A workgroup of Redshift Serverless with 8 RPU, the least there is in most regions. It costs nothing while no query runs, storage aside. */
  SERVERLESS = 'SERVERLESS',
  /** A cluster of one `ra3.large` node. It is charged by the hour, whether queries run or not. */
  PROVISIONED = 'PROVISIONED',
}

/** Settings of a sample warehouse. */
export interface SampleWarehouseProps {
  /**
   * Serverless workgroup, or provisioned cluster.
   *
   * @default SampleWarehouseType.SERVERLESS
   */
  readonly type?: SampleWarehouseType;

  /**
   * VPC of the warehouse. Nothing in it connects to the warehouse: statements come through the Redshift Data API.
   *
   * A Serverless workgroup needs subnets in three Availability Zones, with three free addresses or more in each.
   *
   * @default - a VPC with isolated subnets in three Availability Zones; it has no gateways and costs nothing
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Subnets of the warehouse. Only with `vpc`.
   *
   * @default - the VPC's private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
}

/**
 * A Redshift warehouse with sample data, to try the connector on: the ecommerce tables of the published solution.
 *
 * `platform` (3) and `marketplace` (7) have `id` and `name`. `ecommerce` has `id`, `ts`, `platform`, `marketplace`, `views` and `revenue`:
 * a row for each hour and combination over 104 weeks, made up with anomalies. A year of it lies before the week of the deployment and
 * a year after, so that a connector finds a history and rows in every interval to come. `anomaly` lists where the anomalies are: measure,
 * platform, marketplace, start, end (exclusive), direction and largest change.
 *
 * The warehouse goes with the stack, its data and secret included. It is no place for data of your own.
 *
 * @example
 * const warehouse = new SampleWarehouse(this, 'Warehouse');
 * new RedshiftLookoutConnector(this, 'Ecommerce', {
 *   cluster: warehouse.cluster,
 *   query: ConnectorQuery.fromString(`
 *     select e.ts as timestamp, e.views, e.revenue, p.name as platform
 *     from ecommerce e join platform p on e.platform = p.id
 *     where e.ts >= '{{start}}' and e.ts < '{{end}}'`),
 *   timestampColumn: TimestampColumn.of('timestamp', 'yyyy-MM-dd HH:mm:ss'),
 *   metrics: [Metric.sum('views'), Metric.sum('revenue')],
 *   dimensions: ['platform'],
 *   frequency: DetectorFrequency.HOURLY,
 * });
 */
export class SampleWarehouse extends Construct {
  /**
   * The warehouse for a connector, which then needs neither `database` nor `secret`. The connector is deployed after the data are loaded.
   */
  public readonly cluster: RedshiftCluster;

  /**
   * The administrator's credentials, in the shape of the published solution: JSON with `username`, `password`, `db`, `host` and `port`. With
   * a provisioned cluster also `dbClusterIdentifier`, as `RedshiftCluster.provisionedFromSecret` reads it.
   */
  public readonly secret: secretsmanager.ISecret;

  /** Name of the database that holds the tables. */
  public readonly database: string;

  /** VPC of the warehouse. */
  public readonly vpc: ec2.IVpc;

  /**
   * Makes a warehouse and loads the sample.
   *
   * @param scope Where it belongs
   * @param id Id of the construct
   * @param props Its settings
   * @throws when `vpcSubnets` is given without `vpc`
   */
  public constructor(scope: Construct, id: string, props: SampleWarehouseProps = {}) {
    super(scope, id);
    if (props.vpcSubnets && !props.vpc) throw new Error('SampleWarehouse: vpcSubnets is given without vpc; give vpc as well, or leave vpcSubnets out');
    this.database = SAMPLE_DATABASE;
    this.vpc = props.vpc ?? createVpc(this);
    const { subnetIds } = this.vpc.selectSubnets(props.vpcSubnets ?? (props.vpc ? {} : { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }));

    const serverless = props.type !== SampleWarehouseType.PROVISIONED;
    const loadRole = new iam.Role(this, 'LoadRole', {
      assumedBy: new iam.CompositePrincipal(...LOADERS.map(service => new iam.ServicePrincipal(service, {
        conditions: { StringLike: { 'sts:ExternalId': externalIds(this) } },
      }))),
      description: 'cdk-redshift-lookout: lets Redshift read the files of the sample',
    });
    const files = SAMPLE_FILES.map(name => {
      const file = new assets.Asset(this, `File-${name}`, { path: path.join(__dirname, '..', 'assets', 'sample', `${name}.csv.gz`) });
      // COPY lists what begins with the key that it is given; Asset.grantRead would open the whole bucket of assets
      loadRole.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [file.bucket.arnForObjects(file.s3ObjectKey)] }));
      loadRole.addToPolicy(new iam.PolicyStatement({
        actions: ['s3:ListBucket'], resources: [file.bucket.bucketArn], conditions: { StringEquals: { 's3:prefix': file.s3ObjectKey } },
      }));
      return [name, file.s3ObjectUrl] as const;
    });
    const { warehouse, secret } = (serverless ? createSampleWorkgroup : createSampleCluster)(this, this.vpc, subnetIds, loadRole);
    this.secret = secret;

    const bound = warehouse._bind(this, this.database, { secret });
    const provider = new ResourceProvider(this, 'Resources', new Infrastructure(this, {
      removalPolicy: RemovalPolicy.DESTROY, logRetention: logs.RetentionDays.ONE_WEEK,
    }));
    grantStatements(bound, provider.role);
    provider.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['redshift-data:BatchExecuteStatement'], resources: [bound.arn] }));
    const configuration: SampleDataConfiguration = {
      warehouse: bound.connection,
      statements: sampleStatements(Object.fromEntries(files) as Record<typeof SAMPLE_FILES[number], string>, loadRole.roleArn),
    };
    const data = provider.createResource(this, 'Data', RESOURCE_TYPES.sampleData, configuration, [loadRole, secret]);
    this.cluster = new SampleCluster(warehouse, secret, loadRole, data);
  }
}

/** Services as which Redshift, provisioned and Serverless, assumes a role. */
const LOADERS = ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'];

/** Users of this account's warehouses: their identifiers depend on this role, so they cannot be named in its trust policy. */
function externalIds(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'redshift', resource: 'dbuser', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}

/** Three zones, which a Serverless workgroup needs; a stack without an environment counts two where it does not ask CloudFormation for them. */
function createVpc(scope: Construct): ec2.Vpc {
  const known = !Token.isUnresolved(Stack.of(scope).availabilityZones[0]);
  return new ec2.Vpc(scope, 'Vpc', {
    ...(known ? { maxAzs: 3 } : { availabilityZones: [0, 1, 2].map(index => Fn.select(index, Fn.getAzs())) }),
    natGateways: 0,
    subnetConfiguration: [{ name: 'Warehouse', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
  });
}

/** The warehouse as connectors see it: with its database and secret, and behind its data. */
class SampleCluster extends RedshiftCluster {
  public constructor(
    private readonly warehouse: RedshiftCluster, private readonly secret: secretsmanager.ISecret, private readonly loadRole: iam.IRole,
    private readonly data: IConstruct,
  ) {
    super();
  }

  public _bind(scope: IConstruct, database: string | undefined, credentials: Credentials): Warehouse {
    const secret = credentials.databaseUser === undefined ? credentials.secret ?? this.secret : undefined;
    const bound = this.warehouse._bind(scope, database ?? SAMPLE_DATABASE, { ...credentials, secret });
    scope.node.addDependency(this.data); // the connector's deployment tries its query
    const { configuration, passedTo } = bound.roleAttachment;
    // attaching a role to a namespace hands over those that it has already
    const statements = configuration.workgroupName === undefined ? [] : [new iam.PolicyStatement({
      actions: ['iam:PassRole'], resources: [this.loadRole.roleArn], conditions: { StringEquals: { 'iam:PassedToService': passedTo } },
    })];
    return { ...bound, roleAttachment: { ...bound.roleAttachment, statements: [...bound.roleAttachment.statements, ...statements] } };
  }
}
