// SPDX-License-Identifier: Apache-2.0

import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { connectorIn, newStack, resource, resources, statements, synthesize, text } from './fixture';
import { AlertTarget, Detector } from '../../src';

const CLUSTER = 'arn:<AWS::Partition>:redshift:<AWS::Region>:<AWS::AccountId>:cluster:shop';
const SECRET = { actions: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], resources: ['arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:shop/reader-??????'] };
const EXECUTE = { actions: ['redshift-data:ExecuteStatement'], resources: [CLUSTER] };
const CANCEL = { actions: ['redshift-data:CancelStatement'], resources: ['*'] };
const DESCRIBE = { actions: ['redshift-data:DescribeStatement'], resources: ['*'] };
const matching = (pattern: RegExp) => expect.stringMatching(pattern);
const invoke = (begins: string) => ({ actions: ['lambda:InvokeFunction'], resources: [matching(new RegExp(`^<${begins}\\w+\\.Arn>$`)), matching(new RegExp(`^<${begins}\\w+\\.Arn>:\\*$`))] });
const writeLogs = (begins: string) => ({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [matching(new RegExp(`^<${begins}Logs\\w+\\.Arn>$`))] });
const DATA_OBJECTS = ['history', 'live', 'again'].map(prefix => matching(new RegExp(`^<ConnectorBucket\\w+\\.Arn>/${prefix}/\\*$`)));
const LIST_DATA = {
  actions: ['s3:ListBucket'], resources: [matching(/^<ConnectorBucket\w+\.Arn>$/)], condition: { StringLike: { 's3:prefix': ['history/*', 'live/*', 'again/*'] } },
};
// written by the CDK: Step Functions and X-Ray know no resources for these
const EVENTS = { actions: ['events:PutEvents'], resources: ['arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default'] };
const MACHINE_LOGS = { actions: expect.arrayContaining(['logs:CreateLogDelivery']), resources: ['*'] };
const TRACES = { actions: expect.arrayContaining(['xray:PutTraceSegments']), resources: ['*'] };

const trust = (template: Template, begins: string) => resource(template, 'AWS::IAM::Role', begins).Properties.AssumeRolePolicyDocument.Statement;

let template: Template;
beforeAll(() => {
  const stack = newStack();
  connectorIn(stack, {}).addAlert('Pager', { target: AlertTarget.topic(new sns.Topic(stack, 'Topic')) });
  template = Template.fromStack(stack);
});

describe('with a secret', () => {
  const secret = synthesize().template;

  test('the unload role writes the data prefixes, for users of this cluster only', () => {
    expect(trust(secret, 'ConnectorUnloadRole')).toEqual([{
      Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'redshift.amazonaws.com' }, Condition: { StringLike: { 'sts:ExternalId': expect.anything() } },
    }]);
    expect(text(trust(secret, 'ConnectorUnloadRole')[0].Condition.StringLike['sts:ExternalId'])).toBe('arn:<AWS::Partition>:redshift:<AWS::Region>:<AWS::AccountId>:dbuser:shop/*');
    expect(statements(secret, 'ConnectorUnloadRole')).toEqual([
      { actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'], resources: DATA_OBJECTS },
      LIST_DATA,
      { actions: ['s3:GetBucketLocation'], resources: [matching(/^<ConnectorBucket\w+\.Arn>$/)] },
    ]);
  });

  test('the Crawl state machine', () => {
    const found = statements(secret, 'ConnectorCrawlRole');
    expect(found).toHaveLength(9);
    expect(found).toEqual(expect.arrayContaining([
      EVENTS, SECRET, EXECUTE, CANCEL, DESCRIBE, invoke('ConnectorCrawlFunction'), invoke('ConnectorServiceDetectFunction'), MACHINE_LOGS, TRACES,
    ]));
    expect(resource(secret, 'AWS::IAM::Role', 'ConnectorCrawlRole').Properties.AssumeRolePolicyDocument.Statement[0].Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    });
  });

  test('the Bootstrap state machine cannot detect', () => {
    const found = statements(secret, 'ConnectorBootstrapRole');
    expect(found).toHaveLength(9);
    expect(found).toEqual(expect.arrayContaining([EVENTS, SECRET, EXECUTE, CANCEL, DESCRIBE, invoke('ConnectorCrawlFunction'), invoke('ConnectorResourcesDetectorFunction'), MACHINE_LOGS, TRACES]));
  });

  test('the custom resources', () => {
    expect(statements(secret, 'ConnectorResourcesOnEventRole')).toEqual([
      writeLogs('ConnectorResourcesOnEvent'),
      invoke('ConnectorServiceServiceFunction'),
      SECRET,
      EXECUTE,
      { actions: ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'], resources: ['*'] },
      { actions: ['states:StartExecution'], resources: [matching(/^<ConnectorBootstrap\w+>$/)] },
      { actions: ['states:ListExecutions'], resources: [matching(/^<ConnectorBootstrap\w+>$/)] },
      { actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [matching(/^arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:select 6 of split <ConnectorBootstrap\w+>:\*$/)] },
      { actions: ['redshift:DescribeClusters', 'redshift:ModifyClusterIamRoles'], resources: [CLUSTER] },
      { actions: ['iam:PassRole'], resources: [matching(/^<ConnectorUnloadRole\w+\.Arn>$/)], condition: { StringEquals: { 'iam:PassedToService': 'redshift.amazonaws.com' } } },
    ]);
    expect(statements(secret, 'ConnectorResourcesDetectorFunctionRole')).toEqual([writeLogs('ConnectorResourcesDetectorFunction'), invoke('ConnectorServiceServiceFunction')]);
    const roles = ['ConnectorResourcesOnEvent', 'ConnectorResourcesIsComplete'].map(id => resource(secret, 'AWS::Lambda::Function', id).Properties.Role);
    expect(roles[0]).toEqual(roles[1]); // a statement is seen by the role that submitted it only
  });

  test('the crawl function keeps the ledger, removes what earlier history runs have left, and lets second readings take their place', () => {
    const list = (prefix: string) => ({ ...LIST_DATA, condition: { StringLike: { 's3:prefix': [prefix] } } });
    expect(statements(secret, 'ConnectorCrawlFunctionRole')).toEqual([
      writeLogs('ConnectorCrawlFunction'),
      { actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], resources: [matching(/^<ConnectorLedger\w+\.Arn>$/)] },
      { actions: ['s3:DeleteObject'], resources: [DATA_OBJECTS[0]] },
      list('history/*'),
      { actions: ['s3:DeleteObject', 's3:GetObject'], resources: [DATA_OBJECTS[2]] },
      list('again/*'),
      { actions: ['s3:DeleteObject', 's3:PutObject'], resources: [DATA_OBJECTS[1]] },
      list('live/*'),
    ]);
  });

  test('the service holds no rights to data but its own', () => {
    const state = [matching(/^<ConnectorServiceStateBucket\w+\.Arn>\/state\/\*$/)];
    const list = { actions: ['s3:ListBucket'], resources: [matching(/^<ConnectorServiceStateBucket\w+\.Arn>$/)] };
    const table = { actions: expect.arrayContaining(['dynamodb:PutItem']), resources: [matching(/^<ConnectorServiceTable\w+\.Arn>$/)] };
    expect(statements(secret, 'ConnectorServiceDetectFunctionRole')).toEqual([
      writeLogs('ConnectorServiceDetectFunction'), table, { actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], resources: state }, list,
      { actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'], resources: [matching(/^<ConnectorServiceDeadLetterQueue\w+\.Arn>$/)] },
      { actions: ['lambda:InvokeFunction'], resources: [matching(/^<ConnectorServiceDetectFunction\w+\.Arn>$/)] }, // itself, to try an alert again
    ]);
    expect(statements(secret, 'ConnectorServiceServiceFunctionRole')).toEqual([
      writeLogs('ConnectorServiceServiceFunction'), table, { actions: ['s3:DeleteObject', 's3:GetObject'], resources: state }, list, invoke('ConnectorServiceDetectFunction'),
    ]);
  });

  test('the schedule', () => {
    expect(trust(secret, 'ConnectorScheduleRole')[0].Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' }, 'aws:SourceArn': expect.anything() },
    });
    expect(statements(secret, 'ConnectorScheduleRole')).toEqual(expect.arrayContaining([
      { actions: ['states:StartExecution'], resources: [matching(/^<ConnectorCrawl\w+>$/)] },
      { actions: ['sqs:SendMessage'], resources: [matching(/^<ConnectorDeadLetterQueue\w+\.Arn>$/)] },
    ]));
  });

  test('no role has a managed policy', () => {
    for (const [id, role] of Object.entries(resources(secret, 'AWS::IAM::Role'))) expect([id, role.Properties.ManagedPolicyArns]).toEqual([id, undefined]);
  });
});

test('without a secret, IAM gives credentials for the one database', () => {
  for (const role of ['ConnectorCrawlRole', 'ConnectorBootstrapRole', 'ConnectorResourcesOnEventRole']) {
    const found = statements(template, role);
    expect(found).toContainEqual({
      actions: ['redshift:GetClusterCredentialsWithIAM'], resources: ['arn:<AWS::Partition>:redshift:<AWS::Region>:<AWS::AccountId>:dbname:shop/sales'],
    });
    expect(JSON.stringify(found)).not.toContain('secretsmanager');
  }
});

test('the detector reads data and sends alerts through roles that only the detect function can assume', () => {
  const detectRole = { Principal: { AWS: { 'Fn::GetAtt': [matching(/^ConnectorServiceDetectFunctionRole/), 'Arn'] } } };
  for (const role of ['ConnectorDataAccessRole', 'ConnectorAlertRole']) expect(trust(template, role)).toEqual([expect.objectContaining(detectRole)]);
  expect(statements(template, 'ConnectorDataAccessRole')).toEqual([{ actions: ['s3:GetObject'], resources: DATA_OBJECTS }, LIST_DATA]);
  expect(statements(template, 'ConnectorAlertRole')).toEqual([{ actions: ['sns:Publish'], resources: [matching(/^<Topic\w+>$/)] }]);
});

test('Lookout for Metrics assumes the roles for this account only, and is called about this detector only', () => {
  const stack = newStack();
  connectorIn(stack, { detector: Detector.lookoutForMetrics(), detectorName: 'sales' }).addAlert('Pager', { target: AlertTarget.topic(new sns.Topic(stack, 'Topic')) });
  const lookout = Template.fromStack(stack);
  for (const role of ['ConnectorDataAccessRole', 'ConnectorAlertRole']) {
    expect(trust(lookout, role)).toEqual([expect.objectContaining({
      Principal: { Service: 'lookoutmetrics.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    })]);
  }
  expect(statements(lookout, 'ConnectorDataAccessRole')).toContainEqual({ actions: ['s3:GetBucketAcl'], resources: [matching(/^<ConnectorBucket\w+\.Arn>$/)] });
  const arn = (name: string) => `arn:<AWS::Partition>:lookoutmetrics:<AWS::Region>:<AWS::AccountId>:${name}`;
  const manage = statements(lookout, 'ConnectorResourcesOnEventRole');
  expect(manage).toContainEqual({ actions: expect.arrayContaining(['lookoutmetrics:CreateAnomalyDetector']), resources: [arn('AnomalyDetector:sales'), arn('MetricSet/sales/*'), arn('Alert:*')] });
  expect(manage).toContainEqual({ actions: ['lookoutmetrics:ListAlerts', 'lookoutmetrics:ListAnomalyDetectors', 'lookoutmetrics:ListMetricSets'], resources: ['*'] });
  expect(manage.filter(each => each.actions[0] === 'iam:PassRole' && each.condition.StringEquals['iam:PassedToService'] === 'lookoutmetrics.amazonaws.com').flatMap(each => each.resources))
    .toEqual([matching(/^<ConnectorDataAccessRole/), matching(/^<ConnectorAlertRole/)]);
  expect(statements(lookout, 'ConnectorResourcesDetectorFunctionRole')).toContainEqual({
    actions: ['lookoutmetrics:ActivateAnomalyDetector', 'lookoutmetrics:DeactivateAnomalyDetector', 'lookoutmetrics:DescribeAnomalyDetector'], resources: [arn('AnomalyDetector:sales')],
  });
});

test('only statements with a reason have all resources', () => {
  const everything = Object.values(resources(template, 'AWS::IAM::Policy'))
    .flatMap(policy => policy.Properties.PolicyDocument.Statement)
    .filter(statement => statement.Resource === '*')
    .flatMap(statement => statement.Action);
  expect(new Set(everything.map(action => action.split(':')[0]))).toEqual(new Set(['logs', 'redshift-data', 'xray']));
  expect(new Set(everything.filter(action => action.startsWith('redshift-data')))).toEqual(new Set(['redshift-data:CancelStatement', 'redshift-data:DescribeStatement', 'redshift-data:GetStatementResult']));
});

test('a role of the user\'s own is neither made nor attached, but may write', () => {
  const stack = newStack();
  const unloadRole = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('redshift.amazonaws.com') });
  const connector = connectorIn(stack, { unloadRole });
  const own = Template.fromStack(stack);
  own.resourceCountIs('Custom::RedshiftLookoutRoleAttachment', 0);
  expect(Object.keys(resources(own, 'AWS::IAM::Role')).filter(id => id.startsWith('ConnectorUnloadRole'))).toEqual([]);
  expect(statements(own, 'Mine')).toContainEqual(LIST_DATA);
  expect(JSON.stringify(statements(own, 'ConnectorResourcesOnEventRole'))).not.toMatch(/ModifyClusterIamRoles|PassRole/);
  expect(connector.unloadRole).toBe(unloadRole);
});

test('an imported role is used as it is', () => {
  const stack = newStack();
  connectorIn(stack, { unloadRole: iam.Role.fromRoleArn(stack, 'Theirs', 'arn:aws:iam::123456789012:role/unload', { mutable: false }) });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('arn:aws:iam::123456789012:role/unload');
});

test.each<[string, (stack: ReturnType<typeof newStack>) => iam.IGrantable]>([
  ['role', stack => new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })],
  ['user', stack => new iam.User(stack, 'Reader')],
  ['imported role', stack => iam.Role.fromRoleArn(stack, 'Reader', 'arn:aws:iam::123456789012:role/reader')],
])('grantRead lets a %s read data and ledger', (_kind, make) => {
  const stack = newStack();
  const grant = connectorIn(stack).grantRead(make(stack));
  expect(grant.success).toBe(true);
  const policy = resource(Template.fromStack(stack), 'AWS::IAM::Policy', 'Reader').Properties.PolicyDocument.Statement;
  expect(policy[0].Action).toContain('s3:GetObject*');
  expect(policy[1].Action).toContain('dynamodb:GetItem');
  expect(JSON.stringify(policy)).not.toMatch(/Put|Delete|Write/);
});
