// SPDX-License-Identifier: Apache-2.0

import { App, Aspects, CfnElement, Duration, NestedStack, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as redshift from 'aws-cdk-lib/aws-redshift';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { configuration, connectorIn, definition, masked, newStack, resource, resources, statements, synthesize, text } from './fixture';
import { AlertTarget, Detector, LookoutService, RedshiftCluster } from '../../src';

const ENVIRONMENT = { account: '123456789012', region: 'eu-central-1' };
const clusterProps: redshift.CfnClusterProps = { clusterType: 'single-node', dbName: 'sales', masterUsername: 'admin', nodeType: 'ra3.xlplus', manageMasterPassword: true };

test('two connectors in one stack share nothing but what is given to both', () => {
  const stack = newStack();
  const first = connectorIn(stack, {}, 'First');
  const second = connectorIn(stack, {}, 'Second');
  expect(first.detectorName).not.toBe(second.detectorName);
  const template = Template.fromStack(stack);
  const ids = Object.keys(template.toJSON().Resources);
  expect(ids.filter(id => !/^(First|Second)/.test(id))).toEqual([]);
  expect(ids.filter(id => id.startsWith('First'))).toHaveLength(ids.filter(id => id.startsWith('Second')).length);
  const ofFirst = JSON.stringify(Object.fromEntries(Object.entries(template.toJSON().Resources).filter(([id]) => id.startsWith('First'))));
  expect(ids.filter(id => id.startsWith('Second') && ofFirst.includes(id))).toEqual([]);
});

test('the same connector in two stacks has two names', () => {
  const app = new App();
  const names = ['One', 'Two'].map(id => connectorIn(new Stack(app, id)).detectorName);
  expect(new Set(names).size).toBe(2);
  expect(() => app.synth()).not.toThrow();
});

test('a detector has its name alone in account and region, as far as they are known; an alert in its service', () => {
  const connectors = (one: Stack, other: Stack) => () => [one, other].map((stack, index) => connectorIn(stack, { detectorName: 'shop' }, `C${index}`));
  const taken = 'detectorName is that of the connector One/C0, in the same account and region, got "shop"; give each connector a name of its own: their metrics and alarms go by it';
  const stacks = (...environments: object[]): [Stack, Stack] => {
    const app = new App();
    const [one, other] = environments.map((env, index) => new Stack(app, ['One', 'Other'][index], { env }));
    return [one, other ?? one];
  };
  for (const places of [[{}], [ENVIRONMENT, ENVIRONMENT]]) expect(connectors(...stacks(...places))).toThrow(taken);
  const [outer] = stacks({});
  expect(connectors(outer, new NestedStack(outer, 'Nested'))).toThrow(taken);
  for (const places of [[{}, {}], [ENVIRONMENT, { ...ENVIRONMENT, region: 'us-east-1' }], [ENVIRONMENT, {}]]) expect(connectors(...stacks(...places))).not.toThrow();

  const stack = newStack();
  const topic = new sns.Topic(stack, 'Topic');
  const detector = Detector.inAccount({ service: new LookoutService(stack, 'Lookout') });
  const alert = (id: string, more: object) => () => connectorIn(stack, more, id).addAlert('Pager', { alertName: 'pager', target: AlertTarget.topic(topic) });
  alert('A', { detector })();
  expect(alert('B', { detector })).toThrow('alertName is the name of the alert Stack/A/Alerts/Pager, which the same service sends, got "pager"');
  expect(alert('C', {})).not.toThrow();
});

test('names are names for the API wherever the connector is', () => {
  const app = new App();
  const outer = new Stack(new Stage(app, 'Production'), 'Stack', { stackName: `S${'tack'.repeat(20)}` });
  const nested = ['A', 'B'].map(id => new NestedStack(new NestedStack(outer, id), 'Same'));
  const names = [connectorIn(outer, {}, 'Ä Ö/ü__').detectorName, ...nested.map(each => connectorIn(each).detectorName)];
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,62}$/);
  expect(new Set(names).size).toBe(3);
});

test('connectors share a service, across stacks', () => {
  const app = new App();
  const service = new LookoutService(new Stack(app, 'Shared'), 'Lookout');
  const stacks = ['One', 'Two'].map(id => new Stack(app, id));
  const connectors = stacks.map(stack => connectorIn(stack, { detector: Detector.inAccount({ service }) }));
  for (const connector of connectors) expect(connector.service).toBe(service);
  const templates = stacks.map(stack => Template.fromStack(stack));
  for (const template of templates) {
    // the crawl's ledger only; tables, buckets and functions of the service are in its own stack
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    expect(configuration(template, 'Custom::RedshiftLookoutDetector').backend.functionName).toMatch(/^<Shared:ExportsOutputRefLookoutServiceFunction/);
    expect(definition(template, 'ConnectorCrawl').States.Detect.Resource).toMatch(/^<Shared:ExportsOutputFnGetAttLookoutDetectFunction/);
    expect(text(resource(template, 'AWS::IAM::Role', 'ConnectorDataAccessRole').Properties.AssumeRolePolicyDocument.Statement[0].Principal.AWS))
      .toMatch(/^<Shared:ExportsOutputFnGetAttLookoutDetectFunctionRole/);
  }
  const shared = Template.fromStack(Stack.of(service));
  shared.resourceCountIs('AWS::Lambda::Function', 2);
  expect(JSON.stringify(shared.toJSON().Resources)).not.toMatch(/ImportValue/); // rights do not grow with the users
});

test('a service can be called by others', () => {
  const stack = newStack();
  const role = new iam.Role(stack, 'Caller', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  expect(new LookoutService(stack, 'Lookout').grantInvoke(role).success).toBe(true);
  expect(statements(Template.fromStack(stack), 'Caller')).toEqual([{
    actions: ['lambda:InvokeFunction'], resources: [expect.stringMatching(/^<LookoutServiceFunction\w+\.Arn>$/), expect.stringMatching(/:\*$/)],
  }]);
});

test('cluster, secret, topic and key come from other stacks', () => {
  const app = new App();
  const base = new Stack(app, 'Base', { env: ENVIRONMENT });
  const stack = new Stack(app, 'Stack', { env: ENVIRONMENT });
  const cluster = new redshift.CfnCluster(base, 'Cluster', clusterProps);
  const secret = new secretsmanager.Secret(base, 'Secret');
  const key = new kms.Key(base, 'Key');
  connectorIn(stack, { cluster: RedshiftCluster.provisioned(cluster), secret, encryptionKey: key }).addAlert('Pager', {
    target: AlertTarget.topic(new sns.Topic(base, 'Topic', { masterKey: key })),
  });
  const template = Template.fromStack(stack);
  const { warehouse, settings, detector } = configuration(template, 'Custom::RedshiftLookoutDetector');
  expect(warehouse).toEqual({
    ClusterIdentifier: expect.stringMatching(/^<Base:ExportsOutputRefCluster/), Database: 'sales', SecretArn: expect.stringMatching(/^<Base:ExportsOutputRefSecret/),
  });
  expect(settings.kmsKeyArn).toMatch(/^<Base:ExportsOutputFnGetAttKey/);
  expect(detector.KmsKeyArn).toBe(settings.kmsKeyArn);
  expect(() => app.synth()).not.toThrow();
});

test('the unload role, and a secret that a key of its own encrypts, come from other stacks, which do not come to depend on the connector\'s', () => {
  const app = new App();
  const base = new Stack(app, 'Base', { env: ENVIRONMENT });
  const stack = new Stack(app, 'Stack', { env: ENVIRONMENT });
  const encryptionKey = new kms.Key(base, 'Key');
  connectorIn(stack, {
    secret: new secretsmanager.Secret(base, 'Secret', { encryptionKey }),
    unloadRole: new iam.Role(base, 'Role', { assumedBy: new iam.ServicePrincipal('redshift.amazonaws.com') }),
    encryptionKey,
  });
  expect(() => app.synth()).not.toThrow();
  const template = Template.fromStack(stack);
  const [[policy, { Properties: { PolicyDocument, Roles } }]] = Object.entries(resources(template, 'AWS::IAM::Policy')).filter(([id]) => id.startsWith('ConnectorUnloadPolicy'));
  expect(Roles.map(text)).toEqual([expect.stringMatching(/^<Base:ExportsOutputRefRole/)]);
  expect(PolicyDocument.Statement.flatMap(({ Action }: any) => Action)).toEqual(expect.arrayContaining(['s3:PutObject', 's3:GetBucketLocation', 'kms:GenerateDataKey*']));
  // nothing is unloaded before
  expect(resource(template, 'Custom::RedshiftLookoutDetector', 'Connector').DependsOn).toContain(policy);
  for (const role of ['ConnectorCrawlRole', 'ConnectorBootstrapRole', 'ConnectorResourcesOnEventRole']) {
    const granted = statements(template, role).filter(({ resources: [first] }) => /ExportsOutput(RefSecret|FnGetAttKey)/.test(first)).flatMap(({ actions }) => actions);
    expect([role, granted]).toEqual([role, ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'kms:Decrypt']]);
  }
});

test('a role of another stack that is not to be changed is not', () => {
  const app = new App();
  const [base, stack] = ['Base', 'Stack'].map(id => new Stack(app, id, { env: ENVIRONMENT }));
  connectorIn(stack, { unloadRole: iam.Role.fromRoleArn(base, 'Role', 'arn:aws:iam::123456789012:role/unload', { mutable: false }) });
  expect(() => app.synth()).not.toThrow();
  expect(Object.keys(resources(Template.fromStack(stack), 'AWS::IAM::Policy')).filter(id => id.includes('Unload'))).toEqual([]);
});

test('in China CloudWatch Logs has another name', () => {
  const stack = newStack({ env: { ...ENVIRONMENT, region: 'cn-north-1' } });
  const { template } = synthesize({ encryptionKey: new kms.Key(stack, 'Key') }, stack);
  const services = resource(template, 'AWS::KMS::Key', 'Key').Properties.KeyPolicy.Statement.flatMap(({ Principal: { Service = [] } }: any) => Service).map(text);
  expect(services).toContain('logs.cn-north-1.<AWS::URLSuffix>');
});

test('one key encrypts buckets, tables, logs and queue, and everyone who needs it may use it', () => {
  const stack = newStack();
  const key = new kms.Key(stack, 'Key');
  const template = synthesize({ encryptionKey: key }, stack).template;
  const id = stack.getLogicalId(key.node.defaultChild as CfnElement);
  for (const bucket of Object.values(resources(template, 'AWS::S3::Bucket'))) {
    const [rule] = bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration;
    expect(rule).toEqual({ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [id, 'Arn'] } } });
  }
  for (const table of Object.values(resources(template, 'AWS::DynamoDB::Table'))) expect(table.Properties.SSESpecification).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
  for (const group of Object.values(resources(template, 'AWS::Logs::LogGroup'))) expect(group.Properties.KmsKeyId).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: { 'Fn::GetAtt': [id, 'Arn'] } });

  const uses = (role: string) => statements(template, role).filter(each => each.resources[0] === `<${id}.Arn>`).flatMap(each => each.actions);
  const everything = expect.arrayContaining(['kms:Decrypt', 'kms:Encrypt']);
  for (const role of ['ConnectorUnloadRole', 'ConnectorCrawlFunctionRole', 'ConnectorServiceDetectFunctionRole', 'ConnectorServiceServiceFunctionRole']) {
    expect([role, uses(role)]).toEqual([role, everything]);
  }
  expect(uses('ConnectorDataAccessRole')).toEqual(['kms:Decrypt']);
  expect(uses('ConnectorScheduleRole')).toEqual(expect.arrayContaining(['kms:GenerateDataKey*']));
  for (const role of ['ConnectorCrawlRole', 'ConnectorBootstrapRole', 'ConnectorResourcesDetectorFunctionRole']) expect([role, uses(role)]).toEqual([role, []]);
  const logs = resource(template, 'AWS::KMS::Key', 'Key').Properties.KeyPolicy.Statement.filter((each: any) => JSON.stringify(each.Principal).includes('logs.'));
  expect(logs).toHaveLength(1);
  expect(logs[0].Condition.ArnLike['kms:EncryptionContext:aws:logs:arn']).toBeDefined();
});

describe('in a VPC', () => {
  const stack = newStack({ env: ENVIRONMENT });
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
  const connector = connectorIn(stack, { vpc });
  const endpoint = new ec2.SecurityGroup(stack, 'Endpoint', { vpc });
  connector.connections.allowTo(endpoint, ec2.Port.tcp(443));
  const template = Template.fromStack(stack);

  test('is every function, in one security group', () => {
    const functions = Object.entries(resources(template, 'AWS::Lambda::Function')).filter(([id]) => id.startsWith('Connector'));
    expect(functions).toHaveLength(9);
    for (const [id, { Properties }] of functions) {
      expect([id, Properties.VpcConfig]).toEqual([id, {
        SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching(/^ConnectorSecurityGroup/), 'GroupId'] }],
        SubnetIds: [{ Ref: expect.stringMatching(/^VpcPrivateSubnet1/) }, { Ref: expect.stringMatching(/^VpcPrivateSubnet2/) }],
      }]);
      expect(statements(template, Properties.Role['Fn::GetAtt'][0])).toContainEqual({ actions: expect.arrayContaining(['ec2:CreateNetworkInterface']), resources: ['*'] });
    }
    expect(Object.keys(resources(template, 'AWS::EC2::SecurityGroup')).filter(id => id.startsWith('Connector'))).toHaveLength(1);
  });

  test('connections reach all of them', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 443, SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ConnectorSecurityGroup'), 'GroupId'] } });
  });

  test('subnets and security groups can be chosen', () => {
    const other = newStack({ env: ENVIRONMENT });
    const network = new ec2.Vpc(other, 'Vpc', { maxAzs: 2 });
    const group = new ec2.SecurityGroup(other, 'Group', { vpc: network });
    const service = new LookoutService(other, 'Lookout', { vpc: network, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, availabilityZones: ['dummy1a'] }, securityGroups: [group] });
    expect(service.connections.securityGroups).toEqual([group]);
    for (const { Properties } of Object.values(resources(Template.fromStack(other), 'AWS::Lambda::Function')).filter(each => each.Properties.VpcConfig)) {
      expect(Properties.VpcConfig).toMatchObject({ SubnetIds: [expect.anything()], SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching(/^Group/), 'GroupId'] }] });
    }
  });

  test('without one there are no connections', () => {
    expect(() => connectorIn(newStack()).connections).toThrow('RedshiftLookoutConnector: connections exist only in a VPC; give it the prop vpc');
    expect(() => new LookoutService(newStack(), 'Lookout').connections).toThrow('LookoutService: connections exist only in a VPC');
    expect(() => new LookoutService(newStack(), 'Lookout', { securityGroups: [] })).toThrow('LookoutService: securityGroups is given without vpc');
  });
});

describe('the cluster', () => {
  const at = (env: { account?: string; region?: string }) => {
    const app = new App();
    const cluster = new redshift.CfnCluster(new Stack(app, 'Base', { env }), 'Cluster', clusterProps);
    return () => connectorIn(new Stack(app, 'Stack', { env: ENVIRONMENT }), { cluster: RedshiftCluster.provisioned(cluster) });
  };

  test('is in the stack\'s region', () => {
    expect(at({ ...ENVIRONMENT, region: 'us-east-1' })).toThrow(
      'RedshiftLookoutConnector: cluster is in another region than the connector\'s stack (eu-central-1), got "us-east-1"; put the connector into a stack of the cluster\'s region');
  });

  test('is in the stack\'s account', () => {
    expect(at({ ...ENVIRONMENT, account: '210987654321' })).toThrow('cluster is in another account than the connector\'s stack (123456789012), got "210987654321"');
  });

  test('may be anywhere as long as nobody knows', () => {
    expect(at({})).not.toThrow();
  });
});

test('a permissions boundary reaches every role of the connector', () => {
  const stack = newStack();
  const connector = connectorIn(stack);
  connector.addAlert('Pager', { target: AlertTarget.topic(new sns.Topic(stack, 'Topic')) });
  iam.PermissionsBoundary.of(connector).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
  const roles = Object.entries(resources(Template.fromStack(stack), 'AWS::IAM::Role'));
  expect(roles.length).toBeGreaterThan(12);
  for (const [id, { Properties }] of roles) expect([id, Properties.PermissionsBoundary]).toEqual([id, expect.anything()]);
});

test('tags reach what the connector makes and nothing else', () => {
  const stack = newStack();
  const connector = connectorIn(stack);
  new sns.Topic(stack, 'Topic');
  Tags.of(connector).add('team', 'shop');
  const template = Template.fromStack(stack);
  for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'AWS::StepFunctions::StateMachine', 'AWS::IAM::Role', 'AWS::SQS::Queue']) {
    for (const [id, { Properties }] of Object.entries(resources(template, type))) expect([id, Properties.Tags]).toEqual([id, expect.arrayContaining([{ Key: 'team', Value: 'shop' }])]);
  }
  expect(resource(template, 'AWS::SNS::Topic', 'Topic').Properties?.Tags).toBeUndefined();
});

test.each([{}, { env: { account: '123456789012', region: 'cn-north-1' } }])('no partition is taken for granted (%j)', props => {
  const stack = newStack(props);
  const { template } = synthesize({ delay: Duration.minutes(1) }, stack);
  expect(JSON.stringify(masked(template))).not.toMatch(/arn:aws(-cn)?:/);
});

test('aspects see no construct that is half made', () => {
  const stack = newStack();
  connectorIn(stack);
  const seen: string[] = [];
  Aspects.of(stack).add({ visit: node => { seen.push(node.node.path); } });
  Template.fromStack(stack);
  expect(seen).toContain('Stack/Connector/Service/DetectFunction/Resource');
});
