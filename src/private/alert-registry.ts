import { Construct } from 'constructs';
import { BoundBackend } from './backend';
import { AlertConfiguration, DEFAULT_ALERT_THRESHOLD, RESOURCE_TYPES } from './contract';
import { ResourceProvider } from './custom-resources';
import { invalid } from './errors';
import { createAlertRole } from './roles';
import { uniqueName } from './unique-name';
import { validateAlert } from './validation-alert';
import type { AlertOptions } from '../alert';

/** Alerts that a detector can have (Lookout for Metrics quota). */
const MOST_ALERTS = 10;

/** The alerts of one connector: scope of those that `addAlert` makes, and keeper of the role that sends them. */
export class AlertRegistry extends Construct {
  private readonly names: string[] = [];

  public constructor(
    scope: Construct, private readonly backend: BoundBackend, private readonly provider: ResourceProvider, private readonly detectorArn: string,
  ) {
    super(scope, 'Alerts');
  }

  /** Makes the resource of one alert in the alert's scope. */
  public create(scope: Construct, options: AlertOptions): { readonly alertArn: string; readonly alertName: string } {
    validateAlert(options);
    const alertName = options.alertName ?? uniqueName(scope, 63);
    if (this.names.includes(alertName)) {
      throw invalid('RedshiftLookoutConnector', 'alertName', 'is the name of another alert of this connector', alertName, 'give each alert a name of its own');
    }
    if (this.names.length === MOST_ALERTS) {
      throw invalid('RedshiftLookoutConnector', 'addAlert', `was called more than ${MOST_ALERTS} times`, [...this.names, alertName],
        'send one alert to several targets by subscribing them to one topic');
    }
    this.names.push(alertName);

    const role = createAlertRole(this.node.scope!, 'AlertRole', this.backend.roleUser, created => {
      this.backend.grantNameRole(this.provider.role, created);
    });
    const configuration: AlertConfiguration = {
      backend: this.backend.backend,
      alert: {
        AlertName: alertName,
        AnomalyDetectorArn: this.detectorArn,
        AlertDescription: options.description,
        AlertSensitivityThreshold: options.threshold ?? DEFAULT_ALERT_THRESHOLD,
        Action: options.target._bind(role),
      },
    };
    const resource = this.provider.createResource(scope, 'Resource', RESOURCE_TYPES.alert, configuration, [role]);
    return { alertArn: resource.getAttString('AlertArn'), alertName };
  }
}
