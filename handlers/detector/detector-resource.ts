// SPDX-License-Identifier: Apache-2.0

import {
  CreateAnomalyDetectorCommand, CreateMetricSetCommand, DeactivateAnomalyDetectorCommand, DeleteAnomalyDetectorCommand, DescribeMetricSetCommand,
  UpdateAnomalyDetectorCommand, UpdateMetricSetCommand, type AnomalyDetectorSummary, type LookoutMetricsClient,
} from '@aws-sdk/client-lookoutmetrics';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { Bootstrap } from './bootstrap';
import {
  configurationOf, isNamed, isOfRequest, isOwn, ownerTags,
  type Begun, type Completion, type CompletionRequest, type CustomResource, type CustomResourceRequest,
} from './custom-resource';
import { compareConfigurations, isAlready, learnedDigest, refusalOf } from './detector-change';
import { describeDetector, findDetector, findMetricSetArn } from './existing';
import type { QueryTrial } from './query-trial';
import type { Backend, DetectorConfiguration } from '../../src/private/contract';

/** States in which the API changes a detector in every respect. */
const EDITABLE = ['INACTIVE', 'DEACTIVATED', 'FAILED'];

/** States that a history run leads to. */
const ACTIVATED = ['ACTIVATING', 'LEARNING', 'ACTIVE'];

/** States that pass by themselves. */
const PASSING = ['ACTIVATING', 'DEACTIVATING', 'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE', 'DELETING'];

/**
 * `Custom::RedshiftLookoutDetector`. The queries are tried first; only then is anything made or changed. The physical id is the detector's
 * name: another name is another detector. Whose a detector is, its tags tell, so that a deployment that fails because the name is taken
 * does not delete somebody else's detector when it is rolled back.
 */
export class DetectorResource implements CustomResource {
  public constructor(
    private readonly lookout: (backend: Backend) => LookoutMetricsClient, private readonly trial: QueryTrial,
    private readonly stateMachines: SFNClient,
  ) {}

  public async onEvent(request: CustomResourceRequest): Promise<Begun> {
    const configuration = configurationOf<DetectorConfiguration>(request.ResourceProperties);
    const name = request.RequestType === 'Delete' ? request.PhysicalResourceId! : configuration.detector.AnomalyDetectorName;
    const before = request.RequestType === 'Update' && request.PhysicalResourceId === name
      ? configurationOf<DetectorConfiguration>(request.OldResourceProperties) : undefined;
    const refusal = before && refusalOf(before, configuration);
    const existing = await findDetector(this.lookout(configuration.backend), name).catch((error: unknown) => {
      throw refusal ?? error; // the backend that cannot be changed to may not answer
    });
    const own = existing && isOwn(existing.Tags, request) ? existing : undefined;
    if (request.RequestType === 'Delete') {
      if (own) await new Bootstrap(this.stateMachines, configuration.bootstrapStateMachineArn).stop(own.AnomalyDetectorArn!, 'the detector is deleted');
      return { PhysicalResourceId: name, DeletedArn: own?.AnomalyDetectorArn ?? '' };
    }
    if (existing && !own) throw nameTaken(name, existing.AnomalyDetectorArn);

    if (before) {
      const isUndone = await this.isUndone(before, configuration, own);
      if (refusal && !isUndone) throw refusal;
      const change = compareConfigurations(before, configuration);
      // made anew where somebody has deleted it
      if (own && (isUndone || !change.relearn || await this.hasLearned(configuration, own))) {
        const trials = change.tryQueries ? await this.trial.submit(configuration, request.RequestId) : [];
        return { PhysicalResourceId: name, Change: 'IN_PLACE', Trials: trials };
      }
    } else if (request.RequestType === 'Create' && own && !isOfRequest(own.Tags, request)) {
      throw nameTaken(name, own.AnomalyDetectorArn);
    }
    // a changed name whose detector is there and ours: the update that gave it another name is being rolled back
    const change = own && request.RequestType === 'Update' ? 'RELEARN' : 'CREATE';
    return { PhysicalResourceId: name, Change: change, Trials: await this.trial.submit(configuration, request.RequestId) };
  }

  public async isComplete(request: CompletionRequest): Promise<Completion> {
    const configuration = configurationOf<DetectorConfiguration>(request.ResourceProperties);
    const client = this.lookout(configuration.backend);
    if (request.RequestType === 'Delete') return { IsComplete: await this.isDeleted(client, request.DeletedArn ?? '') };
    if (!await this.trial.succeeded(request.Trials ?? [], configuration)) return { IsComplete: false };
    const done = request.Change === 'CREATE'
      ? await this.create(client, configuration, request)
      : await this.update(client, configuration, request, request.Change === 'RELEARN');
    return done ? { IsComplete: true, Data: { ...done, DetectorName: configuration.detector.AnomalyDetectorName } } : { IsComplete: false };
  }

  /** Whether an update leads back to what is there: CloudFormation's, after an update that was refused before anything was changed. */
  private async isUndone(before: DetectorConfiguration, after: DetectorConfiguration, own: AnomalyDetectorSummary | undefined): Promise<boolean> {
    if (!own || !(refusalOf(before, after) ?? refusalOf(after, before))) return false;
    const client = this.lookout(after.backend);
    const MetricSetArn = await findMetricSetArn(client, own.AnomalyDetectorArn!);
    return isAlready(after, own.Tags, MetricSetArn === undefined ? undefined : await client.send(new DescribeMetricSetCommand({ MetricSetArn })));
  }

  /** Whether a detector has learned what a configuration says, or is learning it: an update that led away from it changed nothing. */
  private async hasLearned(
    configuration: DetectorConfiguration, { AnomalyDetectorArn: arn, Status: status }: AnomalyDetectorSummary,
  ): Promise<boolean> {
    const run = await new Bootstrap(this.stateMachines, configuration.bootstrapStateMachineArn).newest(arn!);
    return run?.learned === learnedDigest(configuration) && (ACTIVATED.includes(status!) || run.status === 'RUNNING');
  }

  /** Makes detector and metric set and starts the history run. Leaves nothing behind when it fails. */
  private async create(client: LookoutMetricsClient, configuration: DetectorConfiguration, request: CompletionRequest): Promise<DetectorArns> {
    const detectorArn = await this.createDetector(client, configuration, request);
    try {
      const metricSetArn = await this.createMetricSet(client, configuration, detectorArn);
      await this.startBootstrap(configuration, detectorArn, request.RequestId);
      return { DetectorArn: detectorArn, MetricSetArn: metricSetArn };
    } catch (error) {
      await client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: detectorArn })).catch(deletion => {
        throw new Error(`${(error as Error).message}. Detector ${detectorArn} could not be deleted again: ${(deletion as Error).message}`, { cause: error });
      });
      throw error;
    }
  }

  private async createDetector(
    client: LookoutMetricsClient, { backend, detector }: DetectorConfiguration, request: CompletionRequest,
  ): Promise<string> {
    try {
      const Tags = { ...detector.Tags, ...ownerTags(request) };
      return (await client.send(new CreateAnomalyDetectorCommand({ ...detector, Tags }))).AnomalyDetectorArn!;
    } catch (error) {
      if (!isNamed(error, 'ConflictException')) throw backend.type === 'LOOKOUT_FOR_METRICS' ? ofEndedService(error as Error) : error;
      const existing = await findDetector(client, detector.AnomalyDetectorName);
      if (existing && isOfRequest(existing.Tags, request)) return existing.AnomalyDetectorArn!; // by an earlier try of this request
      throw nameTaken(detector.AnomalyDetectorName, existing?.AnomalyDetectorArn);
    }
  }

  private async createMetricSet(client: LookoutMetricsClient, { metricSet }: DetectorConfiguration, detectorArn: string): Promise<string> {
    const existing = await findMetricSetArn(client, detectorArn);
    return existing ?? (await client.send(new CreateMetricSetCommand({ ...metricSet, AnomalyDetectorArn: detectorArn }))).MetricSetArn!;
  }

  /** Undefined while the detector has to be waited for. */
  private async update(
    client: LookoutMetricsClient, configuration: DetectorConfiguration, request: CompletionRequest, relearn: boolean,
  ): Promise<DetectorArns | undefined> {
    const { detector: { AnomalyDetectorName: name, AnomalyDetectorDescription, AnomalyDetectorConfig, KmsKeyArn }, metricSet } = configuration;
    const found = await findDetector(client, name);
    if (!found || !isOwn(found.Tags, request)) throw new Error(`detector ${JSON.stringify(name)} was deleted while it was being changed: deploy again`);
    const arn = found.AnomalyDetectorArn!;
    const bootstrap = new Bootstrap(this.stateMachines, configuration.bootstrapStateMachineArn);
    if (relearn && !await bootstrap.wasStarted(request.RequestId)) {
      if (!await this.isEditable(client, arn, name)) return undefined;
      await bootstrap.stop(arn, 'the detector has been changed and reads its history again');
      await client.send(new UpdateAnomalyDetectorCommand({ AnomalyDetectorArn: arn, AnomalyDetectorDescription, AnomalyDetectorConfig, KmsKeyArn }));
      const metricSetArn = await this.createMetricSet(client, configuration, arn);
      const { MetricSetName: _name, Timezone: _timezone, ...definition } = metricSet;
      await client.send(new UpdateMetricSetCommand({ ...definition, MetricSetArn: metricSetArn }));
      await this.startBootstrap(configuration, arn, request.RequestId);
      return { DetectorArn: arn, MetricSetArn: metricSetArn };
    }
    const metricSetArn = await findMetricSetArn(client, arn);
    if (!metricSetArn) throw new Error(`detector ${JSON.stringify(name)} has no metric set any more: set another detectorName`);
    if (!relearn) {
      await client.send(new UpdateAnomalyDetectorCommand({ AnomalyDetectorArn: arn, AnomalyDetectorDescription }));
      const { Offset, MetricSetDescription } = metricSet;
      await client.send(new UpdateMetricSetCommand({ MetricSetArn: metricSetArn, Offset, MetricSetDescription }));
    }
    return { DetectorArn: arn, MetricSetArn: metricSetArn };
  }

  /** Whether a detector can be changed in every respect; on the way there it is deactivated. */
  private async isEditable(client: LookoutMetricsClient, arn: string, name: string): Promise<boolean> {
    const status = (await describeDetector(client, arn))?.Status;
    if (EDITABLE.includes(status!)) return true;
    if (status === 'BACK_TEST_COMPLETE') {
      throw new Error(`detector ${JSON.stringify(name)} has been back-tested and cannot be changed any more: set another detectorName`);
    }
    if (status === 'LEARNING' || status === 'ACTIVE') {
      try {
        await client.send(new DeactivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      } catch (error) {
        if (!isNamed(error, 'ConflictException')) throw error; // it has just changed its state: looked at again at the next poll
      }
    }
    return false;
  }

  private async startBootstrap(configuration: DetectorConfiguration, detectorArn: string, requestId: string): Promise<void> {
    const input = { detectorArn, backend: configuration.backend, learned: learnedDigest(configuration) };
    await new Bootstrap(this.stateMachines, configuration.bootstrapStateMachineArn).start(requestId, input);
  }

  private async isDeleted(client: LookoutMetricsClient, arn: string): Promise<boolean> {
    if (arn === '') return true; // never made, not ours, or gone
    const detector = await describeDetector(client, arn);
    if (!detector) return true;
    if (detector.Status === 'FAILED' && detector.FailureType === 'DELETION_FAILURE') {
      throw new Error(`detector ${arn} could not be deleted: ${detector.FailureReason}. Delete the stack again, or keep the resource and delete the detector by hand`);
    }
    if (PASSING.includes(detector.Status!)) return false;
    try {
      await client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
    } catch (error) {
      if (!isNamed(error, 'ConflictException', 'ResourceNotFoundException')) throw error; // in between; looked at again at the next poll
    }
    return false;
  }
}

interface DetectorArns {
  readonly DetectorArn: string;
  readonly MetricSetArn: string;
}

function nameTaken(name: string, arn: string | undefined): Error {
  return new Error(`detectorName: there is a detector named ${JSON.stringify(name)} (${arn}) that was not made by this resource: `
    + 'choose another detectorName, or delete that detector');
}

function ofEndedService(error: Error): Error {
  return new Error(`the Lookout for Metrics endpoint refuses to make a detector: ${error.name}: ${error.message}. AWS ended the service on 2025-10-09: `
    + 'use Detector.inAccount()', { cause: error });
}
