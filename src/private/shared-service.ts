// SPDX-License-Identifier: Apache-2.0

import { IConstruct } from 'constructs';
import { invalid } from './errors';
import type { LookoutService } from '../lookout-service';

/** Connectors of the app that use a service, each of which has a detector there. */
const CONNECTORS = new WeakMap<LookoutService, IConstruct[]>();

/**
 * Counts a connector among those of its service. More of them than it may have detectors fail the synthesis, which knows them all, and not the
 * deployment of the one that comes last. A quota that is a token is left to the service.
 */
export function joinService(service: LookoutService, connector: IConstruct): void {
  const known = CONNECTORS.get(service);
  if (known) {
    known.push(connector);
    return;
  }
  const connectors = [connector];
  CONNECTORS.set(service, connectors);
  service.node.addValidation({ validate: () => connectors.length > service._quotas.detectors ? [tooMany(service, connectors)] : [] });
}

function tooMany(service: LookoutService, connectors: IConstruct[]): string {
  return invalid('LookoutService', 'maximumDetectors', `is ${service._quotas.detectors}, and ${connectors.length} connectors use the service`,
    connectors.map(({ node }) => node.path), `give \`maximumDetectors\` to LookoutService: ${connectors.length} or more`).message;
}
