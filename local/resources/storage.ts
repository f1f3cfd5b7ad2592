// SPDX-License-Identifier: Apache-2.0

import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { physicalName, uniqueUuid } from './names';
import { arn, type ResourceType } from './resource';
import type { BucketTags } from '../s3/server';

/** Properties of AWS::DynamoDB::Table that CreateTable takes as they are. */
const TABLE_PROPERTIES = ['AttributeDefinitions', 'KeySchema', 'BillingMode', 'ProvisionedThroughput', 'LocalSecondaryIndexes', 'GlobalSecondaryIndexes'];

/** AWS::S3::Bucket. Policies, encryption, lifecycle and versions are not enforced. It is empty when it is deleted, as S3 asks for. */
export const bucket: ResourceType = {
  put(resource, { s3 }, previous) {
    if (resource.properties.NotificationConfiguration) {
      throw new Error('the embedded cloud does not know notifications of buckets (NotificationConfiguration)');
    }
    const name = physicalName(resource, 'BucketName', 63).toLowerCase();
    if (!previous) s3.createBucket(name);
    s3.tagBucket(name, (resource.properties.Tags ?? []) as BucketTags);
    const { urlSuffix, region } = resource.pseudo;
    return {
      ref: name,
      attributes: {
        Arn: arn(resource, 's3', name, { region: '', account: '' }),
        DomainName: `${name}.s3.${urlSuffix}`,
        RegionalDomainName: `${name}.s3.${region}.${urlSuffix}`,
        DualStackDomainName: `${name}.s3.dualstack.${region}.${urlSuffix}`,
      },
    };
  },
  delete: ({ identity }, { s3 }) => s3.deleteBucket(identity.ref),
};

/** AWS::DynamoDB::Table. */
export const table: ResourceType = {
  async put(resource, { tables }, previous) {
    if (resource.properties.StreamSpecification) {
      throw new Error('the embedded cloud does not know streams of tables (StreamSpecification)');
    }
    const TableName = physicalName(resource, 'TableName', 255);
    if (!previous) {
      const given = TABLE_PROPERTIES.filter((name) => name in resource.properties);
      const input = Object.fromEntries(given.map((name) => [name, resource.properties[name]]));
      await tables.create({ ...input, TableName } as CreateTableCommandInput);
    }
    return { ref: TableName, attributes: { Arn: arn(resource, 'dynamodb', `table/${TableName}`) } };
  },
  delete: ({ identity }, { tables }) => tables.delete(identity.ref),
};

/** AWS::KMS::Key. Nothing is encrypted. */
export const key: ResourceType = {
  put(resource) {
    const id = uniqueUuid(resource);
    return { ref: id, attributes: { Arn: arn(resource, 'kms', `key/${id}`), KeyId: id } };
  },
};
