// SPDX-License-Identifier: Apache-2.0

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { configuration, connectorIn, newStack, resource, resources, statements, text } from './fixture';
import { SampleWarehouse, SampleWarehouseType } from '../../src';

function synthesize(type?: SampleWarehouseType, stack = newStack()): Template {
  const warehouse = new SampleWarehouse(stack, 'Warehouse', { type });
  connectorIn(stack, { cluster: warehouse.cluster, database: undefined });
  return Template.fromStack(stack);
}

const serverless = synthesize();
const provisioned = synthesize(SampleWarehouseType.PROVISIONED);

test('by default it is a Serverless workgroup of the least capacity, closed to the network', () => {
  const workgroup = resource(serverless, 'AWS::RedshiftServerless::Workgroup', 'Warehouse').Properties;
  expect(workgroup).toMatchObject({ BaseCapacity: 8, PubliclyAccessible: false });
  expect(workgroup.SubnetIds).toHaveLength(3);
  expect(resources(serverless, 'AWS::Redshift::Cluster')).toEqual({});
  expect(resource(serverless, 'AWS::EC2::SecurityGroup', 'Warehouse').Properties.SecurityGroupIngress).toBeUndefined();
  expect(resources(serverless, 'AWS::EC2::NatGateway')).toEqual({});
  expect(resources(serverless, 'AWS::EC2::InternetGateway')).toEqual({});
});

test('subnets are in three zones, whether the stack\'s environment is known or not', () => {
  const zones = (template: Template) => Object.values(resources(template, 'AWS::EC2::Subnet')).map(({ Properties }) => JSON.stringify(Properties.AvailabilityZone));
  expect(new Set(zones(serverless)).size).toBe(3);
  expect(new Set(zones(synthesize(undefined, newStack({ env: { account: '123456789012', region: 'eu-central-1' } })))).size).toBe(3);
});

test('PROVISIONED is one encrypted node that takes encrypted connections only', () => {
  expect(resource(provisioned, 'AWS::Redshift::Cluster', 'Warehouse').Properties).toMatchObject({
    ClusterType: 'single-node', NodeType: 'ra3.large', Encrypted: true, PubliclyAccessible: false, DBName: 'l4mdemo',
  });
  expect(resource(provisioned, 'AWS::Redshift::ClusterParameterGroup', 'Warehouse').Properties.Parameters)
    .toEqual([{ ParameterName: 'require_ssl', ParameterValue: 'true' }]);
  expect(resources(provisioned, 'AWS::RedshiftServerless::Workgroup')).toEqual({});
});

test.each([['Serverless', serverless, ['host', 'port']], ['provisioned', provisioned, ['dbClusterIdentifier']]])(
  'the secret of the %s warehouse has the published shape, with a password made at deployment', (_, template, more) => {
    const generated = resource(template, 'AWS::SecretsManager::Secret', 'Warehouse').Properties.GenerateSecretString;
    expect(Object.keys(JSON.parse(text(generated.SecretStringTemplate))).sort()).toEqual(['db', 'engine', 'username', ...more].sort());
    expect(generated.GenerateStringKey).toBe('password');
    expect(JSON.stringify(template.toJSON())).toMatch(/\{\{resolve:secretsmanager:.*:SecretString:password::\}\}/);
  });

test('the provisioned cluster\'s host and port come into the secret when it is there', () => {
  expect(resource(provisioned, 'AWS::SecretsManager::SecretTargetAttachment', 'Warehouse').Properties).toMatchObject({
    TargetType: 'AWS::Redshift::Cluster', TargetId: { Ref: expect.stringMatching(/^WarehouseCluster/) },
  });
});

test.each([['Serverless', serverless], ['provisioned', provisioned]])('nothing of the %s warehouse stays when the stack is deleted', (_, template) => {
  const stays = Object.entries(template.toJSON().Resources as Record<string, { DeletionPolicy?: string }>)
    .filter(([id, { DeletionPolicy }]) => id.startsWith('Warehouse') && DeletionPolicy !== undefined && DeletionPolicy !== 'Delete');
  expect(stays.map(([id]) => id)).toEqual([]);
  for (const type of ['AWS::RedshiftServerless::Namespace', 'AWS::RedshiftServerless::Workgroup', 'AWS::Redshift::Cluster', 'AWS::SecretsManager::Secret']) {
    for (const found of Object.values(resources(template, type))) expect([type, found.DeletionPolicy]).toEqual([type, 'Delete']);
  }
});

test('a connector on its cluster needs neither database nor secret, and comes after the data', () => {
  const { warehouse } = configuration(serverless, 'Custom::RedshiftLookoutDetector');
  expect(warehouse).toEqual({
    WorkgroupName: expect.stringMatching(/^<WarehouseWorkgroup/), Database: 'l4mdemo', SecretArn: expect.stringMatching(/^<WarehouseSecret/),
  });
  const [data] = Object.keys(resources(serverless, 'Custom::RedshiftLookoutSampleData'));
  expect(resource(serverless, 'Custom::RedshiftLookoutDetector', 'Connector').DependsOn).toContain(data);
});

test('a connector on the workgroup may hand over the role that the namespace has already', () => {
  const loads = expect.stringMatching(/^<WarehouseLoadRole/);
  const passed = (template: Template) => statements(template, 'ConnectorResourcesOnEventRole').filter(({ actions }) => actions.includes('iam:PassRole'));
  expect(passed(serverless)).toContainEqual(expect.objectContaining({ resources: [loads] }));
  expect(passed(provisioned)).not.toContainEqual(expect.objectContaining({ resources: [loads] }));
});

test('the data are loaded with rights to this warehouse and these files only', () => {
  const loading = statements(serverless, 'WarehouseResourcesOnEventRole').find(({ actions }) => actions.includes('redshift-data:BatchExecuteStatement'));
  expect(loading!.resources).toEqual([expect.stringMatching(/^<WarehouseWorkgroup.*Arn>$/)]);
  const [policy] = Object.entries(resources(serverless, 'AWS::IAM::Policy')).filter(([id]) => id.startsWith('WarehouseLoadRole')).map(([, found]) => found);
  const rights: any[] = policy.Properties.PolicyDocument.Statement;
  expect(rights.flatMap(({ Action }) => Action).sort().filter((action, index, all) => action !== all[index - 1])).toEqual(['s3:GetObject', 's3:ListBucket']);
  const objects = rights.filter(({ Action }) => Action === 's3:GetObject').flatMap(({ Resource }) => Resource);
  expect(objects).toHaveLength(4);
  for (const object of objects) expect(JSON.stringify(object)).toMatch(/[0-9a-f]{64}\.csv\.gz"|[0-9a-f]{64}\.gz"/);
  for (const listing of rights.filter(({ Action }) => Action === 's3:ListBucket')) expect(listing.Condition).toHaveProperty('StringEquals.s3:prefix');
});

test('takes a VPC; subnets without one are refused', () => {
  const stack = new Stack(new App(), 'Stack');
  new SampleWarehouse(stack, 'Warehouse', { vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 }), vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC } });
  expect(Object.keys(resources(Template.fromStack(stack), 'AWS::EC2::VPC'))).toHaveLength(1);
  expect(() => new SampleWarehouse(stack, 'Other', { vpcSubnets: {} })).toThrow('SampleWarehouse: vpcSubnets is given without vpc');
});
