// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnCondition, CfnOutput, CfnParameter, CfnResource, Fn, Stack, Stage } from 'aws-cdk-lib';
import { removeTemporaryFolders, temporaryFolder } from './synthesise';
import { loadAssembly } from '../../local/assembly/assembly';
import { IntrinsicResolver, TemplateError } from '../../local/assembly/intrinsics';
import { creationOrder } from '../../local/assembly/order';
import type { Template } from '../../local/assembly/template';

const PSEUDO = {
  partition: 'aws', region: 'eu-west-1', account: '111122223333', urlSuffix: 'amazonaws.com', stackName: 'Shop', stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Shop/x',
};

afterAll(removeTemporaryFolders);

function resolver(template: Template = {}): IntrinsicResolver {
  return new IntrinsicResolver({
    template: { Resources: { Bucket: { Type: 'AWS::S3::Bucket' }, Later: { Type: 'AWS::S3::Bucket' } }, ...template },
    pseudo: PSEUDO,
    parameters: { Given: 'value' },
    resource: (id) => id === 'Bucket' ? { ref: 'shop-bucket', attributes: { 'Arn': 'arn:aws:s3:::shop-bucket', 'Endpoint.Address': 'x', '__proto__x': '1' } } : undefined,
    exported: (name) => name === 'Other:Export' ? 'exported' : undefined,
  });
}

describe('intrinsic functions', () => {
  test.each<[string, unknown, unknown]>([
    ['Ref of a resource', { Ref: 'Bucket' }, 'shop-bucket'],
    ['Ref of a parameter', { Ref: 'Given' }, 'value'],
    ['pseudo parameters', { 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }, { Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }, { Ref: 'AWS::URLSuffix' }, { Ref: 'AWS::StackName' }]] }, 'arn:aws:eu-west-1:111122223333:amazonaws.com:Shop'],
    ['GetAtt', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:aws:s3:::shop-bucket'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Bucket.Endpoint.Address' }, 'x'],
    ['Sub', { 'Fn::Sub': 's3://${Bucket}/${AWS::Region}/${Bucket.Arn}/${!Kept}' }, 's3://shop-bucket/eu-west-1/arn:aws:s3:::shop-bucket/${Kept}'],
    ['Sub with values', { 'Fn::Sub': ['${a}-${Given}', { a: { Ref: 'Bucket' } }] }, 'shop-bucket-value'],
    ['Sub of a value that looks like a variable', { 'Fn::Sub': ['${a}', { a: '${Bucket}' }] }, '${Bucket}'],
    ['Select of Split', { 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Bucket', 'Arn'] }] }] }, 'shop-bucket'],
    ['ImportValue', { 'Fn::ImportValue': 'Other:Export' }, 'exported'],
    ['Base64', { 'Fn::Base64': 'ü' }, 'w7w='],
    ['nested', { a: [{ b: { Ref: 'Bucket' } }, 1, true, null] }, { a: [{ b: 'shop-bucket' }, 1, true, null] }],
    ['NoValue', { a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    ['Condition of a policy', { Condition: { StringEquals: { a: { Ref: 'Given' } } } }, { Condition: { StringEquals: { a: 'value' } } }],
    ['text that looks like functions', 'Fn::Join $${x} {{start}}', 'Fn::Join $${x} {{start}}'],
  ])('%s', (_, value, expected) => expect(resolver().resolve(value, 'X')).toEqual(expected));

  test('conditions and maps', () => {
    const template: Template = {
      Parameters: { Stage: { Type: 'String', Default: 'prod' }, List: { Type: 'CommaDelimitedList', Default: 'a,b' } },
      Mappings: { Sizes: { 'eu-west-1': { size: 'big' } } },
      Conditions: {
        Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
        Elsewhere: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }] },
        Either: { 'Fn::Or': [{ Condition: 'Elsewhere' }, { Condition: 'Prod' }] },
        Both: { 'Fn::And': [{ Condition: 'Elsewhere' }, { Condition: 'Prod' }] },
      },
    };
    const resolve = resolver(template);
    expect(resolve.resolve({ 'Fn::If': ['Either', 'yes', { 'Fn::GetAtt': ['Nowhere', 'Arn'] }] }, 'X')).toBe('yes');
    expect(resolve.resolve({ 'Fn::If': ['Both', 'yes', { Ref: 'AWS::NoValue' }] }, 'X')).toBeUndefined();
    expect(resolve.resolve({ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'size'] }, 'X')).toBe('big');
    expect(resolve.resolve({ Ref: 'List' }, 'X')).toEqual(['a', 'b']);
  });

  test.each<[unknown, string]>([
    [{ 'Fn::Cidr': ['10.0.0.0/16', 1, 8] }, 'the intrinsic function Fn::Cidr is not known to the embedded cloud'],
    [{ Ref: 'Nothing' }, '"Nothing" is neither a resource nor a parameter of the template'],
    [{ Ref: 'Later' }, 'the resource "Later" does not exist: its condition is false or it was not created'],
    [{ 'Fn::GetAtt': ['Bucket', 'Colour'] }, 'AWS::S3::Bucket "Bucket" has no attribute "Colour" in the embedded cloud; it has Arn, Endpoint.Address, __proto__x'],
    [{ 'Fn::GetAtt': ['Bucket', 'constructor'] }, 'AWS::S3::Bucket "Bucket" has no attribute "constructor"'],
    [{ 'Fn::ImportValue': 'None' }, 'no stack exports "None"'],
    [{ 'Fn::Select': [2, ['a']] }, 'index 2 is not in a list of 1'],
    [{ 'Fn::Join': ['', 'text'] }, 'expected a list, found "text"'],
    [{ 'Fn::Join': ['', [{ a: 1 }]] }, 'expected text, found {"a":1}'],
    [{ 'Fn::FindInMap': ['A', 'b', 'c'] }, 'the template maps nothing for ["A","b","c"]'],
    [{ 'Fn::If': ['Unknown', 1, 2] }, 'the condition "Unknown" is not in the template'],
    [{ 'Fn::Join': ['', []], 'Other': 1 }, 'Fn::Join stands beside other keys'],
    ['{{resolve:ssm:/x}}', 'dynamic references are not known to the embedded cloud: "{{resolve:ssm:/x}}"'],
  ])('%j is an error that names stack and path', (value, message) => {
    const resolve = () => resolver().resolve({ Deep: [value] }, 'Thing.Properties');
    expect(resolve).toThrow(TemplateError);
    expect(resolve).toThrow('stack Shop, Thing.Properties.Deep[0]');
    expect(resolve).toThrow(message);
  });
});

describe('order of creation', () => {
  test('follows references and DependsOn', () => {
    const order = creationOrder({
      Resources: {
        A: { Type: 'T', Properties: { x: { 'Fn::Sub': '${B.Arn}' } } },
        B: { Type: 'T', DependsOn: ['C'], Properties: { y: [{ 'Fn::GetAtt': ['D', 'Arn'] }] } },
        C: { Type: 'T', Properties: { 'Fn::If': ['Z', { Ref: 'D' }, 1] } },
        D: { Type: 'T' },
      },
    });
    expect(order).toEqual(['D', 'C', 'B', 'A']);
  });

  test('refuses circles', () => {
    expect(() => creationOrder({ Resources: { A: { Type: 'T', Properties: { x: { Ref: 'B' } } }, B: { Type: 'T', DependsOn: 'A' } } }))
      .toThrow('resources depend on each other in a circle: A -> B -> A');
  });
});

describe('assemblies', () => {
  test('are read with their stages, environments and paths; stacks come after those that they need', () => {
    const app = new App({ outdir: temporaryFolder(), analyticsReporting: false });
    const stage = new Stage(app, 'Prod', { env: { region: 'eu-central-1' } });
    const consumer = new Stack(stage, 'Consumer');
    const producer = new Stack(stage, 'Producer');
    const made = new CfnResource(producer, 'Made', { type: 'AWS::S3::Bucket' });
    new CfnResource(consumer, 'User', { type: 'AWS::S3::Bucket', properties: { BucketName: made.ref } });
    new CfnCondition(consumer, 'Sometimes', { expression: Fn.conditionEquals(new CfnParameter(consumer, 'Size', { default: 1 }).valueAsString, '1') });
    new CfnOutput(consumer, 'Out', { value: 'x' });
    const { stacks } = loadAssembly(app.synth().directory);
    expect(stacks.map((stack) => stack.name)).toEqual(['Prod-Producer', 'Prod-Consumer']);
    expect(stacks[0].environment).toEqual({ region: 'eu-central-1' });
    expect(stacks[0].paths.get('Made')).toBe('Prod/Producer/Made');
  });

  test('that are missing or broken are named', () => {
    const folder = temporaryFolder();
    expect(() => loadAssembly(join(folder, 'none'))).toThrow(/^cannot read .*none\/manifest\.json: ENOENT.*; synthesise the app first$/);
    mkdirSync(join(folder, 'broken'));
    writeFileSync(join(folder, 'broken', 'manifest.json'), '{');
    expect(() => loadAssembly(join(folder, 'broken'))).toThrow(/broken\/manifest\.json is not JSON/);
    writeFileSync(join(folder, 'manifest.json'), '{}');
    expect(() => loadAssembly(folder)).toThrow(/holds no stack; synthesise the app first/);
  });
});
