// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { LookoutMetricsClient } from '@aws-sdk/client-lookoutmetrics';
import type { RedshiftClient } from '@aws-sdk/client-redshift';
import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { STATE_MACHINE, type LoopbackStateMachines } from './loopback-state-machines';
import { detectorHandlers, type DetectorHandlers } from '../../../handlers/detector';
import type { CompletionRequest, CustomResourceRequest } from '../../../handlers/detector/custom-resource';
import { ServerlessClient, type ServerlessApi } from '../../../handlers/detector/serverless-client';
import type { AlertConfiguration, DetectorConfiguration } from '../../../src/private/contract';

export const STACK = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/6b1c1e50-0000-0000-0000-000000000000';

/** AWS's endpoint, which is there no more. */
const ENDED = new LookoutMetricsClient({
  endpoint: 'http://127.0.0.1:1', region: 'eu-central-1', maxAttempts: 1, credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
});

export interface StackParts {
  readonly redshift: RedshiftClient;
  readonly serverless?: ServerlessApi;
  readonly redshiftData: RedshiftDataClient;
  readonly stateMachines: LoopbackStateMachines;
  readonly lookout: LookoutMetricsClient;
}

/** One custom resource of a stack, driven as CloudFormation and the CDK's provider framework drive it. */
export class StackResource {
  /** The physical id that the last request was answered with. */
  public physicalId?: string;
  /** Calls of isComplete in the last request. */
  public polls = 0;
  public readonly handlers: DetectorHandlers;
  private properties?: { Configuration: string };

  public constructor(
    parts: StackParts, private readonly type: CustomResourceRequest['ResourceType'],
    private readonly logicalId = 'Detector', private readonly stackId = STACK,
  ) {
    this.handlers = detectorHandlers({
      redshift: parts.redshift,
      serverless: parts.serverless ?? new ServerlessClient(parts.redshift),
      redshiftData: parts.redshiftData,
      stateMachines: parts.stateMachines.client,
      lookout: backend => backend.type === 'IN_ACCOUNT' ? parts.lookout : ENDED,
      clock: () => Date.parse('2026-11-23T10:05:00Z'),
    });
  }

  public async create(configuration: object): Promise<Record<string, string> | undefined> {
    return this.request('Create', configuration);
  }

  public async update(configuration: object): Promise<Record<string, string> | undefined> {
    const before = this.properties;
    return this.request('Update', configuration, before);
  }

  /** What CloudFormation does when a resource, or its predecessor under another physical id, goes. */
  public async delete(physicalId = this.physicalId): Promise<void> {
    await this.request('Delete', undefined, undefined, physicalId);
  }

  /** The event of one request, for calling the handlers one by one. */
  public event(RequestType: CustomResourceRequest['RequestType'], configuration?: object, OldResourceProperties?: { Configuration: string }, physicalId = this.physicalId) {
    return {
      RequestType,
      ResourceType: this.type,
      RequestId: randomUUID(),
      StackId: this.stackId,
      LogicalResourceId: this.logicalId,
      ...RequestType !== 'Create' && { PhysicalResourceId: physicalId },
      ResourceProperties: configuration ? { Configuration: JSON.stringify(configuration) } : this.properties!,
      ...OldResourceProperties && { OldResourceProperties },
    } satisfies CustomResourceRequest;
  }

  /** Runs a request to its end. The physical id is known as soon as onEvent has answered, also when the rest fails. */
  public async run(event: CustomResourceRequest): Promise<Record<string, string> | undefined> {
    const begun = JSON.parse(JSON.stringify(await this.handlers.onEvent(event)));
    this.physicalId = begun.PhysicalResourceId;
    const completion: CompletionRequest = { ...event, ...begun };
    for (this.polls = 1; ; this.polls++) {
      const { IsComplete, Data } = await this.handlers.isComplete(completion);
      if (!IsComplete && Data) throw new Error('"Data" is not allowed if "IsComplete" is "False"');
      if (IsComplete) return { ...begun.Data, ...Data };
      if (this.polls > 500) throw new Error('Operation timed out');
    }
  }

  private async request(type: 'Create' | 'Update' | 'Delete', configuration?: object, old?: { Configuration: string }, physicalId?: string) {
    const event = this.event(type, configuration, old, physicalId);
    this.properties = event.ResourceProperties;
    return this.run(event);
  }
}

export const QUERY = `select e.ts as timestamp, e.views, e.revenue, p.name as platform
  from ecommerce e join platform p on e.platform = p.id
  where e.ts >= '{{start}}' and e.ts < '{{end}}' -- half open`;

/** A detector's configuration, with changes by depth. */
export function detectorConfiguration(more: {
  name?: string;
  query?: string;
  historicalQuery?: string;
  metrics?: string[];
  dimensions?: string[];
  timestamp?: string;
  format?: string;
  frequency?: 'PT1H' | 'P1D';
  offset?: number;
  description?: string;
  timezone?: string;
  database?: string;
  secretArn?: string;
} = {}): DetectorConfiguration {
  const frequency = more.frequency ?? 'PT1H';
  const name = more.name ?? 'sales';
  return {
    backend: { type: 'IN_ACCOUNT', functionName: 'service' },
    detector: {
      AnomalyDetectorName: name, AnomalyDetectorDescription: more.description, AnomalyDetectorConfig: { AnomalyDetectorFrequency: frequency },
    },
    metricSet: {
      MetricSetName: `${name}-metric-set`,
      MetricList: (more.metrics ?? ['views', 'revenue']).map(MetricName => ({ MetricName, AggregationFunction: 'SUM' })),
      ...(more.dimensions?.length !== 0 && { DimensionList: more.dimensions ?? ['platform'] }), // the API takes no empty list
      TimestampColumn: { ColumnName: more.timestamp ?? 'timestamp', ColumnFormat: more.format ?? 'yyyy-MM-dd HH:mm:ss' },
      Offset: more.offset ?? 300,
      MetricSetFrequency: frequency,
      Timezone: more.timezone ?? 'UTC',
      MetricSource: {
        S3SourceConfig: {
          RoleArn: 'arn:aws-cn:iam::123456789012:role/read',
          TemplatedPathList: ['s3://data/live/{{yyyyMMdd}}/{{HHmm}}/'],
          HistoricalDataPathList: ['s3://data/history/'],
          FileFormatDescriptor: {
            CsvFormatDescriptor: { FileCompression: 'NONE', Charset: 'UTF-8', ContainsHeader: true, Delimiter: ',', QuoteSymbol: '"' },
          },
        },
      },
    },
    warehouse: {
      ClusterIdentifier: 'lookout', Database: more.database ?? 'l4mdemo', SecretArn: more.secretArn ?? 'arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf',
    },
    settings: {
      query: more.query ?? QUERY,
      historicalQuery: more.historicalQuery,
      bucketName: 'data',
      unloadRoleArn: 'arn:aws:iam::123456789012:role/unload',
      region: 'eu-central-1',
      frequency,
      timezone: more.timezone ?? 'UTC',
      delaySeconds: more.offset ?? 300,
      historyIntervals: 100,
      catchUpLimit: 100,
      maxAttempts: 3,
      queryTimeoutSeconds: 3600,
    },
    bootstrapStateMachineArn: STATE_MACHINE,
  };
}

/** An alert's configuration. */
export function alertConfiguration(AnomalyDetectorArn: string, more: { name?: string; threshold?: number } = {}): AlertConfiguration {
  return {
    backend: { type: 'IN_ACCOUNT', functionName: 'service' },
    alert: {
      AlertName: more.name ?? 'pager',
      AnomalyDetectorArn,
      AlertSensitivityThreshold: more.threshold ?? 70,
      Action: {
        SNSConfiguration: {
          RoleArn: 'arn:aws-cn:iam::123456789012:role/send', SnsTopicArn: 'arn:aws-cn:sns:cn-north-1:123456789012:topic', SnsFormat: 'LONG_TEXT',
        },
      },
    },
  };
}
