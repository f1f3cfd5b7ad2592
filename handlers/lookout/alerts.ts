// SPDX-License-Identifier: Apache-2.0

import { alertArn } from './arn';
import { conflict, invalidField, notFound, quotaExceeded } from './errors';
import type { ModelValue } from './model-shapes';
import { existingDetector, nextTokenOf, operations, pageRequest, readPage, type Operation, type ServiceContext } from './operation';
import { StoreConflict, StoreFull, type AlertRecord } from './store';
import { assertTagQuota } from './tags';
import { DEFAULT_ALERT_THRESHOLD } from '../../src/private/contract';

/** Operations on alerts. */
export const alertOperations: Record<string, Operation> = operations({
  CreateAlert: async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const type = alertType(input.Action);
    if (detector.status === 'DELETING') {
      throw conflict('AnomalyDetector', detector.arn, `detector ${detector.name} is being deleted`);
    }
    const arnOfNew = alertArn(detector.arn, input.AlertName);
    assertTagQuota('Alert', arnOfNew, input.Tags, context);
    const at = context.now();
    try {
      await context.store.createAlert({
        arn: arnOfNew,
        name: input.AlertName,
        detectorArn: detector.arn,
        description: input.AlertDescription,
        threshold: input.AlertSensitivityThreshold ?? DEFAULT_ALERT_THRESHOLD,
        action: input.Action,
        filters: input.AlertFilters,
        type,
        status: 'ACTIVE',
        createdAt: at,
        modifiedAt: at,
        tags: input.Tags,
      }, context.quotas.alertsPerDetector);
    } catch (error) {
      if (error instanceof StoreConflict) {
        throw conflict('Alert', arnOfNew, `an alert named ${JSON.stringify(input.AlertName)} exists; names of alerts are unique across detectors`);
      }
      throw error instanceof StoreFull
        ? quotaExceeded('Alert', arnOfNew, 'ALERTS_PER_DETECTOR',
          `Detector ${detector.name} has ${error.most} alerts: delete one, or raise maximumAlertsPerDetector of the service.`)
        : error;
    }
    return { AlertArn: arnOfNew };
  },

  UpdateAlert: async (input, context) => {
    const changed = await context.store.changeAlert(input.AlertArn, alert => ({
      ...alert,
      description: input.AlertDescription ?? alert.description,
      threshold: input.AlertSensitivityThreshold ?? alert.threshold,
      ...input.AlertFilters && { filters: Object.keys(input.AlertFilters).length > 0 ? input.AlertFilters : undefined },
      ...input.Action && { action: input.Action, type: alertType(input.Action) },
      modifiedAt: context.now(),
    }));
    if (!changed) throw notFound('Alert', input.AlertArn);
    return { AlertArn: changed.arn };
  },

  DescribeAlert: async (input, context) => {
    const alert = await existingAlert(input.AlertArn, context);
    return { Alert: { ...summary(alert), Action: alert.action, AlertDescription: alert.description, AlertFilters: alert.filters } };
  },

  ListAlerts: async (input, context) => {
    if (input.AnomalyDetectorArn !== undefined) {
      await existingDetector(input.AnomalyDetectorArn, context);
    }
    const page = await readPage(() => context.store.listAlerts(input.AnomalyDetectorArn, pageRequest(input)));
    return { AlertSummaryList: page.items.map(alert => ({ ...summary(alert), Tags: alert.tags })), ...nextTokenOf(page) };
  },

  DeleteAlert: async (input, context) => {
    await existingAlert(input.AlertArn, context);
    await context.store.deleteAlert(input.AlertArn);
    return {};
  },
});

function summary(alert: AlertRecord): object {
  return {
    AlertArn: alert.arn,
    AnomalyDetectorArn: alert.detectorArn,
    AlertName: alert.name,
    AlertSensitivityThreshold: alert.threshold,
    AlertType: alert.type,
    AlertStatus: alert.status,
    LastModificationTime: alert.modifiedAt,
    CreationTime: alert.createdAt,
  };
}

function alertType(action: ModelValue<'Action'>): 'SNS' | 'LAMBDA' {
  const given = Object.keys(action);
  if (given.length !== 1) {
    throw invalidField('Action', `must have either SNSConfiguration or LambdaConfiguration, found ${given.length === 0 ? 'none' : 'both'}`);
  }
  return action.SNSConfiguration ? 'SNS' : 'LAMBDA';
}

async function existingAlert(alertArnGiven: string, { store }: ServiceContext): Promise<AlertRecord> {
  const alert = await store.getAlert(alertArnGiven);
  if (!alert) {
    throw notFound('Alert', alertArnGiven);
  }
  return alert;
}
