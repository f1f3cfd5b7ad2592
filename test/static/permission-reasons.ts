// SPDX-License-Identifier: Apache-2.0

/** Why roles have statements. */
export interface PermissionReason {
  /** Roles that have the statement, by the beginning of their logical ids; absent: any. */
  readonly roles?: string[];
  /** All actions of the statement. */
  readonly actions: string[];
  readonly reason: string;
  /** Resources with `*` that the statement may have, each with the reason why it cannot be narrower. */
  readonly wildcards?: Record<string, string>;
}

const MACHINES = ['CrawlRole', 'BootstrapRole'];
const RUN_STATEMENTS = [...MACHINES, 'ResourcesOnEventRole'];
const ITEMS = ['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(action => `dynamodb:${action}`);
const LOG_DELIVERY = [
  'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:GetLogDelivery',
  'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:UpdateLogDelivery',
];
const VERSIONS = 'the function and its versions; added by the CDK';
const ONE_WORKGROUP = { 'arn:partition:redshift-serverless:region:accountid:workgroup/*': 'only with serverlessByName: IAM knows workgroups by an id that is not in their name' };
const DATA_PREFIX = {
  '<Bucket>/history/*': 'the objects under one prefix', '<Bucket>/live/*': 'the objects under one prefix', '<Bucket>/again/*': 'the objects under one prefix',
};
const STATE_PREFIX = { '<ServiceStateBucket>/state/*': 'the objects under one prefix' };
const NO_RESOURCES = 'the action knows no resources';

/** One reason for each statement that a role of the library can have. */
export const PERMISSION_REASONS: PermissionReason[] = [
  { roles: MACHINES, actions: ['events:PutEvents'], reason: 'tells the account\'s default event bus of intervals and histories that failed' },
  // statements in the warehouse
  { roles: RUN_STATEMENTS, actions: ['redshift-data:ExecuteStatement'], reason: 'runs the query in the one warehouse', wildcards: ONE_WORKGROUP },
  {
    roles: MACHINES,
    actions: ['redshift-data:DescribeStatement'],
    reason: 'looks whether a statement has ended',
    wildcards: { '*': `${NO_RESOURCES}; the Data API shows a statement only to the role that ran it` },
  },
  {
    roles: MACHINES,
    actions: ['redshift-data:CancelStatement'],
    reason: 'cancels a statement at its time limit, and that of a broken attempt',
    wildcards: { '*': `${NO_RESOURCES}; the Data API lets only the role that ran a statement cancel it` },
  },
  {
    roles: ['ResourcesOnEventRole'],
    actions: ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'],
    reason: 'reads the columns of the query when it is tried at deployment',
    wildcards: { '*': `${NO_RESOURCES}; the Data API shows a statement only to the role that ran it` },
  },
  { roles: RUN_STATEMENTS, actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], reason: 'signs in to the database with the given secret' },
  { roles: RUN_STATEMENTS, actions: ['redshift:GetClusterCredentialsWithIAM'], reason: 'signs in to the one database as the IAM identity' },
  { roles: RUN_STATEMENTS, actions: ['redshift:GetClusterCredentials'], reason: 'signs in to the one database as the given database user' },
  { roles: RUN_STATEMENTS, actions: ['redshift-serverless:GetCredentials'], reason: 'signs in to the workgroup as the IAM identity', wildcards: ONE_WORKGROUP },

  // attaching the unload role
  { roles: ['ResourcesOnEventRole'], actions: ['redshift:DescribeClusters', 'redshift:ModifyClusterIamRoles'], reason: 'attaches the unload role to the cluster, waits for it and detaches it' },
  { roles: ['ResourcesOnEventRole'], actions: ['redshift-serverless:GetWorkgroup'], reason: 'finds the namespace of the workgroup, to attach the unload role', wildcards: ONE_WORKGROUP },
  {
    roles: ['ResourcesOnEventRole'],
    actions: ['redshift-serverless:GetNamespace', 'redshift-serverless:UpdateNamespace'],
    reason: 'attaches the unload role to the namespace, waits for it and detaches it',
    wildcards: { 'arn:partition:redshift-serverless:region:accountid:namespace/*': 'IAM knows namespaces by an id, which a workgroup tells only when it is there' },
  },
  { roles: ['ResourcesOnEventRole'], actions: ['iam:PassRole'], reason: 'hands a role of the connector to the one service that is to assume it' },

  // unloading and reading data
  {
    roles: ['UnloadRole'],
    actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    reason: 'UNLOAD writes; CLEANPATH deletes what a broken attempt left',
    wildcards: DATA_PREFIX,
  },
  { roles: ['UnloadRole', 'DataAccessRole', 'CrawlFunctionRole'], actions: ['s3:ListBucket'], reason: 'lists what is under the data prefixes' },
  { roles: ['UnloadRole'], actions: ['s3:GetBucketLocation'], reason: 'UNLOAD asks for the region of the bucket' },
  { roles: ['DataAccessRole'], actions: ['s3:GetObject'], reason: 'the detector reads the unloaded data', wildcards: DATA_PREFIX },
  { roles: ['DataAccessRole'], actions: ['s3:GetBucketAcl'], reason: 'Lookout for Metrics looks whose the bucket is' },
  { roles: ['CrawlFunctionRole'], actions: ['s3:DeleteObject'], reason: 'removes what earlier runs left of the history', wildcards: DATA_PREFIX },
  {
    roles: ['CrawlFunctionRole'],
    actions: ['s3:DeleteObject', 's3:GetObject'],
    reason: 'reads the files of second readings to copy them, and removes them then; without a settle time those of one that was under way when it was taken away',
    wildcards: DATA_PREFIX,
  },
  {
    roles: ['CrawlFunctionRole'],
    actions: ['s3:DeleteObject', 's3:PutObject'],
    reason: 'lets the files of second readings take the place of the first ones',
    wildcards: DATA_PREFIX,
  },
  { roles: ['CrawlFunctionRole', 'ServiceDetectFunctionRole', 'ServiceServiceFunctionRole'], actions: ITEMS, reason: 'reads and writes items of the one table by their keys' },

  // the detection service
  { roles: ['ServiceDetectFunctionRole'], actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], reason: 'keeps models and the values of recent intervals', wildcards: STATE_PREFIX },
  { roles: ['ServiceServiceFunctionRole'], actions: ['s3:DeleteObject', 's3:GetObject'], reason: 'answers with values of series, and removes the state of a deleted detector', wildcards: STATE_PREFIX },
  {
    roles: ['ServiceDetectFunctionRole'],
    actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
    reason: 'lets Lambda put alerts that could not be delivered into the dead-letter queue; the actions are those that the CDK gives a sender',
  },
  { roles: ['ServiceDetectFunctionRole', 'ServiceServiceFunctionRole'], actions: ['s3:ListBucket'], reason: 'lists the state bucket, so that S3 says of an object that it is not there' },
  { roles: ['AlertRole'], actions: ['sns:Publish'], reason: 'sends alerts to the given topic' },
  { roles: ['AlertRole'], actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], reason: 'only with a topic that is encrypted with a key: sends alerts to it' },
  { roles: ['AlertRole'], actions: ['events:PutEvents'], reason: 'only with AlertTarget.eventBus: sends alerts to the given bus' },
  {
    roles: ['AlertRole'],
    actions: ['lambda:InvokeFunction'],
    reason: 'only with AlertTarget.function: sends alerts to the given function',
    wildcards: { 'arn:partition:lambda:region:accountid:function:on-anomaly:*': VERSIONS },
  },

  // Lookout for Metrics in place of the service
  {
    roles: ['ResourcesOnEventRole'],
    actions: [
      'CreateAlert', 'CreateAnomalyDetector', 'CreateMetricSet', 'DeactivateAnomalyDetector', 'DeleteAlert', 'DeleteAnomalyDetector',
      'DescribeAnomalyDetector', 'DescribeMetricSet', 'TagResource', 'UpdateAlert', 'UpdateAnomalyDetector', 'UpdateMetricSet',
    ].map(action => `lookoutmetrics:${action}`),
    reason: 'creates, changes and deletes detector, data set and alerts',
    wildcards: {
      'arn:partition:lookoutmetrics:region:accountid:MetricSet/<detector>/*': 'the id of a data set is made by the service',
      'arn:partition:lookoutmetrics:region:accountid:Alert:*': 'the ARN of an alert does not tell its detector',
    },
  },
  {
    roles: ['ResourcesOnEventRole'],
    actions: ['lookoutmetrics:ListAlerts', 'lookoutmetrics:ListAnomalyDetectors', 'lookoutmetrics:ListMetricSets'],
    reason: 'finds what exists by its name',
    wildcards: { '*': NO_RESOURCES },
  },
  { roles: ['ResourcesDetectorFunctionRole'], actions: ['lookoutmetrics:ActivateAnomalyDetector', 'lookoutmetrics:DeactivateAnomalyDetector', 'lookoutmetrics:DescribeAnomalyDetector'], reason: 'activates the one detector and waits for it; one that detects is stopped first, to learn a history that was read again' },

  // calling each other
  {
    roles: [...MACHINES, 'Resources', 'Service'],
    actions: ['lambda:InvokeFunction'],
    reason: 'calls a function of the connector',
    wildcards: Object.fromEntries([
      'CrawlFunction', 'ResourcesDetectorFunction', 'ServiceDetectFunction', 'ServiceServiceFunction', 'ResourcesOnEvent', 'ResourcesIsComplete',
      'ResourcesProviderframeworkisComplete', 'ResourcesProviderframeworkonTimeout',
    ].map(name => [`<${name}>:*`, VERSIONS])),
  },
  { roles: ['ResourcesFramework'], actions: ['lambda:GetFunction'], reason: 'the CDK\'s custom resource framework waits until the function is ready' },
  { roles: ['ResourcesOnEventRole', 'ResourcesFrameworkOnEventRole', 'ScheduleRole'], actions: ['states:StartExecution'], reason: 'starts the one state machine' },
  { roles: ['ResourcesOnEventRole'], actions: ['states:ListExecutions'], reason: 'finds a history run that is under way, when the detector changes or goes' },
  {
    roles: ['ResourcesOnEventRole'],
    actions: ['states:DescribeExecution', 'states:StopExecution'],
    reason: 'ends a history run that is under way, when the detector changes or goes',
    wildcards: { 'arn:partition:states:region:accountid:execution:select 6 of split <Bootstrap>:*': 'the executions of one state machine' },
  },
  { roles: ['ScheduleRole'], actions: ['sqs:SendMessage'], reason: 'keeps starts that did not succeed' },
  { roles: ['ScheduleRole'], actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'], reason: 'keeps starts that did not succeed' },

  // logs, traces, keys, network
  { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], reason: 'writes to its own log group' },
  { roles: MACHINES, actions: LOG_DELIVERY, reason: 'Step Functions delivers the logs of the state machine', wildcards: { '*': `${NO_RESOURCES} (Step Functions developer guide, "Logging")` } },
  {
    roles: ['ResourcesProviderwaiterstatemachineRole'],
    actions: [...LOG_DELIVERY, 'logs:CreateLogStream', 'logs:PutLogEvents'].sort(),
    reason: 'Step Functions delivers the logs of the waiter of the CDK\'s custom resource framework',
    wildcards: { '*': 'written by the CDK' },
  },
  {
    roles: MACHINES,
    actions: ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    reason: 'traces executions',
    wildcards: { '*': NO_RESOURCES },
  },
  { actions: ['kms:Decrypt'], reason: 'reads what is encrypted with the given key' },
  { actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'], reason: 'reads and writes what is encrypted with the given key' },
  {
    actions: [
      'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    reason: 'only with vpc: Lambda attaches the function to the network',
    wildcards: { '*': 'Lambda makes the interfaces itself, and checks these rights on all resources when the function is created' },
  },
];

/** Actions with `*` that name one operation each in IAM's own list, and are written so in the documentation of KMS. */
export const ACTION_WILDCARDS = ['kms:GenerateDataKey*', 'kms:ReEncrypt*'];
