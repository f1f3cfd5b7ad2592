// SPDX-License-Identifier: Apache-2.0

import { App, Stack, StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import {
  ConnectorQuery, DetectorFrequency, Metric, RedshiftCluster, RedshiftLookoutConnector, RedshiftLookoutConnectorProps, TimestampColumn,
} from '../../src';

export const QUERY = "select ts, views, revenue, platform from ecommerce where ts >= '{{start}}' and ts < '{{end}}'";

/** The least that a connector needs. */
export function minimalProps(): RedshiftLookoutConnectorProps {
  return {
    cluster: RedshiftCluster.provisionedByName('shop'),
    database: 'sales',
    query: ConnectorQuery.fromString(QUERY),
    timestampColumn: TimestampColumn.of('ts', 'yyyy-MM-dd HH:mm:ss'),
    metrics: [Metric.sum('views')],
    frequency: DetectorFrequency.HOURLY,
  };
}

export function connectorIn(scope: Construct, props: Partial<RedshiftLookoutConnectorProps> = {}, id = 'Connector'): RedshiftLookoutConnector {
  return new RedshiftLookoutConnector(scope, id, { ...minimalProps(), ...props });
}

export function newStack(props: StackProps = {}, id = 'Stack'): Stack {
  return new Stack(new App(), id, props);
}

/** A connector with a secret in a stack of its own, and the template. */
export function synthesize(
  props: Partial<RedshiftLookoutConnectorProps> = {}, stack = newStack(),
): { connector: RedshiftLookoutConnector; template: Template } {
  const connector = connectorIn(stack, { secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', 'shop/reader'), ...props });
  return { connector, template: Template.fromStack(stack) };
}

type Json = any; // templates have no types

/** All resources of a template of one type, by logical id. */
export function resources(template: Template, type: string): Record<string, Json> {
  return template.findResources(type);
}

/** The one resource of a type whose logical id begins like this. */
export function resource(template: Template, type: string, begins: string): Json {
  const found = Object.entries(resources(template, type)).filter(([id]) => id.startsWith(begins));
  if (found.length !== 1) throw new Error(`expected one ${type} ${begins}..., found ${found.map(([id]) => id)} of ${Object.keys(resources(template, type))}`);
  return found[0][1];
}

/** Text of a value, with references as `<LogicalId>` or `<LogicalId.Attribute>`. */
export function text(value: Json): string {
  if (typeof value === 'string') return value;
  if (value['Fn::Join']) return value['Fn::Join'][1].map(text).join(value['Fn::Join'][0]);
  if (value['Fn::Select']) return `select ${value['Fn::Select'][0]} of ${text(value['Fn::Select'][1])}`;
  if (value['Fn::Split']) return `split ${text(value['Fn::Split'][1])}`;
  if (value.Ref) return `<${value.Ref}>`;
  if (value['Fn::GetAtt']) return `<${value['Fn::GetAtt'].join('.')}>`;
  if (value['Fn::ImportValue']) return `<${text(value['Fn::ImportValue'])}>`;
  throw new Error(`no text: ${JSON.stringify(value)}`);
}

/** Definition of a state machine. */
export function definition(template: Template, begins: string): Json {
  return JSON.parse(text(resource(template, 'AWS::StepFunctions::StateMachine', begins).Properties.DefinitionString));
}

/** A definition with names in its ARNs as a deployment would put them, for validators. */
export function deployed(machine: Json): Json {
  return JSON.parse(JSON.stringify(machine)
    .replace(/<(\w+)\.Arn>/g, 'arn:aws:lambda:us-east-1:123456789012:function:$1')
    .replace(/<AWS::Partition>/g, 'aws'));
}

/** `Configuration` of a custom resource. */
export function configuration(template: Template, type: string): Json {
  const [found] = Object.values(resources(template, type));
  return JSON.parse(text(found.Properties.Configuration));
}

/** Statements of a role's policies: `[actions, resources, condition]`, texts sorted. */
export function statements(template: Template, roleBegins: string): { actions: string[]; resources: string[]; condition?: Json }[] {
  const list = (value: Json): string[] => (Array.isArray(value) ? value : [value]).map(text);
  return Object.values(resources(template, 'AWS::IAM::Policy'))
    .filter(policy => policy.Properties.Roles.some((role: Json) => text(role).startsWith(`<${roleBegins}`)))
    .flatMap(policy => policy.Properties.PolicyDocument.Statement)
    .map(statement => ({
      actions: list(statement.Action), resources: list(statement.Resource), ...(statement.Condition ? { condition: statement.Condition } : {}),
    }));
}

/** A template with asset hashes masked. */
export function masked(template: Template): Json {
  return JSON.parse(JSON.stringify(template.toJSON()).replace(/[0-9a-f]{64}/g, '<asset>'));
}
