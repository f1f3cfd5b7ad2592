// SPDX-License-Identifier: Apache-2.0

/**
 * Ring 1, run by stream.test.ts in a process of its own (ESM-only parts): the example's synthesised artefacts stream three days through a
 * warehouse in which statements fail, hang, are throttled and find nothing. Prints what became of it as JSON.
 */
import { DescribeAnomalyDetectorCommand, LookoutMetricsClient } from '@aws-sdk/client-lookoutmetrics';
import { DescribeClustersCommand, RedshiftClient } from '@aws-sdk/client-redshift';
import { exampleAssembly } from './example-assembly';
import { account, clientSettings } from '../../local/demo/accounting';
import { evaluate } from '../../local/demo/evaluation';
import { findAnomalies } from '../../local/demo/found-anomalies';
import { CONNECTOR, deployExample, physicalName, streamIntervals } from '../../local/demo/stream';
import { openFunctionUrl } from '../../local/gateway/function-url';
import { FailurePlan } from '../../local/redshift/failures';
import { MARKETPLACES } from '../../local/sample/ecommerce';

const START = new Date('2026-01-05T00:00:00Z');
const [directory] = process.argv.slice(2);
/** Appended to the names of marketplaces: longer than the 40 characters that Lookout for Metrics took. */
const HOSTILE = ' "O\'Neil",\r\n<b>x</b> $$ ../ \\ ü\u{1F4A5} {{start}} %s';

/** An UNLOAD of the interval that starts at this hour of the stream. */
function unloadOf(hour: number): RegExp {
  const start = new Date(START.getTime() + hour * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  return new RegExp(`UNLOAD[^]*>= '${start}'`);
}

async function main() {
  const assembly = `${directory}/cdk.out`;
  exampleAssembly(assembly);
  const failures = new FailurePlan([
    { matching: unloadOf(5), outcome: { type: 'FAIL', error: 'Disk full' } },
    { matching: unloadOf(9), outcome: { type: 'FAIL_AFTER_FIRST_FILE', error: 'S3ServiceException: SlowDown' } },
    { matching: unloadOf(14), outcome: { type: 'REFUSE', exception: 'ActiveStatementsExceededException' }, times: 2 },
    { matching: unloadOf(20), outcome: { type: 'HANG' } },
    { matching: unloadOf(26), outcome: { type: 'SLOW', describes: 5 } },
    // three tries: listed as failed, and the crawl goes on
    { matching: unloadOf(40), outcome: { type: 'FAIL', error: 'numeric field overflow' }, times: 3 },
    { matching: unloadOf(50), outcome: { type: 'ABORT' } },
  ]);
  const stream = await deployExample({
    assembly,
    directory: `${directory}/cloud`,
    start: START,
    days: 3,
    seed: 7,
    frequency: 'PT1H',
    failures,
    longestRealWait: 50, // the statement that hangs reaches its time limit soon
    // hour 30: nothing happened; and every name of a marketplace may break SQL, CSV, JSON, paths or logs
    prepare: async warehouse => {
      await warehouse.query('delete from ecommerce where ts = \'2026-01-06 06:00:00\'');
      await warehouse.query('update marketplace set name = name || $1', [HOSTILE]);
    },
  });
  try {
    const failedRuns: { time: string; failure: string }[] = [];
    await streamIntervals(stream, (time, failure) => {
      if (failure) failedRuns.push({ time: time.toISOString(), failure });
    });
    const accounts = await account(stream);
    const findings = await findAnomalies(stream, 70);
    const evaluation = evaluate(findings.anomalies, stream.data.labels
      .filter(label => label.end > stream.start && label.start < stream.end)
      .map(({ measure, platform, marketplace, start, end }) => ({
        measure, dimensions: { platform, marketplace: marketplace + HOSTILE }, start, end,
      })));
    const url = await openFunctionUrl(stream.cloud, physicalName(stream, 'Service/ServiceFunction'));
    const client = new LookoutMetricsClient({ ...clientSettings(stream), endpoint: url.endpoint });
    const AnomalyDetectorArn = String(stream.cloud.attribute(`${CONNECTOR}/Detector/Default`, 'DetectorArn'));
    const detector = await client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }));

    // nothing new is asked for: the same scheduled time again, and two runs at once
    const crawl = physicalName(stream, 'Crawl');
    const input = { scheduledTime: new Date(stream.end.getTime() + 300_000).toISOString() };
    const repeated = await Promise.all([stream.cloud.startExecution(crawl, input), stream.cloud.startExecution(crawl, input)]);
    const again = await account(stream);

    const { lostInvocations, refusedRequests } = stream.cloud;
    const metricNames = [...new Set(stream.cloud.metrics.flatMap(({ line }) => Object.keys(line)))];
    await stream.cloud.destroy();
    client.destroy();
    const redshift = new RedshiftClient({ ...clientSettings(stream), endpoint: stream.warehouse.redshiftEndpoint });
    const { Clusters } = await redshift.send(new DescribeClustersCommand({ ClusterIdentifier: 'l4m-demo' }));
    redshift.destroy();
    await url.close();
    const statements = stream.cloud.executions.flatMap(({ states }) => states);
    process.stdout.write(JSON.stringify({
      accounts,
      failedRuns,
      detector: detector.Status,
      alerts: findings.alerts,
      alertsWithoutGroup: findings.alerts - findings.anomalies.length,
      marketplaces: [...new Set(findings.anomalies.flatMap(({ series }) => series.map(({ dimensions }) => dimensions.marketplace)))],
      expectedMarketplaces: MARKETPLACES.map(name => name + HOSTILE),
      evaluation: { recall: evaluation.recall, precision: evaluation.precision, events: evaluation.events },
      repeated: repeated.map(({ status, states }) => ({ status, unloads: states.filter(name => name === 'Unload').length })),
      again: { ledger: again.ledger.length, viewsUnloaded: again.viewsUnloaded },
      cancels: statements.filter(name => name === 'Cancel statement').length,
      lostInvocations,
      refusedRequests,
      metricNames,
      afterDestroy: { resources: stream.cloud.resources().length, attachedRoles: Clusters?.[0]?.IamRoles?.length ?? 0 },
      executions: stream.cloud.executions.length,
    }));
  } finally {
    await stream.cloud.close();
  }
}

main().catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
