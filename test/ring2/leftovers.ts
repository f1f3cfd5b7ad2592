// SPDX-License-Identifier: Apache-2.0

/** What the custom resources of the stack have made, and must have taken back when it is destroyed. */
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { DescribeClustersCommand, RedshiftClient } from '@aws-sdk/client-redshift';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Warehouse } from '../../local/redshift/warehouse';
import { SERVICE_KEYS } from '../../src/private/contract';

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'ring2', secretAccessKey: 'ring2' } };

/** ARNs under which the detection service has detectors and alerts in its table. */
export async function serviceRecords(endpoint: string, table: string): Promise<string[]> {
  const client = new DynamoDBClient({ ...CLIENT, endpoint });
  const found: string[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table })) {
    for (const item of Items.map(one => unmarshall(one))) {
      const keys = [item[SERVICE_KEYS.partition], item[SERVICE_KEYS.sort]] as [string, string];
      if (keys[1].startsWith('arn:')) found.push(keys.join(' '));
    }
  }
  client.destroy();
  return found.sort();
}

/** Roles of the cluster. */
export async function clusterRoles({ redshiftEndpoint }: Warehouse): Promise<string[]> {
  const client = new RedshiftClient({ ...CLIENT, endpoint: redshiftEndpoint });
  const { Clusters = [] } = await client.send(new DescribeClustersCommand({}));
  client.destroy();
  return Clusters.flatMap(({ IamRoles = [] }) => IamRoles.map(({ IamRoleArn }) => IamRoleArn!));
}
