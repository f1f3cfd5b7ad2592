// SPDX-License-Identifier: Apache-2.0

import { physicalName } from './names';
import { arn, type Resource, type ResourceType } from './resource';

type Attributes = (name: string, resource: Resource) => Record<string, string>;

/** A resource that has a name and does nothing here. */
function named(property: string, longest: number, attributes: Attributes = () => ({})): ResourceType {
  return {
    put(resource) {
      const name = physicalName(resource, property, longest);
      return { ref: name, attributes: attributes(name, resource) };
    },
  };
}

/** Types that the embedded cloud takes and does nothing with, but for their names. */
export const namesOnly: Record<string, ResourceType> = {
  'AWS::CDK::Metadata': named('', 128),
  'AWS::CloudWatch::Alarm': named('AlarmName', 255, (name, resource) => ({ Arn: arn(resource, 'cloudwatch', `alarm:${name}`) })),
  'AWS::CloudWatch::Dashboard': named('DashboardName', 255),
  'AWS::EC2::SecurityGroup': named('GroupName', 255, name => ({ GroupId: name })),
  'AWS::IAM::Policy': named('PolicyName', 128),
  'AWS::KMS::Alias': named('AliasName', 256),
  'AWS::Lambda::Permission': named('', 100),
  'AWS::Logs::LogGroup': named('LogGroupName', 512, (name, resource) => ({ Arn: arn(resource, 'logs', `log-group:${name}:*`) })),
  'AWS::Logs::QueryDefinition': named('Name', 255),
  'AWS::Redshift::Cluster': named('ClusterIdentifier', 63),
  'AWS::RedshiftServerless::Namespace': named('NamespaceName', 64),
  'AWS::RedshiftServerless::Workgroup': named('WorkgroupName', 64, (name, resource) => ({
    'Workgroup.WorkgroupName': name, 'Workgroup.WorkgroupArn': arn(resource, 'redshift-serverless', `workgroup/${name}`),
  })),
  'AWS::S3::BucketPolicy': named('', 100),
  'AWS::Scheduler::ScheduleGroup': named('Name', 64, (name, resource) => ({ Arn: arn(resource, 'scheduler', `schedule-group/${name}`) })),
  'AWS::SNS::TopicPolicy': named('', 100),
  'AWS::SQS::QueuePolicy': named('', 100),
};
