// SPDX-License-Identifier: Apache-2.0

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnWorkgroup } from 'aws-cdk-lib/aws-redshiftserverless';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { configuration, connectorIn, newStack, resource, statements, text } from './fixture';
import { RedshiftCluster, RedshiftLookoutConnectorProps } from '../../src';

const GRANTEES = ['ConnectorCrawlRole', 'ConnectorBootstrapRole', 'ConnectorResourcesOnEventRole'];
const ALL_WORKGROUPS = 'arn:<AWS::Partition>:redshift-serverless:<AWS::Region>:<AWS::AccountId>:workgroup/*';

function templateOf(stack: Stack, props: Partial<RedshiftLookoutConnectorProps>): Template {
  connectorIn(stack, props);
  return Template.fromStack(stack);
}

const warehouseOf = (template: Template) => configuration(template, 'Custom::RedshiftLookoutDetector').warehouse;
const attachmentOf = (template: Template) => configuration(template, 'Custom::RedshiftLookoutRoleAttachment');

describe('a Serverless workgroup', () => {
  test('known by its name: statements, credentials and roles of the workgroup, in all of the account since IAM knows only its id', () => {
    const template = templateOf(newStack(), { cluster: RedshiftCluster.serverlessByName('analytics') });
    expect(warehouseOf(template)).toEqual({ WorkgroupName: 'analytics', Database: 'sales' });
    expect(attachmentOf(template)).toMatchObject({ workgroupName: 'analytics' });
    for (const role of GRANTEES) {
      expect(statements(template, role)).toEqual(expect.arrayContaining([
        { actions: ['redshift-serverless:GetCredentials'], resources: [ALL_WORKGROUPS] },
        { actions: ['redshift-data:ExecuteStatement'], resources: [ALL_WORKGROUPS] },
      ]));
    }
    expect(statements(template, 'ConnectorResourcesOnEventRole')).toEqual(expect.arrayContaining([
      { actions: ['redshift-serverless:GetWorkgroup'], resources: [ALL_WORKGROUPS] },
      { actions: ['redshift-serverless:GetNamespace', 'redshift-serverless:UpdateNamespace'], resources: [ALL_WORKGROUPS.replace('workgroup', 'namespace')] },
      expect.objectContaining({
        actions: ['iam:PassRole'], condition: { StringEquals: { 'iam:PassedToService': ['redshift-serverless.amazonaws.com', 'redshift.amazonaws.com'] } },
      }),
    ]));
    expect(JSON.stringify(template.toJSON())).not.toContain('redshift:ModifyClusterIamRoles');
  });

  test('assumes the unload role for users of this account\'s workgroups only', () => {
    const template = templateOf(newStack(), { cluster: RedshiftCluster.serverlessByName('analytics') });
    const trust = resource(template, 'AWS::IAM::Role', 'ConnectorUnloadRole').Properties.AssumeRolePolicyDocument.Statement;
    expect(trust.map((statement: any) => [statement.Principal.Service, text(statement.Condition.StringLike['sts:ExternalId'])])).toEqual(
      ['redshift-serverless.amazonaws.com', 'redshift.amazonaws.com'].map(service =>
        [service, 'arn:<AWS::Partition>:redshift:<AWS::Region>:<AWS::AccountId>:dbuser:serverless-<AWS::AccountId>-*']));
  });

  test('that is a construct, of another stack too, is the only one that is used', () => {
    const app = new App();
    const data = new Stack(app, 'Data');
    const workgroup = new CfnWorkgroup(data, 'Workgroup', { workgroupName: 'analytics', namespaceName: 'analytics' });
    const template = templateOf(new Stack(app, 'Stack'), { cluster: RedshiftCluster.serverless(workgroup) });
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain(':workgroup/*');
    expect(JSON.stringify(template.toJSON())).toContain('Data:ExportsOutputFnGetAttWorkgroupWorkgroupWorkgroupArn');
    expect(warehouseOf(template).WorkgroupName).toMatch(/Data:ExportsOutput.*Workgroup/);
  });

  test('takes a secret, and then no credentials of IAM', () => {
    const stack = newStack();
    const template = templateOf(stack, {
      cluster: RedshiftCluster.serverlessByName('analytics'), secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'shop/reader'),
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('redshift-serverless:GetCredentials');
    expect(warehouseOf(template)).toHaveProperty('SecretArn');
  });

  test.each(['', 'ab', 'Analytics', 'a_b', 'x'.repeat(65)])('cannot be named %j', name => {
    expect(() => RedshiftCluster.serverlessByName(name)).toThrow('RedshiftCluster.serverlessByName: workgroupName is not the name of a workgroup');
  });

  test('in another region is refused', () => {
    const app = new App();
    const data = new Stack(app, 'Data', { env: { region: 'us-east-1' } });
    const workgroup = new CfnWorkgroup(data, 'Workgroup', { workgroupName: 'analytics' });
    expect(() => connectorIn(new Stack(app, 'Stack', { env: { region: 'eu-west-1' } }), { cluster: RedshiftCluster.serverless(workgroup) }))
      .toThrow('cluster is in another region than the connector\'s stack (eu-west-1), got "us-east-1"');
  });
});

describe('a database user', () => {
  test('gets temporary credentials from IAM, for the one database', () => {
    const template = templateOf(newStack(), { databaseUser: 'lookout_reader' });
    expect(warehouseOf(template)).toEqual({ ClusterIdentifier: 'shop', Database: 'sales', DbUser: 'lookout_reader' });
    const redshift = 'arn:<AWS::Partition>:redshift:<AWS::Region>:<AWS::AccountId>';
    for (const role of GRANTEES) {
      expect(statements(template, role)).toContainEqual({
        actions: ['redshift:GetClusterCredentials'], resources: [`${redshift}:dbuser:shop/lookout_reader`, `${redshift}:dbname:shop/sales`],
      });
    }
    expect(JSON.stringify(template.toJSON())).not.toContain('GetClusterCredentialsWithIAM');
  });

  test('is refused beside a secret, in a workgroup, and with a name that no user has', () => {
    const stack = newStack();
    const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'shop/reader');
    expect(() => connectorIn(stack, { databaseUser: 'reader', secret }, 'A')).toThrow('databaseUser is given together with secret');
    expect(() => connectorIn(stack, { databaseUser: "reader'; drop" }, 'B')).toThrow('databaseUser is not the name of a database user');
    expect(() => connectorIn(stack, { databaseUser: 'reader', cluster: RedshiftCluster.serverlessByName('analytics') }, 'C'))
      .toThrow('databaseUser is given with a Serverless workgroup');
  });
});

describe('the secret of the published solution', () => {
  test('names cluster and database, which CloudFormation reads at deployment; the password stays in it', () => {
    const stack = newStack();
    const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'redshift-l4mintegration');
    const template = templateOf(stack, { cluster: RedshiftCluster.provisionedFromSecret(secret), database: undefined });
    const { ClusterIdentifier, Database, SecretArn } = warehouseOf(template);
    expect(ClusterIdentifier).toMatch(/^\{\{resolve:secretsmanager:.*redshift-l4mintegration:SecretString:dbClusterIdentifier::\}\}$/);
    expect(Database).toMatch(/^\{\{resolve:secretsmanager:.*redshift-l4mintegration:SecretString:db::\}\}$/);
    expect(SecretArn).toBe('redshift-l4mintegration');
    expect(attachmentOf(template).clusterIdentifier).toBe(ClusterIdentifier);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/SecretString:(password|username)/);
  });

  test('a database that is given is used', () => {
    const stack = newStack();
    const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'redshift-l4mintegration');
    expect(warehouseOf(templateOf(stack, { cluster: RedshiftCluster.provisionedFromSecret(secret) })).Database).toBe('sales');
  });

  test('without it a database has to be given', () => {
    expect(() => connectorIn(newStack(), { database: undefined })).toThrow('RedshiftLookoutConnector: database is missing');
  });
});

test('without the check of the query, the custom resources run no statements', () => {
  const template = templateOf(newStack(), { checkQuery: false });
  expect(configuration(template, 'Custom::RedshiftLookoutDetector').checkQuery).toBe(false);
  expect(JSON.stringify(statements(template, 'ConnectorResourcesOnEventRole'))).not.toMatch(/redshift-data|GetClusterCredentials/);
  expect(configuration(templateOf(newStack(), {}), 'Custom::RedshiftLookoutDetector')).not.toHaveProperty('checkQuery');
});
