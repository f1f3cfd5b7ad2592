// SPDX-License-Identifier: Apache-2.0

import {
  CreateAlertCommand, DeleteAlertCommand, UpdateAlertCommand, type AlertSummary, type LookoutMetricsClient,
} from '@aws-sdk/client-lookoutmetrics';
import { configurationOf, isNamed, isOfRequest, isOwn, ownerTags, type Begun, type Completion, type CustomResource, type CustomResourceRequest } from './custom-resource';
import { findAlert } from './existing';
import { ALERT_TAGS, type AlertConfiguration, type Backend } from '../../src/private/contract';

/**
 * `Custom::RedshiftLookoutAlert`. The physical id is the alert's name: another name is another alert. An alert cannot move to another
 * detector, and its tags cannot be changed with it; it is then made again under its name.
 */
export class AlertResource implements CustomResource {
  public constructor(private readonly lookout: (backend: Backend) => LookoutMetricsClient) {}

  public async onEvent(request: CustomResourceRequest): Promise<Begun> {
    const { backend, alert } = configurationOf<AlertConfiguration>(request.ResourceProperties);
    const client = this.lookout(backend);
    const existing = await findAlert(client, request.RequestType === 'Delete' ? request.PhysicalResourceId! : alert.AlertName);
    const own = existing && isOwn(existing.Tags, request) ? existing : undefined;
    if (request.RequestType === 'Delete') {
      if (own) await this.delete(client, own);
      return { PhysicalResourceId: request.PhysicalResourceId! };
    }
    if (existing && !own || own && request.RequestType === 'Create' && !isOfRequest(own.Tags, request)) {
      throw new Error(`alertName: there is an alert named ${JSON.stringify(alert.AlertName)} (${existing!.AlertArn}) that was not made by this resource: `
        + 'choose another name, or delete that alert');
    }
    return { PhysicalResourceId: alert.AlertName, Data: { AlertArn: await this.put(client, alert, own, request) } };
  }

  public async isComplete(): Promise<Completion> {
    return { IsComplete: true };
  }

  private async put(
    client: LookoutMetricsClient, alert: AlertConfiguration['alert'], existing: AlertSummary | undefined, request: CustomResourceRequest,
  ): Promise<string> {
    if (existing?.AnomalyDetectorArn === alert.AnomalyDetectorArn && hasTags(existing, alert)) {
      const { AlertDescription, AlertSensitivityThreshold, Action, AlertFilters = {} } = alert; // empty ones take away what was filtered
      const change = { AlertArn: existing.AlertArn, AlertDescription, AlertSensitivityThreshold, Action, AlertFilters };
      return (await client.send(new UpdateAlertCommand(change))).AlertArn!;
    }
    if (existing) await this.delete(client, existing);
    return (await client.send(new CreateAlertCommand({ ...alert, Tags: { ...alert.Tags, ...ownerTags(request) } }))).AlertArn!;
  }

  private async delete(client: LookoutMetricsClient, alert: AlertSummary): Promise<void> {
    try {
      await client.send(new DeleteAlertCommand({ AlertArn: alert.AlertArn }));
    } catch (error) {
      if (!isNamed(error, 'ResourceNotFoundException')) throw error; // deleted since it was listed, with its detector for example
    }
  }
}

/** Whether an alert sends as its tags are to say. */
function hasTags({ Tags: found = {} }: AlertSummary, { Tags: wanted = {} }: AlertConfiguration['alert']): boolean {
  return Object.values(ALERT_TAGS).every(key => found[key] === wanted[key]);
}
