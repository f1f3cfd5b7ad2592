// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  DescribeStatementCommand, ExecuteStatementCommand, GetStatementResultCommand, type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { checkColumns } from './query-columns';
import type { DetectorConfiguration } from '../../src/private/contract';
import { queryOfInterval, type QueryProp } from '../crawl/query';
import { WallClockIntervals } from '../shared/time';

/** A statement that tries a query. */
export interface Trial {
  readonly prop: QueryProp;
  readonly statementId: string;
}

const CHECK_CONNECTION = 'Check the props cluster, database and secret, and that the warehouse is running';

const ENDED_BADLY = ['FAILED', 'ABORTED'];

/**
 * Tries queries in the warehouse before anything is made for them. Each is asked for no rows at all, and its columns are compared with
 * those that the detector needs: a misspelt table or column and a measure that is no number show at deployment and not in the first interval.
 */
export class QueryTrial {
  /** @param clock milliseconds since 1970; the newest whole interval before stands in for the placeholders. */
  public constructor(private readonly client: RedshiftDataClient, private readonly clock: () => number) {}

  /** Submits a statement for the query, and one for the historical query where there is one; none where the user does not want it. */
  public async submit(configuration: DetectorConfiguration, requestId: string): Promise<Trial[]> {
    const { query, historicalQuery } = configuration.settings;
    if (configuration.checkQuery === false) return [];
    const trials = [await this.submitOne(configuration, 'query', query, requestId)];
    if (historicalQuery !== undefined) trials.push(await this.submitOne(configuration, 'historicalQuery', historicalQuery, requestId));
    return trials;
  }

  /**
   * Whether all trials have succeeded; false while one is under way.
   *
   * @throws Error with the warehouse's message, naming the prop, when one has failed, or its columns cannot be used.
   */
  public async succeeded(trials: readonly Trial[], configuration: DetectorConfiguration): Promise<boolean> {
    let running = false;
    for (const trial of trials) {
      const statement = await this.client.send(new DescribeStatementCommand({ Id: trial.statementId }));
      if (ENDED_BADLY.includes(statement.Status!)) throw refused(trial.prop, statement.Error ?? `the statement was ${statement.Status}`, trial.statementId);
      if (statement.Status !== 'FINISHED') running = true;
    }
    if (running) return false;
    for (const trial of trials) {
      const { ColumnMetadata = [] } = await this.client.send(new GetStatementResultCommand({ Id: trial.statementId }));
      checkColumns(trial.prop, ColumnMetadata, configuration.metricSet);
    }
    return true;
  }

  private async submitOne(configuration: DetectorConfiguration, prop: QueryProp, query: string, requestId: string): Promise<Trial> {
    const { settings, metricSet, warehouse } = configuration;
    const intervals = new WallClockIntervals(settings.frequency, settings.timezone);
    const bounds = intervals.wallBounds(intervals.newestEndedBy(this.clock()));
    const sql = trialStatement(queryOfInterval(query, bounds, prop));
    try {
      const { Id } = await this.client.send(new ExecuteStatementCommand({
        ...warehouse,
        Sql: sql,
        StatementName: `${metricSet.MetricSetName} trial of ${prop}`,
        ClientToken: createHash('sha256').update(JSON.stringify([requestId, prop, sql])).digest('hex'),
      }));
      return { prop, statementId: Id! };
    } catch (error) {
      const { name, message } = error as Error;
      const where = warehouse.ClusterIdentifier ?? warehouse.WorkgroupName;
      throw new Error(`${prop} could not be tried in database ${JSON.stringify(warehouse.Database)} of ${JSON.stringify(where)}: ${name}: ${message}. `
        + CHECK_CONNECTION, { cause: error });
    }
  }
}

/** Asks for all columns and for no rows. The query stands on lines of its own, so that a comment at its end ends there. */
function trialStatement(query: string): string {
  return `select * from (\n${query}\n) as redshift_lookout_trial limit 0`;
}

function refused(prop: QueryProp, message: string, statementId: string): Error {
  // FATAL: the session could not be opened, so the query was not looked at
  const remedy = message.startsWith('FATAL') ? CHECK_CONNECTION : `Correct ${prop}`;
  return new Error(`the warehouse refuses ${prop}: ${message.slice(0, 1000)}. ${remedy} (statement ${statementId} of the Redshift Data API)`);
}
