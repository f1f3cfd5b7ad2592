import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { newStack, statements } from './fixture';
import { LookoutService } from '../../src';

let stack: Stack;
let service: LookoutService;
beforeEach(() => {
  stack = newStack();
  service = new LookoutService(stack, 'Lookout');
});

test('there is no address, and no concurrency is reserved, unless they are asked for', () => {
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Url', 0);
  template.resourceCountIs('AWS::Lambda::Permission', 0);
  template.resourcePropertiesCountIs('AWS::Lambda::Function', { ReservedConcurrentExecutions: 20 }, 0);
});

test('the address answers signed requests of identities with the right, and so many at a time', () => {
  const url = service.addFunctionUrl({ maximumConcurrency: 5 });
  const caller = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
  url.grantInvokeUrl(caller);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM', Cors: Match.absent() });
  template.resourcePropertiesCountIs('AWS::Lambda::Function', { ReservedConcurrentExecutions: 5 }, 1);
  template.resourceCountIs('AWS::Lambda::Permission', 0); // nobody is let in by the function's own policy
  expect(statements(template, 'Caller').flatMap(({ actions }) => actions)).toContain('lambda:InvokeFunctionUrl');
});

test('there is one address', () => {
  service.addFunctionUrl();
  expect(() => service.addFunctionUrl()).toThrow('LookoutService: addFunctionUrl was called before, got "Stack/Lookout/ServiceFunction/FunctionUrl"; use the URL that it gave');
});

test.each([0, -1, 1.5, NaN])('maximumConcurrency %p is refused', maximumConcurrency => {
  expect(() => service.addFunctionUrl({ maximumConcurrency })).toThrow('LookoutService: maximumConcurrency is not a whole number from 1');
});

test('the most detectors are told to the service function, and only a whole number from 1', () => {
  new LookoutService(stack, 'Large', { maximumDetectors: 250 });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ MAXIMUM_DETECTORS: '250', DETECT_FUNCTION_NAME: Match.anyValue() }) },
  });
  for (const maximumDetectors of [0, -1, 2.5, NaN]) {
    expect(() => new LookoutService(stack, `Lookout${maximumDetectors}`, { maximumDetectors }))
      .toThrow('LookoutService: maximumDetectors is not a whole number from 1');
  }
});
