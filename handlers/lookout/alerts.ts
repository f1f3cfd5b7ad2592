import { alertArn } from './arn';
import { conflict, invalidField, notFound, quotaExceeded } from './errors';
import { existingDetector, nextTokenOf, operation, pageRequest, readPage, type Operation, type ServiceContext } from './operation';
import { list, oneOf, required, structure, text, type Checked } from './schema';
import { alertDescription, arn, measureName, name, ofDetector, paging, sensitivityThreshold, tags } from './shapes';
import { StoreConflict, type AlertAction, type AlertRecord } from './store';
import { DEFAULT_ALERT_THRESHOLD } from '../../src/private/contract';

const ACTION = structure({
  SNSConfiguration: structure({ RoleArn: required(arn), SnsTopicArn: required(arn), SnsFormat: oneOf('LONG_TEXT', 'SHORT_TEXT', 'JSON') }),
  LambdaConfiguration: structure({ RoleArn: required(arn), LambdaArn: required(arn) }),
});

const FILTERS = structure({
  MetricList: list(measureName, 1, 5),
  DimensionFilterList: list(structure({ DimensionName: name, DimensionValueList: list(text({ max: 1024 }), 1, 10) }), 1, 5),
});

const ALERT_MEMBERS = {
  Action: ACTION,
  AlertDescription: alertDescription,
  /** Severity from which the alert is sent. */
  AlertSensitivityThreshold: sensitivityThreshold,
  AlertFilters: FILTERS,
};

/** Operations on alerts. */
export const alertOperations: Record<string, Operation> = {
  CreateAlert: operation({
    ...ofDetector, ...ALERT_MEMBERS, AlertName: required(name), Action: required(ACTION), Tags: tags,
  }, async (input, context) => {
    const detector = await existingDetector(input.AnomalyDetectorArn, context);
    const type = alertType(input.Action);
    if (detector.status === 'DELETING') {
      throw conflict('AnomalyDetector', detector.arn, `detector ${detector.name} is being deleted`);
    }
    const arnOfNew = alertArn(detector.arn, input.AlertName);
    const most = context.quotas.alertsPerDetector;
    const exceeded = (): Error => quotaExceeded('Alert', arnOfNew, 'ALERTS_PER_DETECTOR', `Detector ${detector.name} has ${most} alerts.`);
    const { items: alerts } = await context.store.listAlerts(detector.arn, { limit: most });
    if (alerts.length >= most && !alerts.some(alert => alert.arn === arnOfNew)) {
      throw exceeded();
    }
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
      });
    } catch (error) {
      throw error instanceof StoreConflict
        ? conflict('Alert', arnOfNew, `an alert named ${JSON.stringify(input.AlertName)} exists; names of alerts are unique across detectors`)
        : error;
    }
    // others may have been created at the same time: then each of them finds too many, and none stays
    if ((await context.store.listAlerts(detector.arn, { limit: most + 1 })).items.length > most) {
      await context.store.deleteAlert(arnOfNew);
      throw exceeded();
    }
    return { AlertArn: arnOfNew };
  }),

  UpdateAlert: operation({ AlertArn: required(arn), ...ALERT_MEMBERS }, async (input, context) => {
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
  }),

  DescribeAlert: operation({ AlertArn: required(arn) }, async (input, context) => {
    const alert = await existingAlert(input.AlertArn, context);
    return { Alert: { ...summary(alert), Action: alert.action, AlertDescription: alert.description, AlertFilters: alert.filters } };
  }),

  ListAlerts: operation({ AnomalyDetectorArn: arn, ...paging }, async (input, context) => {
    if (input.AnomalyDetectorArn !== undefined) {
      await existingDetector(input.AnomalyDetectorArn, context);
    }
    const page = await readPage(() => context.store.listAlerts(input.AnomalyDetectorArn, pageRequest(input)));
    return { AlertSummaryList: page.items.map(alert => ({ ...summary(alert), Tags: alert.tags })), ...nextTokenOf(page) };
  }),

  DeleteAlert: operation({ AlertArn: required(arn) }, async (input, context) => {
    await existingAlert(input.AlertArn, context);
    await context.store.deleteAlert(input.AlertArn);
    return {};
  }),
};

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

function alertType(action: Checked<typeof ACTION> & AlertAction): 'SNS' | 'LAMBDA' {
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
