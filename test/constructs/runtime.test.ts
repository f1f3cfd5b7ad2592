// SPDX-License-Identifier: Apache-2.0

import { Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { connectorIn, newStack, resources } from './fixture';
import { LookoutService } from '../../src';

test.each([
  ['of another language', Runtime.JAVA_17, 'java17'],
  ['of another language', Runtime.PYTHON_3_12, 'python3.12'],
  ['of the system alone', Runtime.PROVIDED_AL2023, 'provided.al2023'],
  ['that is too old', Runtime.NODEJS_18_X, 'nodejs18.x'],
  ['that is too old', Runtime.NODEJS_20_X, 'nodejs20.x'],
  ['without a version', Runtime.NODEJS, 'nodejs'],
])('a runtime %s is refused: %p', (_, runtime, name) => {
  const message = `runtime is not Node.js 22 or newer, got "${name}"; leave it out, or give lambda.Runtime.NODEJS_24_X`;
  const stack = newStack();
  expect(() => connectorIn(stack, { runtime })).toThrow(`RedshiftLookoutConnector: ${message}`);
  expect(stack.node.findChild('Connector').node.children).toEqual([]);
  expect(() => new LookoutService(stack, 'Lookout', { runtime })).toThrow(`LookoutService: ${message}`);
});

test('a text in place of a runtime is refused', () => {
  expect(() => connectorIn(newStack(), { runtime: 'nodejs24.x' as unknown as Runtime })).toThrow('runtime is not Node.js 22 or newer, got "nodejs24.x"');
});

test.each([
  ['the newest that a region has', Runtime.NODEJS_LATEST],
  ['the least', Runtime.NODEJS_22_X],
  ['one that is newer than the CDK', new Runtime('nodejs26.x', RuntimeFamily.NODEJS)],
  ['one without a family', new Runtime('nodejs26.x')],
  ['a token', new Runtime(Lazy.string({ produce: () => 'nodejs24.x' }), RuntimeFamily.NODEJS)],
])('%s is taken', (_, runtime) => {
  const stack = newStack();
  connectorIn(stack, { runtime });
  const used = Object.values(resources(Template.fromStack(stack), 'AWS::Lambda::Function')).map(({ Properties }) => Properties.Runtime);
  expect(used).toContain(stack.resolve(runtime.name));
});
