// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { aws_ec2 as ec2, aws_kms as kms } from 'aws-cdk-lib';
import { read, ROOT } from './documents';
import type { Usage } from '../../scripts/cost/measure-usage';
import priceList from '../../scripts/cost/prices.json';
import { synthesiseResources } from '../../scripts/cost/template';
import usage from '../../scripts/cost/usage.json';
import { costTable, monthlyCosts, readmeWithTable, transitionsOfInterval } from '../../scripts/cost-table';
import { DetectorFrequency } from '../../src';
import { runScript } from '../end-to-end/run-script';

test('README has the table that the script makes: if not, run tsx scripts/cost-table.ts', () => {
  expect(read('README.md')).toBe(readmeWithTable(read('README.md')));
  expect(read('README.md')).toContain(priceList.date);
});

test('a table without its place in README is an error', () => {
  expect(() => readmeWithTable('# Something')).toThrow('README.md has no place for the table of costs');
});

test('a type of resource of which nothing is known stops the script', () => {
  const resources = synthesiseResources(DetectorFrequency.HOURLY, stack => {
    new kms.Key(stack, 'Key');
    new ec2.CfnEIP(stack, 'Address');
  });
  expect(() => monthlyCosts('PT1H', resources)).toThrow(
    /^the template has AWS::(KMS::Key, AWS::EC2::EIP|EC2::EIP, AWS::KMS::Key): say in scripts\/cost-table\.ts what it costs, with a price in scripts\/cost\/prices\.json, or that it is free$/);
});

test('what is paid for grows with the intervals and with what the template has', () => {
  const hourly = monthlyCosts('PT1H', synthesiseResources(DetectorFrequency.HOURLY));
  expect(hourly['Step Functions']).toBeCloseTo(730 * transitionsOfInterval * 0.025 / 1000, 6);
  expect(monthlyCosts('PT5M', synthesiseResources(DetectorFrequency.FIVE_MINUTES))['Step Functions']).toBeCloseTo(12 * hourly['Step Functions'], 6);
  // ten alarms, of which some watch several metrics
  expect(hourly['CloudWatch alarms']).toBeGreaterThanOrEqual(1);
  expect(costTable().split('\n').every(line => line.startsWith('| '))).toBe(true);
});

test('each price names the page of AWS that it is from', () => {
  for (const { dollars, per, page } of Object.values(priceList.prices)) {
    expect(dollars).toBeGreaterThan(0);
    expect(per).toBeGreaterThanOrEqual(1);
    expect(page).toMatch(/^https:\/\/aws\.amazon\.com\/[\w/-]+\/$/);
  }
});

test('the usage that is counted today is the one that the table is made of: if not, run tsx scripts/cost/measure-usage.ts', async () => {
  const { code, stdout, stderr } = await runScript('scripts/cost/measure-usage.ts', ['--days', '1', '--folder', join(ROOT, '.tmp', 'cost-test')]);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const counted = JSON.parse(stdout) as Usage;
  // these are the same for every interval; the others follow the anomalies of the days that were streamed
  for (const name of ['stateTransitions', 'invocations', 'customMetrics', 's3Puts', 's3Gets'] as const) expect({ [name]: counted[name] }).toEqual({ [name]: usage[name] });
  for (const name of ['dynamodbReads', 'dynamodbWrites', 'logBytes'] as const) expect(Math.abs(counted[name] / usage[name] - 1)).toBeLessThan(0.5);
}, 180_000);
