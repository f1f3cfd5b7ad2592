// SPDX-License-Identifier: Apache-2.0

import { Template } from 'aws-cdk-lib/assertions';
import { resources, text } from '../constructs/fixture';

/** One statement of a role's policy, with logical ids as they are without their hashes. */
export interface RoleStatement {
  readonly role: string;
  readonly actions: string[];
  readonly resources: string[];
  readonly condition?: string;
}

const list = (value: unknown): unknown[] => Array.isArray(value) ? value : [value];

/** A value in words: references as `<LogicalId.Attribute>` without the connector's own id and the hash. */
function words(value: unknown): string {
  return text(value)
    .replace(/<AWS::(\w+)>/g, (_, name: string) => name.toLowerCase())
    .replace(/<(?:Connector)?(\w+?)(?:[0-9A-F]{8})?(?:\.\w+)?>/g, '<$1>');
}

/** Values that are intrinsic functions, in words, wherever they stand in a condition. */
function wordsWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wordsWithin);
  if (typeof value !== 'object' || value === null) return value;
  const [key, ...more] = Object.keys(value);
  if (more.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) return words(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, wordsWithin(each)]));
}

/** The statements of all roles in a template, those within the roles included. */
export function roleStatements(template: Template): RoleStatement[] {
  const roleName = (id: string) => id.replace(/^Connector/, '').replace(/[0-9A-F]{8}$/, '');
  const found: RoleStatement[] = [];
  const add = (role: string, document: { Statement: Record<string, unknown>[] }) => {
    for (const statement of document.Statement) {
      for (const unusual of ['NotAction', 'NotResource']) {
        if (unusual in statement) throw new Error(`the role ${role} has a statement with ${unusual}: ${JSON.stringify(statement)}`);
      }
      found.push({
        role,
        actions: list(statement.Action).map(String).sort(),
        resources: list(statement.Resource).map(words),
        ...(statement.Condition ? { condition: JSON.stringify(wordsWithin(statement.Condition)) } : {}),
      });
    }
  };
  for (const [id, role] of Object.entries(resources(template, 'AWS::IAM::Role'))) {
    if (role.Properties.ManagedPolicyArns) found.push({ role: roleName(id), actions: ['managed policies'], resources: role.Properties.ManagedPolicyArns.map(words) });
    for (const policy of role.Properties.Policies ?? []) add(roleName(id), policy.PolicyDocument);
  }
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) {
    for (const policy of Object.values(resources(template, type))) {
      for (const role of policy.Properties.Roles) add(roleName(words(role).slice(1, -1)), policy.Properties.PolicyDocument);
    }
  }
  return found;
}
