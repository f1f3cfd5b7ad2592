// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { configuration, resource } from './fixture';

const ROOT = join(__dirname, '..', '..');

/** Synthesizes examples/typescript as `cdk synth -c ...` does. */
function synthesizeExample(context: Record<string, string>): { errors: string; read: (file: string) => any } {
  const out = mkdtempSync(join(tmpdir(), 'example-'));
  const bin = join(ROOT, 'node_modules', '.bin');
  const { stderr } = spawnSync(join(bin, 'tsx'), ['--tsconfig', join(ROOT, 'tsconfig.dev.json'), join(ROOT, 'examples', 'typescript', 'app.ts')], {
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context) }, encoding: 'utf8',
  });
  return { errors: stderr, read: file => JSON.parse(readFileSync(join(out, file), 'utf8')) };
}

const template = (example: ReturnType<typeof synthesizeExample>) => Template.fromJSON(example.read('RedshiftLookoutEcommerce.template.json'));

test('watches every hour', () => {
  const example = synthesizeExample({});
  expect(example.errors).toBe('');
  const { settings, metricSet, warehouse } = configuration(template(example), 'Custom::RedshiftLookoutDetector');
  expect(warehouse).toEqual({ ClusterIdentifier: 'l4m-demo', Database: 'l4mdemo', SecretArn: 'redshift-l4mintegration' });
  expect(metricSet).toMatchObject({ MetricSetFrequency: 'PT1H', DimensionList: ['platform', 'marketplace'] });
  expect(settings.query).toContain("where e.ts >= '{{start}}' and e.ts < '{{end}}'");
  expect(settings).not.toHaveProperty('historicalQuery');
  expect(configuration(template(example), 'Custom::RedshiftLookoutAlert').alert).toMatchObject({ AlertSensitivityThreshold: 70 });
});

test('-c published=true takes the published solution\'s queries, with their warnings', () => {
  const example = synthesizeExample({ published: 'true' });
  const { settings } = configuration(template(example), 'Custom::RedshiftLookoutDetector');
  expect(settings.query).toMatch(/ecommerce\.ts < DATEADD\(hour, 0, getdate\(\)\) and ecommerce\.ts > DATEADD\(hour, -1, getdate\(\)\)$/);
  expect(settings.historicalQuery).toMatch(/ecommerce\.ts < dateadd\(hour, -1, sysdate\)$/);
  const entries = Object.values<any>(example.read('manifest.json').artifacts).flatMap(({ metadata = {} }) => Object.values<any>(metadata).flat());
  expect(entries.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => data)).toEqual([
    expect.stringMatching(/^query has no placeholders/), expect.stringMatching(/^historicalQuery has no placeholders/),
  ]);
});

test('-c frequency sets the frequency', () => {
  expect(resource(template(synthesizeExample({ frequency: 'PT5M' })), 'AWS::Scheduler::Schedule', 'EcommerceSchedule').Properties.ScheduleExpression).toBe('cron(0/5 * * * ? *)');
  expect(synthesizeExample({ frequency: 'PT2H' }).errors).toContain('context "frequency" must be one of PT5M, PT10M, PT1H, P1D, found "PT2H"');
});
