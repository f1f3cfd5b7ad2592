// SPDX-License-Identifier: Apache-2.0

import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Log groups of one connector, by what writes them. */
export interface ConnectorLogs {
  readonly crawl: logs.ILogGroup;
  /** Logs of the state machines Crawl and Bootstrap. */
  readonly machines: logs.ILogGroup[];
  readonly customResources: logs.ILogGroup[];
  /** Of the in-account detector. */
  readonly detect?: logs.ILogGroup;
}

/** Saved queries of CloudWatch Logs Insights, in a folder with the connector's name. */
export function createLogQueries(scope: Construct, connectorName: string, source: ConnectorLogs): logs.QueryDefinition[] {
  const query = (id: string, name: string, logGroups: logs.ILogGroup[], queryString: logs.QueryString) =>
    new logs.QueryDefinition(scope, id, { queryDefinitionName: `${connectorName}/${name}`, logGroups, queryString });

  const queries = [
    query('FailedExecutions', 'failed executions', source.machines, new logs.QueryString({
      fields: ['fromMillis(event_timestamp) as time', 'execution_arn', 'type', 'details.error', 'details.cause', 'details.name'],
      filterStatements: ['type in ["ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted", "TaskFailed", "TaskTimedOut", "LambdaFunctionFailed"]'],
      sort: 'event_timestamp desc',
      limit: 200,
    })),
    query('CrawledIntervals', 'intervals crawled, given up and late', [source.crawl], new logs.QueryString({
      filterStatements: ['ispresent(CrawlLag) or ispresent(IntervalsFailed)'],
      statsStatements: ['sum(IntervalsCrawled) as crawled, sum(IntervalsFailed) as givenUp, sum(RowsUnloaded) as rows, '
        + 'max(CrawlLag) as lagSeconds, max(UnloadTime) as unloadMilliseconds, max(DetectionDelay) as detectionDelaySeconds by bin(1h)'],
    })),
    query('FunctionErrors', 'errors of functions', [source.crawl, ...source.customResources, ...source.detect ? [source.detect] : []], new logs.QueryString({
      fields: ['@timestamp', '@log', '@message'],
      filterStatements: ['@message like /"level":"ERROR"|Invoke Error|Uncaught|Task timed out|Runtime exited/'],
      sort: '@timestamp desc',
      limit: 200,
    })),
  ];
  if (source.detect) {
    queries.push(
      query('DetectedIntervals', 'intervals detected', [source.detect], new logs.QueryString({
        fields: ['@timestamp', 'interval.start', 'rows', 'rowsRejected', 'timeSeries', 'dataMissing', 'alertsDelivered', 'alertsUndelivered'],
        filterStatements: ['message = "interval detected"', `detector = ${JSON.stringify(connectorName)}`],
        sort: '@timestamp desc',
        limit: 500,
      })),
      query('RowsAndAlerts', 'rejected rows, missing data, undelivered alerts', [source.detect], new logs.QueryString({
        fields: ['@timestamp', 'level', 'message', 'detector', 'reason', 'alert', '@message'],
        filterStatements: ['level in ["WARN", "ERROR"]'],
        sort: '@timestamp desc',
        limit: 200,
      })),
    );
  }
  return queries;
}

/** The log group that a construct of this library has made in a scope. */
export function logGroupIn(scope: Construct, id: string): logs.ILogGroup {
  return scope.node.findChild(id) as logs.LogGroup;
}
