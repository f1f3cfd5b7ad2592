// SPDX-License-Identifier: Apache-2.0

import { App, Duration, Lazy, RemovalPolicy, Stack, TimeZone, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnCluster } from 'aws-cdk-lib/aws-redshift';
import { CfnWorkgroup } from 'aws-cdk-lib/aws-redshiftserverless';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { connectorIn, newStack, QUERY } from './fixture';
import { ConnectorQuery, Detector, DetectorFrequency, HolidayCalendar, LookoutService, Metric, RedshiftCluster, RedshiftLookoutConnectorProps, TimestampColumn } from '../../src';

type Props = Partial<RedshiftLookoutConnectorProps>;
const sql = (text: string): Props => ({ query: ConnectorQuery.fromString(text) });
const format = (text: string): Props => ({ timestampColumn: TimestampColumn.of('ts', text) });
const columns = (count: number, prefix: string) => [...Array(count).keys()].map(index => `${prefix}${index}`);
const BOUNDS = "where ts >= '{{start}}' and ts < '{{end}}'";
const COLUMN_RULE = 'name it in the query with "as": 1 to 63 letters, digits, "-" and "_", beginning with a letter or digit';
const CASES_ALIKE = 'give each column once (Redshift does not tell upper and lower case apart)';

describe('fails when', () => {
  test.each<[string, Props, string]>([
    ['the database is empty', { database: ' ' }, 'database is empty, got " "; give the name of the database in which the query runs'],

    ['the query is empty', sql(' \n'), 'query is empty, got " \\n"; give a SELECT statement'],
    ['the query is a comment', sql('-- later /* \n'), 'query is empty, got "-- later /* \\n"; give a SELECT statement'],
    ['the historical query is empty', { historicalQuery: ConnectorQuery.fromString('') }, 'historicalQuery is empty, got ""; give a SELECT statement'],
    ['the query has $$', sql(`select $$a$$ ${BOUNDS}`), 'query has "$$", which ends the text of an UNLOAD, got "select $$a$$ where ts >= \'{"; write the text between single quotes'],
    ['the query ends with ;', sql(`${QUERY} ; `), 'query ends with ";", got " from ecommerce where ts >= \'{{start}}\' and ts < \'{{end}}\' ;"; remove it: the query becomes part of an UNLOAD statement'],
    ['the query ends with ; and a comment', sql(`${QUERY}; -- done`), 'query ends with ";"'],
    ['quotes stand twice', sql(`${QUERY} and country in (''DE'', ''AT'')`), 'query has quotes as they stand within another text, got "\'\'DE\'\'"; write \'text\': a query of the published connector had its quotes twice'],
    ['quotes of a placeholder stand twice', sql("select 1 where ts >= ''{{start}}'' and ts < ''{{end}}''"), 'query has quotes as they stand within another text, got "\'\'{{start}}\'\'"'],
    ['quotes stand after a backslash', sql(`${QUERY} and country = \\'DE\\'`), 'query has quotes as they stand within another text, got'],
    ['the query has a NUL character', sql(`${QUERY} and a = '\0'`), 'query has a NUL character'],
    ['the query is no SELECT', sql(`delete from t ${BOUNDS}`), 'query is not a SELECT statement, got "delete from t where ts >= \'{{start}}\' and ts < \'{{end}}\'"; begin with SELECT or WITH'],
    ['a placeholder has spaces', sql("select 1 where ts >= '{{ start }}'"), 'query has an unknown placeholder, got "{{ start }}"; use {{start}} and {{end}}, without spaces'],
    ['a placeholder has lost its braces', sql("select 1 where ts >= '{start}' and ts < '{end}'"),
      'query has a placeholder in single braces, got "{start}"; write {{start}} and {{end}}; an f-string of Python makes one brace of two, so give a plain string'],
    ['a placeholder is misspelt', sql(`select 1 ${BOUNDS} and x < '{{stop}}'`), 'query has an unknown placeholder, got "{{stop}}"; use {{start}} and {{end}}, without spaces; where it is meant to be text, write \'{\' || \'{stop}}\''],
    ['only {{start}} is there', sql("select 1 where ts >= '{{start}}'"), 'query has no {{end}}, got ["{{start}}"]; bound the rows on both sides: ts >= \'{{start}}\' and ts < \'{{end}}\''],
    ['only {{end}} is there', sql("select 1 where ts < '{{end}}'"), 'query has no {{start}}, got ["{{end}}"]'],
    ['the query is too long', sql(`${QUERY} and x in ('${'ä'.repeat(49_000)}')`), 'query is longer than 98000 bytes, got "98107 bytes"; move parts of it into a view'],
    ['the query is too long as JSON', sql(`${QUERY} and x in ('${'"'.repeat(70_000)}')`), 'query is longer than 125072 bytes as JSON, got "140109 bytes"; move parts of it into a view'],

    ['there is no metric', { metrics: [] }, 'metrics has 0 entries, got []; give 1 to 10 metrics'],
    ['there are eleven metrics', { metrics: columns(11, 'm').map(Metric.sum) },
      `metrics has 11 entries, got ${JSON.stringify(columns(11, 'm'))}; give 1 to 10 metrics, or give Detector.inAccount a LookoutService with a higher maximumMetricsPerDataSet`],
    ['there are eleven dimensions', { dimensions: columns(11, 'd') },
      `dimensions has 11 entries, got ${JSON.stringify(columns(11, 'd'))}; give at most 10, without those that tell least, or give Detector.inAccount a LookoutService with a higher maximumDimensionsPerDataSet`],
    ['a metric has no name', { metrics: [Metric.sum('')] }, `metrics[0] is empty, got ""; ${COLUMN_RULE}`],
    ['a metric has a blank', { metrics: [Metric.sum('views'), Metric.sum('page views')] }, `metrics[1] has characters that the Lookout for Metrics API does not take, got "page views"; ${COLUMN_RULE}`],
    ['a metric begins with _', { metrics: [Metric.sum('_views')] }, 'metrics[0] has characters'],
    ['a metric has 64 characters', { metrics: [Metric.sum('v'.repeat(64))] }, 'metrics[0] is longer than 63 characters (64), got "vvv'],
    ['a dimension is not a name', { dimensions: ['platform', '<b>'] }, `dimensions[1] has characters that the Lookout for Metrics API does not take, got "<b>"; ${COLUMN_RULE}`],
    ['a dimension ends with a line break', { dimensions: ['platform\n'] }, 'dimensions[0] has characters that the Lookout for Metrics API does not take, got "platform\\n"'],
    ['the timestamp column is not a name', { timestampColumn: TimestampColumn.of('ts!', 'yyyy-MM-dd HH') }, 'timestampColumn has characters'],
    ['a metric is given twice', { metrics: [Metric.sum('views'), Metric.sum('VIEWS')] }, `metrics[1] is given twice, got "VIEWS"; ${CASES_ALIKE}`],
    ['a metric has two aggregations', { metrics: [Metric.sum('views'), Metric.average('views')] },
      'metrics[1] has more than one aggregation, got {"name":"views","aggregations":["SUM","AVG"]}; Lookout for Metrics takes one for each column: select it twice under different names'],
    ['a metric, written as an object, has an aggregation of its own', { metrics: [Metric.sum('revenue'), { name: 'views', aggregation: 'MAX' }] },
      'metrics[1] has an aggregation that is neither "SUM" nor "AVG", got "MAX"; give Metric.sum("views") or Metric.average("views")'],
    ['a dimension is given twice', { dimensions: ['a', 'A'] }, `dimensions[1] is given twice, got "A"; ${CASES_ALIKE}`],
    ['a dimension is a metric', { dimensions: ['Views'] }, 'dimensions[0] is a metric as well, got "Views"; a column can be one thing only'],
    ['a dimension is the timestamp', { dimensions: ['TS'] }, 'dimensions[0] is a timestampColumn as well, got "TS"'],
    ['a metric is the timestamp', { metrics: [Metric.sum('Ts')] }, 'metrics[0] is the timestampColumn as well, got "Ts"'],
    ['columns are named like properties of objects', { metrics: [Metric.sum('constructor')], dimensions: ['constructor'] }, 'dimensions[0] is a metric as well, got "constructor"'],

    ['the format is empty', format(' '), 'timestampColumn has a format that is empty, got " "; write it like \'yyyy-MM-dd HH:mm:ss\''],
    ['the format is too long', format(`yyyy-MM-dd HH${' '.repeat(60)}`), 'timestampColumn has a format that is longer than 63 characters (73)'],
    ['hh stands without a', format('yyyy-MM-dd hh:mm:ss'), 'timestampColumn has a format that has \'h\', an hour of half a day, without \'a\' for AM or PM, got "yyyy-MM-dd hh:mm:ss"; write \'HH\' for hours from 0 to 23, or add \'a\''],
    ['a stands without hh', format('yyyy-MM-dd HH:mm a'), 'has \'a\' for AM or PM without \'h\''],
    ['there are two kinds of hours', format('yyyy-MM-dd HH hh a'), 'has more than one kind of hour'],
    ['the year is of the week', format('YYYY-MM-dd HH'), "has 'Y', the year of the week, which is another year around New Year"],
    ['a letter is unknown', format('yyyy-MM-ddTHH:mm'), "has the unknown letter 'T', got \"yyyy-MM-ddTHH:mm\"; use y M d D H k h K a m s S E z Z X, and put other letters between single quotes"],
    ['a quote is open', format("yyyy-MM-dd'T HH"), 'opens a quote and does not close it'],
    ['the year is missing', format('MM-dd HH:mm'), "has no year ('y')"],
    ['the month is missing', format('yyyy-dd HH:mm'), "has no month ('M')"],
    ['the day is missing', format('yyyy-MM HH:mm'), "has no day ('d')"],
    ['the hour is missing', format('yyyy-MM-dd'), 'has no hour, though the frequency is PT1H'],
    ['the minute is missing', { ...format('yyyy-MM-dd HH'), frequency: DetectorFrequency.TEN_MINUTES }, "has no minute ('m'), though the frequency is PT10M"],

    ['the detector name has a dot', { detectorName: 'shop.sales' }, 'detectorName has characters that the Lookout for Metrics API does not take, got "shop.sales"; give 1 to 63 letters, digits, "-" and "_", beginning with a letter or digit'],
    ['the detector name is too long', { detectorName: 'd'.repeat(64) }, 'detectorName is longer than 63 characters (64)'],
    ['the description is blank', { description: ' ' }, 'description is blank, got " "; write something, or leave it out'],
    ['the description is too long', { description: 'd'.repeat(257) }, 'description is longer than 256 characters (257)'],

    ['the delay is longer than five days', { delay: Duration.seconds(432_001) }, 'delay is longer than 5 days, got "5 days 1 second"; give at most Duration.days(5)'],
    ['the delay has a fraction of a second', { delay: Duration.millis(1500) }, 'delay is not a whole number of seconds'],
    ['the delay is not known', { delay: Duration.seconds(Lazy.number({ produce: () => 5 })) }, 'delay is not known at synthesis, got "<token>"; give a duration made of plain numbers'],
    ['the settle time is shorter than an interval', { settleTime: Duration.minutes(59) }, 'settleTime is not between one interval and 4 days, got "59 minutes"; give 1 hour to 4 days'],
    ['the settle time holds too many intervals', { settleTime: Duration.hours(97) }, 'settleTime is not between one interval and 4 days, got "4 days 1 hour"'],
    ['the settle time of days is longer than five', { settleTime: Duration.days(6), frequency: DetectorFrequency.DAILY }, 'settleTime is not between one interval and 5 days'],
    ['the settle time is given to Lookout for Metrics', { settleTime: Duration.hours(2), detector: Detector.lookoutForMetrics() },
      'settleTime is given, and Lookout for Metrics reads each interval once, got "2 hours"; leave it out, or use Detector.inAccount()'],
    ['the settle time is given to a query without placeholders', { settleTime: Duration.hours(2), ...sql("select ts, views from t where ts > getdate() - interval '1 hour'") },
      'settleTime is given, and query has no placeholders: it cannot be asked for an interval again'],
    ['the settle time needs more than one interval a run', { settleTime: Duration.hours(2), catchUpLimit: 1 },
      'catchUpLimit leaves a run no room to read an interval again, as settleTime asks, got 1; give 2 or more, or leave it out'],
    ['the time zone is unknown', { timezone: TimeZone.of('Mars/Olympus') }, 'timezone is not known here, got "Mars/Olympus"; give the IANA name of a time zone, such as TimeZone.EUROPE_BERLIN'],
    ['the history is too short', { history: Duration.hours(95) }, 'history is shorter than the detector must learn (96 intervals), got "3 days 23 hours"; give at least 4 days'],
    ['the history of days is too short', { history: Duration.days(13), frequency: DetectorFrequency.DAILY }, 'history is shorter than the detector must learn (14 intervals), got "13 days"; give at least 14 days'],
    ['the history is not whole intervals', { history: Duration.minutes(6030) }, 'history is not a whole number of intervals, got "4 days 4 hours 30 minutes"; give a multiple of 1 hour'],
    ['holidays are given to Lookout for Metrics', { frequency: DetectorFrequency.DAILY, holidays: HolidayCalendar.country('DE'), detector: Detector.lookoutForMetrics() },
      'holidays are not known to Lookout for Metrics, got "DE"; leave them out, or use Detector.inAccount()'],
    ['the history is longer than the detector learns', { history: Duration.days(93), frequency: DetectorFrequency.FIVE_MINUTES },
      'history is longer than the detector learns of such intervals (92 days), got "93 days"; give at most 92 days'],
    ['the history is longer than Lookout for Metrics reads', { history: Duration.hours(2501), detector: Detector.lookoutForMetrics() },
      'history is longer than Lookout for Metrics reads (2500 intervals), got "104 days 5 hours"; give at most 104 days 4 hours, or use Detector.inAccount()'],
    ['the query time is too short', { queryTimeout: Duration.seconds(59) }, 'queryTimeout is not between 1 minute and 24 hours, got "59 seconds"'],
    ['the query time is too long', { queryTimeout: Duration.hours(25) }, 'queryTimeout is not between 1 minute and 24 hours, got "1 day 1 hour"'],
    ['the catch-up limit is 0', { catchUpLimit: 0 }, 'catchUpLimit is not a positive whole number, got 0; give 1 or more, or leave it out'],
    ['the attempts are not whole', { maxAttempts: 1.5 }, 'maxAttempts is not a positive whole number, got 1.5'],
    ['one run cannot record so many intervals', { catchUpLimit: 40, queryTimeout: Duration.hours(24) },
      'catchUpLimit is more than one run can record with a queryTimeout of 1 day, got 40; give at most 10, or a shorter queryTimeout; the next run goes on where one ends'],
    ['subnets are given without a VPC', { vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC } }, 'vpcSubnets is given without vpc, got {"subnetType":"Public"}; give vpc as well, or leave vpcSubnets out'],
    ['the removal policy is one of databases', { removalPolicy: RemovalPolicy.SNAPSHOT }, 'removalPolicy is one that buckets and tables do not have, got "SNAPSHOT"; give RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY'],
    ['security groups are given without a VPC', { securityGroups: [] }, 'securityGroups is given without vpc'],
  ])('%s', (_name, props, message) => {
    const stack = newStack();
    expect(() => connectorIn(stack, props)).toThrow(message);
    expect(() => connectorIn(newStack(), props)).toThrow(/^RedshiftLookoutConnector: [\w[\]]+ .*, got .*; ./s);
    // refused before anything is made
    expect(stack.node.findChild('Connector').node.children).toEqual([]);
  });

  test('the identifier cannot be a cluster\'s', () => {
    for (const identifier of ['', 'Shop', '1shop', 'a--b', 'shop-', 's'.repeat(64), "x'; drop"]) {
      expect(() => RedshiftCluster.provisionedByName(identifier)).toThrow(
        `RedshiftCluster.provisionedByName: clusterIdentifier is not the identifier of a cluster, got ${JSON.stringify(identifier)}; give 1 to 63`);
    }
  });

  test('the query\'s file cannot be read', () => {
    expect(() => ConnectorQuery.fromFile('/nowhere/query.sql')).toThrow(
      /^ConnectorQuery.fromFile: path cannot be read \(ENOENT.*\), got "\/nowhere\/query.sql"; give the path of a readable file \(the working directory is /);
  });
});

describe('accepts', () => {
  test.each<[string, Props]>([
    ['bounds of every limit', {
      metrics: columns(10, 'm').map(Metric.sum),
      dimensions: columns(10, 'd'),
      delay: Duration.days(5),
      settleTime: Duration.days(4),
      history: Duration.hours(96),
      detectorName: `0${'_'.repeat(61)}-`,
      description: 'd'.repeat(256),
      queryTimeout: Duration.hours(24),
      catchUpLimit: 10,
      maxAttempts: 1,
    }],
    ['no delay and the shortest statements', { delay: Duration.seconds(0), queryTimeout: Duration.minutes(1) }],
    ['a date for days', { ...format('yyyy-MM-dd'), frequency: DetectorFrequency.DAILY }],
    ['other formats', format("yyyy-MM-dd'T'hh:mm:ss.SSS a X")],
    ['a day of the year', format('yyyyDDD HHmm')],
    ['a text that is written as the message about an unknown placeholder says', sql(`select 1 ${BOUNDS} and template like '%{' || '{stop}}%'`)],
    ['comments, quotes and placeholders in any number', sql(`-- $ {{1,2},{3,4}}\nwith a as (select '--;' x) /* ; */ (select 1 ${BOUNDS}) union select 2 ${BOUNDS} -- {end};`)],
    ['empty texts and quotes in texts', sql(`select coalesce(a,''), ''||b, replace(c,'''',''), '''DE''', 'x''DE''y', '\\\\', 'it\\\'s \\'' from t ${BOUNDS} and d=''and e=''`)],
    ['names of quoted columns', sql(`select "a;b", 'it''s; -- no comment' ${BOUNDS} and note <> ';'`)],
    ['hostile texts', sql(`select '</script>', 'ü\u{1F4A5}', '$', '\\', E'\\'' ${BOUNDS}`)],
    ['more history than Lookout for Metrics reads', { history: Duration.hours(8760) }],
    ['as much history as the detector learns', { history: Duration.days(92), frequency: DetectorFrequency.FIVE_MINUTES }],
  ])('%s', (_name, props) => {
    expect(() => connectorIn(newStack(), props)).not.toThrow();
  });

  test('tokens wherever a text or number is', () => {
    const token = (name: string) => Lazy.string({ produce: () => name });
    const number = (value: number) => Lazy.number({ produce: () => value });
    const dimensions = Lazy.list({ produce: () => ['platform'] });
    expect(Token.isUnresolved(dimensions)).toBe(true);
    expect(() => connectorIn(newStack(), {
      cluster: RedshiftCluster.provisionedByName(token('shop')),
      database: token('sales'),
      query: ConnectorQuery.fromString(token('select 1;')),
      historicalQuery: ConnectorQuery.fromString(token('')),
      timestampColumn: TimestampColumn.of(token('ts'), token('bad')),
      metrics: [Metric.sum(token('ts')), Metric.average(token('ts')), { name: 'views', aggregation: token('SUM') }],
      dimensions,
      detectorName: token('a b'),
      description: token(''),
      timezone: TimeZone.of(token('Nowhere')),
      maxAttempts: number(0),
      catchUpLimit: number(-1),
    })).not.toThrow();
  });
});

test('metrics and dimensions are as many as the shared service lets a data set have', () => {
  const stack = newStack();
  const service = new LookoutService(stack, 'Lookout', { maximumMetricsPerDataSet: 12, maximumDimensionsPerDataSet: 11 });
  const connector = (id: string, metrics: number, dimensions: number): unknown => connectorIn(new Stack(stack, id), {
    detector: Detector.inAccount({ service }), metrics: columns(metrics, 'm').map(name => Metric.sum(name)), dimensions: columns(dimensions, 'd'),
  });
  expect(() => connector('Most', 12, 11)).not.toThrow();
  expect(() => connector('Metrics', 13, 11)).toThrow(/metrics has 13 entries, .*; give 1 to 12 metrics/);
  expect(() => connector('Dimensions', 12, 12)).toThrow(/dimensions has 12 entries, .*; give at most 11, without those that tell least, or give/);
  const ended = { detector: Detector.lookoutForMetrics(), metrics: columns(11, 'm').map(name => Metric.sum(name)) }; // which has no quotas to raise
  expect(() => connectorIn(newStack(), ended)).toThrow(/; give 1 to 10 metrics$/);
});

describe('what is in another place', () => {
  const here = { env: { region: 'eu-west-1', account: '111111111111' } };
  const elsewhere = { env: { region: 'us-east-1', account: '111111111111' } };
  const other = { env: { region: 'eu-west-1', account: '222222222222' } };
  const arn = (service: string, resource: string, region = 'us-east-1', account = '111111111111') => `arn:aws:${service}:${region}:${account}:${resource}`;
  const secretArn = (region?: string) => arn('secretsmanager', 'secret:shop/reader-a1b2c3', region);
  const READS = 'the Redshift Data API reads secrets of its own region only: replicate the secret to eu-west-1 and give the replica';
  const secretIn = (region?: string) => (stack: Stack): Props => ({ secret: Secret.fromSecretCompleteArn(stack, 'Secret', secretArn(region)) });

  test.each<[string, (stack: Stack, app: App) => Props, string]>([
    ['a secret, by its ARN', secretIn(), `secret is in another region than the connector's stack (eu-west-1), got "us-east-1"; ${READS}`],
    ['a secret, by its ARN without the suffix', stack => ({ secret: Secret.fromSecretPartialArn(stack, 'Secret', arn('secretsmanager', 'secret:shop/reader')) }),
      'secret is in another region'],
    ['a secret of another stack', (_stack, app) => ({ secret: new Secret(new Stack(app, 'Other', elsewhere), 'Secret') }), 'secret is in another region'],
    ['the secret that names the cluster',
      stack => ({ cluster: RedshiftCluster.provisionedFromSecret(Secret.fromSecretCompleteArn(stack, 'Secret', secretArn())), database: undefined }),
      `cluster is in another region than the connector's stack (eu-west-1), got "us-east-1"; ${READS}`],
    ['a cluster of another stack', (_stack, app) => ({
      cluster: RedshiftCluster.provisioned(new CfnCluster(new Stack(app, 'Other', elsewhere), 'Cluster', {
        clusterType: 'single-node', dbName: 'sales', masterUsername: 'admin', nodeType: 'ra3.large',
      })),
    }), 'cluster is in another region than the connector\'s stack (eu-west-1), got "us-east-1"; put the connector into a stack of the cluster\'s region'],
    ['a workgroup of another account', (_stack, app) => ({
      cluster: RedshiftCluster.serverless(new CfnWorkgroup(new Stack(app, 'Other', other), 'Workgroup', { workgroupName: 'analytics' })),
    }), 'cluster is in another account than the connector\'s stack (111111111111), got "222222222222"'],
    ['an encryption key, by its ARN', stack => ({ encryptionKey: Key.fromKeyArn(stack, 'Key', arn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab')) }),
      'encryptionKey is in another region than the connector\'s stack (eu-west-1), got "us-east-1"; give a key of eu-west-1'],
    ['an encryption key of another stack', (_stack, app) => ({ encryptionKey: new Key(new Stack(app, 'Other', elsewhere), 'Key') }), 'encryptionKey is in another region'],
    ['a role of another account', stack => ({ unloadRole: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::222222222222:role/unload') }),
      'unloadRole is in another account than the connector\'s stack (111111111111), got "222222222222"; give a role of 111111111111: Redshift takes roles of its own account only'],
    ['a VPC', (_stack, app) => ({ vpc: new ec2.Vpc(new Stack(app, 'Other', elsewhere), 'Vpc') }), 'vpc is in another region'],
    ['a shared service', (_stack, app) => ({ detector: Detector.inAccount({ service: new LookoutService(new Stack(app, 'Other', elsewhere), 'Service') }) }),
      'detector.service is in another region than the connector\'s stack (eu-west-1), got "us-east-1"; give a LookoutService of eu-west-1, or leave it out'],
  ])('%s is refused', (_name, props, message) => {
    const app = new App();
    const stack = new Stack(app, 'Stack', here);
    const given = props(stack, app);
    expect(() => connectorIn(stack, given)).toThrow(`RedshiftLookoutConnector: ${message}`);
    expect(stack.node.findChild('Connector').node.children).toEqual([]);
    // where the stack's place is not known at synthesis, nothing can be said
    const unknown = new App();
    const open = new Stack(unknown, 'Stack');
    expect(() => connectorIn(open, props(open, unknown))).not.toThrow(/is in another/);
  });

  test('a key of a shared service is refused as well', () => {
    const stack = newStack(here);
    const encryptionKey = Key.fromKeyArn(stack, 'Key', arn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab'));
    expect(() => new LookoutService(stack, 'Service', { encryptionKey })).toThrow(
      'LookoutService: encryptionKey is in another region than the service\'s stack (eu-west-1), got "us-east-1"; give a key of eu-west-1');
  });

  test('what is here, or may be, is taken', () => {
    const token = (text: string) => Lazy.string({ produce: () => text });
    for (const given of [
      secretIn('eu-west-1'),
      (stack: Stack): Props => ({ secret: Secret.fromSecretNameV2(stack, 'Secret', 'shop/reader') }),
      (stack: Stack): Props => ({ secret: Secret.fromSecretCompleteArn(stack, 'Secret', token(secretArn())) }),
      (stack: Stack): Props => ({ encryptionKey: Key.fromKeyArn(stack, 'Key', arn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab', 'eu-west-1', '222222222222')) }),
      (stack: Stack): Props => ({ unloadRole: Role.fromRoleArn(stack, 'Role', token('arn:aws:iam::222222222222:role/unload')) }),
      (stack: Stack): Props => ({ unloadRole: Role.fromRoleName(stack, 'Role', 'unload') }),
    ]) {
      const stack = newStack(here);
      expect(() => connectorIn(stack, given(stack))).not.toThrow();
    }
  });
});

test('a service refuses the removal policy of databases, and takes the others', () => {
  const service = (removalPolicy: RemovalPolicy) => new LookoutService(newStack(), 'Lookout', { removalPolicy });
  expect(() => service(RemovalPolicy.SNAPSHOT)).toThrow('LookoutService: removalPolicy is one that buckets and tables do not have, got "SNAPSHOT"');
  for (const policy of [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE]) {
    expect(() => service(policy)).not.toThrow();
  }
});
