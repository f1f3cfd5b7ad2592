// SPDX-License-Identifier: Apache-2.0

import { BatchExecuteStatementCommand, DescribeStatementCommand, type RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { configurationOf, type Begun, type Completion, type CompletionRequest, type CustomResource, type CustomResourceRequest } from './custom-resource';
import type { SampleDataConfiguration } from '../../src/private/contract';

/**
 * `Custom::RedshiftLookoutSampleData`: the tables of a sample warehouse, made anew whenever the statements change. All of them run in one
 * transaction, so that a statement that fails leaves the tables as they were. The tables go with the warehouse: nothing is to be deleted.
 */
export class SampleData implements CustomResource {
  public constructor(private readonly client: RedshiftDataClient) {}

  public async onEvent(request: CustomResourceRequest): Promise<Begun> {
    const { warehouse, statements } = configurationOf<SampleDataConfiguration>(request.ResourceProperties);
    const PhysicalResourceId = request.PhysicalResourceId ?? `sample of ${warehouse.ClusterIdentifier ?? warehouse.WorkgroupName}`;
    if (request.RequestType === 'Delete') return { PhysicalResourceId };
    // a token that CloudFormation sends again with a repeated request: the load is not started twice
    const { Id } = await this.client.send(new BatchExecuteStatementCommand({
      ...warehouse, Sqls: statements, StatementName: PhysicalResourceId, ClientToken: request.RequestId,
    }));
    return { PhysicalResourceId, StatementId: Id };
  }

  public async isComplete(request: CompletionRequest): Promise<Completion> {
    if (request.RequestType === 'Delete') return { IsComplete: true };
    const { Status, Error: message } = await this.client.send(new DescribeStatementCommand({ Id: request.StatementId }));
    if (Status === 'FAILED' || Status === 'ABORTED') {
      throw new Error(`the sample data could not be loaded: ${message ?? `the statements were ${Status}`} `
        + `(statement ${request.StatementId} of the Redshift Data API). Deploy again; nothing of the load is left in the warehouse`);
    }
    return { IsComplete: Status === 'FINISHED' };
  }
}
