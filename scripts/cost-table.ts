// SPDX-License-Identifier: Apache-2.0

/**
 * Writes README's table of what a connector costs a month, `tsx scripts/cost-table.ts`: from the resources of the synthesised template, what an
 * interval was counted to use (cost/usage.json), and public prices with their date and pages (cost/prices.json).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DetectorFrequency } from '../src';
import priceList from './cost/prices.json';
import { synthesiseResources, type TemplateResource, type TemplateResources } from './cost/template';
import usage from './cost/usage.json';
import { FREQUENCY_SECONDS, type Frequency } from '../src/private/contract';
import { FIRST_WAIT_SECONDS, WAIT_GROWTH_SECONDS } from '../src/private/settings';

const HOURS = 730;
const GIGABYTE = 1e9;

/** What depends on the user's data and on AWS, and was not measured. README says so. */
export const ASSUMED = {
  timeSeries: 1000,
  measures: 2,
  /** Of a row in the files. */
  rowBytes: 80,
  statementSeconds: 10,
  /** Files that an UNLOAD writes beyond the one that was counted: one for each slice of the cluster. */
  moreFiles: 7,
  crawlFunctionSeconds: 0.4,
  detectFunctionSeconds: 3,
  /** Of the Crawl state machine, whose log tells every event without its data. */
  logBytesOfState: 1200,
  daysOfHistory: 90,
  monthsOfLogs: 3,
  liveDays: 90,
  alerts: 100,
};

type Price = keyof typeof priceList.prices;
const cost = (price: Price, amount: number) => amount * priceList.prices[price].dollars / priceList.prices[price].per;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

interface Workload {
  readonly intervals: number;
  readonly resources: TemplateResources;
}

interface Line {
  readonly service: string;
  /** What is paid for, in words. */
  readonly pays: string;
  readonly types: readonly string[];
  /** Dollars a month. */
  readonly dollars: (workload: Workload, resources: readonly TemplateResource[]) => number;
}

const rowsOfInterval = ASSUMED.timeSeries / ASSUMED.measures;

function looks(): number {
  let [waited, next, count] = [0, FIRST_WAIT_SECONDS, 0];
  for (; waited < ASSUMED.statementSeconds; next += WAIT_GROWTH_SECONDS, count++) waited += next;
  return count;
}

/** States of a run, more looks at the statement (wait, count, look, choose) than the one that was counted, and its end. */
export const transitionsOfInterval = usage.stateTransitions + 4 * (looks() - 1) + 1;

function lambdaDollars({ intervals, resources }: Workload): number {
  const seconds: Record<string, number> = { CrawlFunction: ASSUMED.crawlFunctionSeconds, DetectFunction: ASSUMED.detectFunctionSeconds };
  return sum(Object.entries(usage.invocations).filter(([, count]) => count > 0).map(([name, count]) => {
    const found = Object.entries(resources).filter(([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.includes(name));
    if (found.length !== 1) throw new Error(`the template has ${found.length} functions named ${name}: measure the usage again`);
    const { MemorySize, Architectures } = found[0][1].Properties;
    if (Architectures?.[0] !== 'arm64') throw new Error(`${found[0][0]} is not for Arm, whose price the list has`);
    if (seconds[name] === undefined) throw new Error(`nothing is assumed of how long ${name} runs`);
    return cost('lambdaRequest', intervals * count) + cost('lambdaGigabyteSecondArm', intervals * count * seconds[name] * MemorySize / 1024);
  }));
}

/** Metrics that an alarm watches: each is paid for. */
const watched = ({ Properties }: TemplateResource) =>
  Properties.Metrics === undefined ? 1 : Properties.Metrics.filter(({ MetricStat }: { MetricStat?: unknown }) => MetricStat).length as number;

const LINES: readonly Line[] = [
  { service: 'Step Functions', pays: `${transitionsOfInterval} state transitions an interval`, types: ['AWS::StepFunctions::StateMachine'], dollars: ({ intervals }) => cost('stateTransition', intervals * transitionsOfInterval) },
  { service: 'Lambda', pays: `${sum(Object.values(usage.invocations))} invocations an interval`, types: ['AWS::Lambda::Function'], dollars: lambdaDollars },
  { service: 'CloudWatch metrics', pays: `${usage.customMetrics} custom metrics`, types: [], dollars: ({ intervals }) => cost('customMetric', usage.customMetrics * Math.min(1, intervals / HOURS)) },
  { service: 'CloudWatch alarms', pays: '`addAlarms`', types: ['AWS::CloudWatch::Alarm'], dollars: (_, alarms) => cost('alarmMetric', sum(alarms.map(watched))) },
  {
    service: 'CloudWatch Logs',
    pays: 'functions and state machines',
    types: ['AWS::Logs::LogGroup'],
    dollars: ({ intervals }) => {
      const gigabytes = intervals * (usage.logBytes + transitionsOfInterval * ASSUMED.logBytesOfState) / GIGABYTE;
      return cost('logIngestion', gigabytes) + cost('logStorage', gigabytes * ASSUMED.monthsOfLogs);
    },
  },
  {
    service: 'DynamoDB',
    pays: 'ledger, detectors, anomaly groups',
    types: ['AWS::DynamoDB::Table'],
    dollars: ({ intervals }, tables) => {
      const gigabytes = intervals * 12 * usage.dynamodbWrites * 1000 / GIGABYTE; // what a year leaves, each write an item of a kilobyte
      return cost('dynamodbWrite', intervals * usage.dynamodbWrites) + cost('dynamodbRead', intervals * usage.dynamodbReads) + cost('dynamodbStorage', gigabytes)
        + (tables.some(({ Properties }) => Properties.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled) ? cost('dynamodbBackup', gigabytes) : 0);
    },
  },
  {
    service: 'S3',
    pays: `files of history, ${ASSUMED.liveDays} days of intervals, models`,
    types: ['AWS::S3::Bucket'],
    dollars: ({ intervals }) => cost('s3Put', intervals * (usage.s3Puts + ASSUMED.moreFiles)) + cost('s3Get', intervals * (usage.s3Gets + ASSUMED.moreFiles))
      + cost('s3Storage', intervals / HOURS * 24 * (ASSUMED.daysOfHistory + ASSUMED.liveDays) * rowsOfInterval * ASSUMED.rowBytes / GIGABYTE),
  },
  { service: 'EventBridge Scheduler', pays: 'a run an interval', types: ['AWS::Scheduler::Schedule'], dollars: ({ intervals }) => cost('scheduledRun', intervals) },
  {
    service: 'SNS, SQS',
    pays: `${ASSUMED.alerts} alerts`,
    types: ['AWS::SNS::Topic', 'AWS::SQS::Queue'],
    dollars: () => cost('snsPublish', ASSUMED.alerts) + cost('sqsRequest', ASSUMED.alerts),
  },
];

/** What AWS does not charge for by itself. Custom resources are invocations while a stack is deployed. */
const FREE = /^(AWS::IAM::(Role|Policy)|AWS::(S3::Bucket|SQS::Queue|SNS::Topic)Policy|AWS::Lambda::(EventInvokeConfig|Permission|Alias|Version)|Custom::RedshiftLookout\w+|AWS::CDK::Metadata)$/;

/** Dollars a month of each line. @throws when the template has a type of resource of which nothing is known */
export function monthlyCosts(frequency: Frequency, resources: TemplateResources): Record<string, number> {
  const known = LINES.flatMap(({ types }) => types);
  const unknown = [...new Set(Object.values(resources).map(({ Type }) => Type))].filter(type => !known.includes(type) && !FREE.test(type));
  if (unknown.length > 0) {
    throw new Error(`the template has ${unknown.join(', ')}: say in scripts/cost-table.ts what it costs, `
      + 'with a price in scripts/cost/prices.json, or that it is free');
  }
  const workload = { intervals: HOURS * 3600 / FREQUENCY_SECONDS[frequency], resources };
  const ofTypes = (types: readonly string[]) => Object.values(resources).filter(({ Type }) => types.includes(Type));
  return Object.fromEntries(LINES.map(line => [line.service, line.dollars(workload, ofTypes(line.types))]));
}

const dollars = (value: number) => value < 0.005 ? 'under 0.01' : value.toFixed(2);
const COLUMNS = { 'daily': DetectorFrequency.DAILY, 'hourly': DetectorFrequency.HOURLY, 'every 5 minutes': DetectorFrequency.FIVE_MINUTES };

/** The table, as README has it. */
export function costTable(): string {
  const costs = Object.values(COLUMNS).map(frequency => monthlyCosts(frequency.value as Frequency, synthesiseResources(frequency)));
  const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row('US dollars a month', ...Object.keys(COLUMNS)),
    row('---', ...costs.map(() => '---:')),
    ...LINES.map(({ service, pays }) => row(`${service}: ${pays}`, ...costs.map(each => dollars(each[service])))),
    row('**together**', ...costs.map(each => `**${dollars(sum(Object.values(each)))}**`)),
  ].join('\n');
}

const README = join(__dirname, '..', 'README.md');
const MARKS = /(<!-- cost: written by tsx scripts\/cost-table\.ts -->\n\n)[^]*?(<!-- end of cost -->)/;

/** README with the table in its place. */
export function readmeWithTable(readme: string): string {
  if (!MARKS.test(readme)) throw new Error('README.md has no place for the table of costs');
  return readme.replace(MARKS, (_, before: string, after: string) => `${before}${costTable()}\n\n${after}`);
}

if (require.main === module) writeFileSync(README, readmeWithTable(readFileSync(README, 'utf8')));
