// SPDX-License-Identifier: Apache-2.0

import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { BoundBackend } from './backend';
import { ALERT_TAGS, AlertConfiguration, DEFAULT_ALERT_THRESHOLD, DEFAULT_MAXIMUM_ALERTS, RESOURCE_TYPES } from './contract';
import { ResourceProvider } from './custom-resources';
import { invalid } from './errors';
import { createAlertRole } from './roles';
import { takeAlertName } from './taken-names';
import { uniqueName } from './unique-name';
import { AlertSurroundings, validateAlert } from './validation-alert';
import { requireSame } from './validation-places';
import { warnOfLowThreshold } from './warnings';
import type { AlertOptions } from '../alert';

/** A target that the alerts' role may send to. */
export interface BoundTarget extends Pick<AlertConfiguration['alert'], 'Action' | 'Tags'> {
  /** Option that asks for what Lookout for Metrics itself does not do. */
  readonly onlyInAccount?: 'snsFormat' | 'target';
}

/** The alerts of one connector: scope of those that `addAlert` makes, and keeper of the role that sends them. */
export class AlertRegistry extends Construct {
  private readonly names: string[] = [];

  public constructor(
    scope: Construct, private readonly backend: BoundBackend, private readonly provider: ResourceProvider, private readonly detectorArn: string,
    private readonly columns: Pick<AlertSurroundings, 'metrics' | 'dimensions'>,
  ) {
    super(scope, 'Alerts');
  }

  /** Makes the resource of one alert in the alert's scope. */
  public create(scope: Construct, options: AlertOptions): { readonly alertArn: string; readonly alertName: string } {
    const surroundings = { ...this.columns, isInAccount: this.backend.service !== undefined };
    validateAlert(options, surroundings);
    const { account, region } = Stack.of(scope);
    for (const what of ['region', 'account'] as const) {
      requireSame(this, 'LookoutAlert', 'scope', { env: { account, region } }, what, expected => `make the alert in a stack of ${expected}, as the connector is`);
    }
    const alertName = options.alertName ?? uniqueName(scope, 63);
    const mostAlerts = this.backend.service?._quotas.alerts ?? DEFAULT_MAXIMUM_ALERTS;
    if (this.names.length >= mostAlerts) {
      throw invalid('RedshiftLookoutConnector', 'addAlert', `was called more than ${mostAlerts} times`, [...this.names, alertName],
        'send one alert to several targets by subscribing them to one topic');
    }
    takeAlertName(this.backend.service ?? this, scope, alertName);
    if (surroundings.isInAccount) warnOfLowThreshold(scope, options.threshold);
    this.names.push(alertName);

    const role = this.roleFor(scope);
    const { Action, Tags, onlyInAccount } = options.target._bind(role);
    if (onlyInAccount && !surroundings.isInAccount) {
      throw invalid('RedshiftLookoutConnector', onlyInAccount, 'is nothing that Lookout for Metrics sends', onlyInAccount === 'target' ? 'an event bus' : 'CHAT', 'use Detector.inAccount()');
    }
    const tags = { ...Tags, ...options.remindAfter && { [ALERT_TAGS.remindAfterHours]: String(options.remindAfter.toHours()) } };
    const configuration: AlertConfiguration = {
      backend: this.backend.backend,
      alert: {
        AlertName: alertName,
        AnomalyDetectorArn: this.detectorArn,
        AlertDescription: options.description,
        AlertSensitivityThreshold: options.threshold ?? DEFAULT_ALERT_THRESHOLD,
        Action,
        ...alertFilters(options),
        ...Object.keys(tags).length > 0 && { Tags: tags },
      },
    };
    const resource = this.provider.createResource(scope, 'Resource', RESOURCE_TYPES.alert, configuration, [role]);
    return { alertArn: resource.getAttString('AlertArn'), alertName };
  }

  /**
   * The one role that sends the connector's alerts. An alert in another stack has a role of its own there: its target may be of that stack,
   * which depends on the connector's, so that no role of the connector's stack can name it. (Lookout for Metrics itself may be handed roles
   * of the connector's stack only, for the same reason.)
   */
  private roleFor(scope: Construct): iam.IRole {
    const connector = this.node.scope!;
    const isElsewhere = this.backend.service !== undefined && Stack.of(scope) !== Stack.of(connector);
    return createAlertRole(isElsewhere ? scope : connector, 'AlertRole', this.backend.roleUser, created => {
      this.backend.grantNameRole(this.provider.role, created);
    });
  }
}

function alertFilters({ metrics, dimensionValues }: AlertOptions): Pick<AlertConfiguration['alert'], 'AlertFilters'> {
  if (metrics === undefined && dimensionValues === undefined) return {};
  const DimensionFilterList = dimensionValues && Object.entries(dimensionValues)
    .map(([DimensionName, DimensionValueList]) => ({ DimensionName, DimensionValueList }));
  return { AlertFilters: { ...metrics && { MetricList: metrics }, ...DimensionFilterList && { DimensionFilterList } } };
}
