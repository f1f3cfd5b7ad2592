// SPDX-License-Identifier: Apache-2.0

import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { invalid } from './errors';
import { refuse, SUBJECT } from './validation-base';

/** Connectors of an app, by its root, and their detectors' names. */
const DETECTORS = new WeakMap<IConstruct, { readonly name: string; readonly connector: IConstruct }[]>();

/** Alerts of a service, or of a connector without one, by their names. */
const ALERTS = new WeakMap<IConstruct, Map<string, IConstruct>>();

/**
 * Refuses a detector's name that another connector of the app has in the same account and region. Where they share a service, the deployment of one
 * would fail; where they do not, their metrics have the same dimensions, and each one's alarms tell of the other. Tokens pass.
 */
export function takeDetectorName(connector: IConstruct, name: string): void {
  if (Token.isUnresolved(name)) return;
  const { root } = connector.node;
  const taken = DETECTORS.get(root) ?? [];
  const other = taken.find(each => each.name === name && areTogether(each.connector, connector));
  if (other) {
    throw refuse('detectorName', `is that of the connector ${other.connector.node.path}, in the same account and region`, name,
      'give each connector a name of its own: their metrics and alarms go by it');
  }
  DETECTORS.set(root, [...taken, { name, connector }]);
}

/** Refuses an alert's name that another alert of the same service has. */
export function takeAlertName(service: IConstruct, alert: IConstruct, name: string): void {
  if (Token.isUnresolved(name)) return;
  const taken = ALERTS.get(service) ?? new Map<string, IConstruct>();
  const other = taken.get(name);
  if (other) throw invalid(SUBJECT, 'alertName', `is the name of the alert ${other.node.path}, which the same service sends`, name, 'give each alert a name of its own');
  ALERTS.set(service, taken.set(name, alert));
}

/** Whether two constructs are known to be deployed into the same account and region. */
function areTogether(one: IConstruct, other: IConstruct): boolean {
  const [a, b] = [topStackOf(one), topStackOf(other)];
  const isKnown = !Token.isUnresolved(a.account) && !Token.isUnresolved(a.region);
  return a === b || (isKnown && a.account === b.account && a.region === b.region);
}

function topStackOf(construct: IConstruct): Stack {
  let stack = Stack.of(construct);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
}
