// SPDX-License-Identifier: Apache-2.0

import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { connectorIn } from './fixture';
import { Detector, LookoutService, LookoutServiceProps } from '../../src';

/** An app whose connectors, each in a stack of its own, share a service. */
function appOf(connectors: number, props: LookoutServiceProps = {}): App {
  const app = new App();
  const detector = Detector.inAccount({ service: new LookoutService(new Stack(app, 'Shared'), 'Lookout', props) });
  for (let index = 0; index < connectors; index++) connectorIn(new Stack(app, `Stack${index}`), { detector });
  return app;
}

test('more connectors than a service may have detectors fail the synthesis, which tells how many they are', () => {
  expect(() => appOf(12).synth()).toThrow(
    /\[Shared\/Lookout\] LookoutService: maximumDetectors is 10, and 12 connectors use the service, got \["Stack0\/Connector",.*; give `maximumDetectors` to LookoutService: 12 or more/);
  expect(() => appOf(3, { maximumDetectors: 2 }).synth()).toThrow('maximumDetectors is 2, and 3 connectors use the service');
});

test('as many as it may have, or as a token lets it have, do not', () => {
  expect(() => appOf(2, { maximumDetectors: 2 }).synth()).not.toThrow();
  const parameters = new CfnParameter(new Stack(), 'Detectors', { type: 'Number' });
  expect(() => appOf(11, { maximumDetectors: parameters.valueAsNumber }).node.validate()).not.toThrow();
});
