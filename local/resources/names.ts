// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Resource } from './resource';

/**
 * Physical name of a resource: the one that the template gives (in the property `property`), or one made of stack and logical id as
 * CloudFormation does, but the same on every run.
 */
export function physicalName(resource: Resource, property: string, longest: number): string {
  const given = resource.properties[property];
  if (typeof given === 'string') return given;
  const suffix = uniqueId(resource).slice(0, 12).toUpperCase();
  const room = longest - suffix.length - 2;
  const stack = resource.pseudo.stackName.slice(0, Math.floor(room / 2));
  return `${stack}-${resource.logicalId.slice(0, room - stack.length)}-${suffix}`;
}

/** A hexadecimal id that is this resource's alone, and the same on every run. */
export function uniqueId(resource: Resource): string {
  return createHash('sha256').update(JSON.stringify([resource.pseudo.stackId, resource.logicalId])).digest('hex');
}

/** The same as a UUID. */
export function uniqueUuid(resource: Resource): string {
  const id = uniqueId(resource);
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`;
}
