// SPDX-License-Identifier: Apache-2.0

import { Template } from 'aws-cdk-lib/assertions';
import { ACTION_WILDCARDS, PERMISSION_REASONS, type PermissionReason } from './permission-reasons';
import { roleStatements, type RoleStatement } from './statements';
import { VARIANTS, variantStack } from './variants';

/** A statement with its one reason, and the variants that have it. */
export interface ReasonedStatement extends RoleStatement {
  readonly variants: string[];
  readonly reason: PermissionReason;
}

/** Reasons that fit a statement. */
export function reasonsOf(statement: RoleStatement): PermissionReason[] {
  const actions = statement.actions.join();
  return PERMISSION_REASONS.filter(reason => [...reason.actions].sort().join() === actions
    && (reason.roles === undefined || reason.roles.some(role => statement.role.startsWith(role))));
}

/** What is wrong with a statement: no reason, several, or a `*` that has none. */
export function problemsOf(statement: RoleStatement): string[] {
  const where = `${statement.role}: ${statement.actions.join(', ')}`;
  const reasons = reasonsOf(statement);
  if (reasons.length !== 1) return [`${where}: ${reasons.length} reasons fit in permission-reasons.ts, and one must`];
  const wildcards = statement.resources.filter(resource => resource.includes('*') && !Object.hasOwn(reasons[0].wildcards ?? {}, resource));
  const actions = statement.actions.filter(action => action.includes('*') && !ACTION_WILDCARDS.includes(action));
  return [...wildcards.map(each => `${where}: no reason is given for the resource ${each}`), ...actions.map(each => `${where}: no reason is given for the action ${each}`)];
}

/** Every statement of every variant, once. */
export function allStatements(): (RoleStatement & { readonly variants: string[] })[] {
  const found = new Map<string, RoleStatement & { readonly variants: string[] }>();
  for (const name of Object.keys(VARIANTS)) {
    for (const statement of roleStatements(Template.fromStack(variantStack(name)))) {
      const named = { ...statement, resources: statement.resources.map(resource => resource.replace(/LookoutForMetrics-Connector-[0-9A-F]{8}/, '<detector>')) };
      const key = JSON.stringify(named);
      const entry = found.get(key) ?? { ...named, variants: [] };
      if (!entry.variants.includes(name)) entry.variants.push(name);
      found.set(key, entry);
    }
  }
  return [...found.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, entry]) => entry);
}

/** docs/permissions.md. */
export function permissionsDocument(): string {
  const statements = allStatements();
  const all = Object.keys(VARIANTS).length;
  const code = (texts: string[]) => texts.map(each => `\`${each}\``).join('<br>');
  const lines = [
    '# Permissions',
    '',
    'Every statement that a role of the library can have, and why. Generated from synthesised templates by',
    '`npx jest test/static/permissions.test.ts -u`; the same test fails when a statement, or a `*` in it, has no reason in',
    '`test/static/permission-reasons.ts`. References are written `<LogicalId>`, without the connector\'s own id. Roles that are given',
    '(`unloadRole`) are not in it, nor the grants that you make, nor those of a `SampleWarehouse`.',
    '',
    `Templates: ${Object.keys(VARIANTS).join(', ')}.`,
    '',
  ];
  for (const role of [...new Set(statements.map(each => each.role))]) {
    lines.push(`## ${role}`, '', '| what it may do | why |', '| --- | --- |');
    for (const statement of statements.filter(each => each.role === role)) {
      const [reason] = reasonsOf(statement);
      const wildcards = [...new Set(statement.resources.map(resource => reason?.wildcards?.[resource]).filter(each => each !== undefined))];
      const condition = statement.condition ? `<br>if \`${statement.condition}\`` : '';
      const where = statement.variants.length === all ? '' : `. Only in ${statement.variants.join(', ')}`;
      // actions and resources one below the other: side by side their names, which do not break, leave no room for the reason
      lines.push(`| ${code(statement.actions)}<br>on ${code(statement.resources)}${condition} | ${reason?.reason}`
        + `${wildcards.length > 0 ? `. \`*\`: ${wildcards.join('; ')}` : ''}${where} |`);
    }
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
