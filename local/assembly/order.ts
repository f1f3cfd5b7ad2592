// SPDX-License-Identifier: Apache-2.0

import { TemplateError } from './intrinsics';
import type { Template } from './template';

/** Logical ids that a value refers to: Ref, Fn::GetAtt and Fn::Sub. */
function references(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) references(item, found);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      if (key === 'Ref' && typeof item === 'string') found.add(item);
      else if (key === 'Fn::GetAtt') found.add(typeof item === 'string' ? item.split('.')[0] : String((item as unknown[])[0]));
      else if (key === 'Fn::Sub') substitutions(typeof item === 'string' ? item : String((item as unknown[])[0]), found);
      references(item, found);
    }
  }
}

function substitutions(text: string, found: Set<string>): void {
  for (const [, name] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) found.add(name.split('.')[0]);
}

/**
 * Logical ids of a template in the order in which the resources can be created: each after those it refers to or depends on, otherwise
 * as they stand in the template. A circle is a TemplateError that names it.
 */
export function creationOrder(template: Template): string[] {
  const resources = template.Resources ?? {};
  const order = new Set<string>();
  const visit = (id: string, path: string[]) => {
    if (order.has(id) || !Object.hasOwn(resources, id)) return;
    if (path.includes(id)) {
      throw new TemplateError(`resources depend on each other in a circle: ${[...path.slice(path.indexOf(id)), id].join(' -> ')}`);
    }
    const needed = new Set<string>([resources[id].DependsOn ?? []].flat());
    references(resources[id].Properties, needed);
    for (const other of needed) visit(other, [...path, id]);
    order.add(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
  return [...order];
}
