// SPDX-License-Identifier: Apache-2.0

import {
  ActivateAnomalyDetectorCommand, BackTestAnomalyDetectorCommand, ConflictException, CreateAnomalyDetectorCommand, DeactivateAnomalyDetectorCommand,
  DeleteAnomalyDetectorCommand, DescribeAnomalyDetectorCommand, InternalServerException, ListAnomalyDetectorsCommand, ListMetricSetsCommand,
  ResourceNotFoundException, UpdateAnomalyDetectorCommand, UpdateMetricSetCommand, ValidationException, paginateListAnomalyDetectors,
  type DescribeAnomalyDetectorCommandOutput,
} from '@aws-sdk/client-lookoutmetrics';
import { HOSTILE, metricSetInput, PREFIX, TestService } from './service';
import { onEachStore } from './stores';
import type { DetectorStatus } from '../../../handlers/lookout/store';

onEachStore(makeStore => {
  let service: TestService;
  beforeEach(async () => { service = new TestService(await makeStore()); });

  const describeDetector = (arn: string): Promise<DescribeAnomalyDetectorCommandOutput> =>
    service.client.send(new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));

  async function setStatus(arn: string, status: DetectorStatus): Promise<void> {
    const { status: before } = (await service.store.getDetector(arn))!;
    await service.store.changeStatus(arn, [before], status, service.now);
  }

  test('creates and describes a detector in the partition, region and account of the function', async () => {
    const kmsKeyArn = 'arn:aws-cn:kms:cn-north-1:123456789012:key/12345678-1234-1234-1234-123456789012';
    const { AnomalyDetectorArn } = await service.client.send(new CreateAnomalyDetectorCommand({
      AnomalyDetectorName: 'sales_2-X',
      AnomalyDetectorDescription: HOSTILE,
      AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT5M' },
      KmsKeyArn: kmsKeyArn,
      Tags: { 'team a': 'x+y', 'empty': '' },
    }));
    expect(AnomalyDetectorArn).toBe(`${PREFIX}:AnomalyDetector:sales_2-X`);

    const { $metadata, ...description } = await describeDetector(AnomalyDetectorArn!);
    expect($metadata.requestId).toBe('request-1');
    expect(description).toEqual({
      AnomalyDetectorArn,
      AnomalyDetectorName: 'sales_2-X',
      AnomalyDetectorDescription: HOSTILE,
      AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT5M' },
      CreationTime: new Date(1700000000250),
      LastModificationTime: new Date(1700000000250),
      Status: 'INACTIVE',
      KmsKeyArn: kmsKeyArn,
    });
    const { AnomalyDetectorSummaryList } = await service.client.send(new ListAnomalyDetectorsCommand({}));
    expect(AnomalyDetectorSummaryList).toEqual([{
      AnomalyDetectorArn,
      AnomalyDetectorName: 'sales_2-X',
      AnomalyDetectorDescription: HOSTILE,
      CreationTime: new Date(1700000000250),
      LastModificationTime: new Date(1700000000250),
      Status: 'INACTIVE',
      Tags: { 'team a': 'x+y', 'empty': '' },
    }]);
  });

  test('refuses a second detector of the name, with the members of the exception', async () => {
    const arn = await service.createDetector();
    const error = await service.createDetector().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConflictException);
    expect(error).toMatchObject({ ResourceId: arn, ResourceType: 'AnomalyDetector', message: 'a detector named "sales" exists', $metadata: { httpStatusCode: 409 } });
  });

  test('a detector that is not there is a ResourceNotFoundException of status 400 everywhere', async () => {
    const AnomalyDetectorArn = `${PREFIX}:AnomalyDetector:none`;
    for (const command of [
      new DescribeAnomalyDetectorCommand({ AnomalyDetectorArn }), new UpdateAnomalyDetectorCommand({ AnomalyDetectorArn, AnomalyDetectorDescription: 'x' }),
      new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn }), new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn }),
      new BackTestAnomalyDetectorCommand({ AnomalyDetectorArn }), new DeactivateAnomalyDetectorCommand({ AnomalyDetectorArn }),
      new ListMetricSetsCommand({ AnomalyDetectorArn }),
    ]) {
      const error = await service.client.send(command as DescribeAnomalyDetectorCommand).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ResourceNotFoundException);
      expect(error).toMatchObject({ ResourceId: AnomalyDetectorArn, ResourceType: 'AnomalyDetector', $metadata: { httpStatusCode: 400 } });
    }
  });

  test('names every field that is wrong', async () => {
    const error = await service.client.send(new CreateAnomalyDetectorCommand({
      AnomalyDetectorName: 'no spaces', AnomalyDetectorDescription: ' \n', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT2H' as 'PT1H' },
    })).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ValidationException);
    expect(error).toMatchObject({
      Reason: 'FIELD_VALIDATION_FAILED',
      $metadata: { httpStatusCode: 400 },
      Fields: [
        { Name: 'AnomalyDetectorName', Message: 'must begin with a letter or digit and consist of letters, digits, - and _, found "no spaces"' },
        { Name: 'AnomalyDetectorDescription', Message: 'must contain more than white space, found " \\n"' },
        { Name: 'AnomalyDetectorConfig.AnomalyDetectorFrequency', Message: 'must be one of P1D, PT1H, PT10M, PT5M, found "PT2H"' },
      ],
    });
    expect((error as Error).message).toContain('AnomalyDetectorName: must begin with');
    expect((await service.store.listDetectors({ limit: 1 })).items).toEqual([]);
  });

  test.each(['', '-a', '_a', 'a'.repeat(64), 'a.b', 'a\n', '../x', '\u00e9', 'a\u0000'])('refuses the name %j', async name => {
    await expect(service.createDetector(name)).rejects.toThrow(ValidationException);
  });

  test('pages through detectors, and refuses tokens that it did not give', async () => {
    for (const name of ['c', 'a', 'b']) {
      await service.createDetector(name);
    }
    const pages: string[][] = [];
    for await (const page of paginateListAnomalyDetectors({ client: service.client, pageSize: 2 }, {})) {
      pages.push(page.AnomalyDetectorSummaryList!.map(summary => summary.AnomalyDetectorName!));
    }
    expect(pages).toEqual([['a', 'b'], ['c']]);
    expect(await service.client.send(new ListAnomalyDetectorsCommand({}))).not.toHaveProperty('NextToken');

    for (const input of [{ NextToken: 'garbage' }, { NextToken: 'x'.repeat(3001) }, { NextToken: ' ' }, { MaxResults: 0 }, { MaxResults: 101 }, { MaxResults: 1.5 }]) {
      const error = await service.client.send(new ListAnomalyDetectorsCommand(input)).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ValidationException);
      expect((error as ValidationException).Fields).toEqual([{ Name: Object.keys(input)[0], Message: expect.any(String) }]);
    }
    const { NextToken } = await service.client.send(new ListAnomalyDetectorsCommand({ MaxResults: 1 }));
    await expect(service.client.send(new ListMetricSetsCommand({ NextToken }))).rejects.toThrow(ValidationException);
  });

  describe('activation', () => {
    test('starts learning in ACTIVATING, and again after the detector was deactivated or failed', async () => {
      const { arn } = await service.createReadyDetector();
      let duringStart: string | undefined;
      service.startLearning = async event => {
        service.learning.push(event);
        duringStart = (await service.store.getDetector(arn))!.status;
      };
      for (const before of ['INACTIVE', 'DEACTIVATED', 'FAILED'] as const) {
        await setStatus(arn, before);
        await service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
        expect((await describeDetector(arn)).Status).toBe('ACTIVATING');
        expect(duringStart).toBe('ACTIVATING');
      }
      expect(service.learning).toEqual(Array.from({ length: 3 }, () => ({ action: 'learn', detectorArn: arn, backTest: false, learningId: expect.any(String) })));
      const ids = service.learning.map(event => (event as { learningId?: string }).learningId);
      expect(new Set(ids).size).toBe(3);
      expect((await service.store.getDetector(arn))!.learningId).toBe(ids[2]);
    });

    test.each(['ACTIVATING', 'LEARNING', 'ACTIVE', 'DEACTIVATING', 'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE', 'BACK_TEST_COMPLETE', 'DELETING'] as const)(
      'is refused with a ConflictException, and back-testing with a ValidationException, in %s', async status => {
        const { arn } = await service.createReadyDetector();
        await setStatus(arn, status);
        await expect(service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }))).rejects.toThrow(ConflictException);
        const error = await service.client.send(new BackTestAnomalyDetectorCommand({ AnomalyDetectorArn: arn })).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(ValidationException);
        expect((error as Error).message).toBe(`detector sales is ${status}; it can be back-tested only while it is INACTIVE`);
        expect(service.learning).toEqual([]);
        expect((await describeDetector(arn)).Status).toBe(status);
      });

    test('only one of many that activate the same detector at once succeeds', async () => {
      const { arn } = await service.createReadyDetector();
      const activate = (): Promise<unknown> => service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, activate));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(service.learning).toHaveLength(1);
    });

    test('needs a metric set with the detector\'s frequency and the paths that it reads', async () => {
      const arn = await service.createDetector();
      const activate = (): Promise<unknown> => service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      const backTest = (): Promise<unknown> => service.client.send(new BackTestAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      await expect(activate()).rejects.toThrow('detector sales has no metric set: create one with CreateMetricSet');
      await expect(backTest()).rejects.toThrow(ValidationException);

      const { S3SourceConfig } = metricSetInput(arn).MetricSource as { S3SourceConfig: Record<string, any> };
      const { TemplatedPathList, HistoricalDataPathList, ...source } = S3SourceConfig;
      const { metricSetArn } = await service.createReadyDetector('other', {
        AnomalyDetectorArn: arn, MetricSource: { S3SourceConfig: { ...source, HistoricalDataPathList } },
      });
      await expect(activate()).rejects.toThrow('metric set of detector sales has no TemplatedPathList');
      await service.client.send(new UpdateMetricSetCommand({
        MetricSetArn: metricSetArn, MetricSource: { S3SourceConfig: { ...source, TemplatedPathList } },
      }));
      await expect(backTest()).rejects.toThrow('metric set of detector sales has no HistoricalDataPathList');

      await service.client.send(new UpdateAnomalyDetectorCommand({ AnomalyDetectorArn: arn, AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' } }));
      await expect(activate()).rejects.toThrow('metric set set has the frequency PT1H, its detector P1D');
      await service.client.send(new UpdateMetricSetCommand({ MetricSetArn: metricSetArn, MetricSetFrequency: 'P1D' }));
      await activate();
      expect(service.learning).toHaveLength(1);
    });

    test.each([
      ['ACTIVATION_FAILURE', ActivateAnomalyDetectorCommand],
      ['BACK_TEST_ACTIVATION_FAILURE', BackTestAnomalyDetectorCommand],
    ] as const)('that cannot be started fails the detector with %s and the reason', async (failureType, Command) => {
      const { arn } = await service.createReadyDetector();
      service.startLearning = async () => { throw new Error(`no rights ${HOSTILE} ${'\u{1F600}'.repeat(300)}`); };
      await service.client.send(new Command({ AnomalyDetectorArn: arn }) as ActivateAnomalyDetectorCommand);

      const { Status, FailureType, FailureReason } = await describeDetector(arn);
      expect({ Status, FailureType }).toEqual({ Status: 'FAILED', FailureType: failureType });
      expect(FailureReason).toMatch(/^learning could not be started: no rights '/);
      expect([...FailureReason!]).toHaveLength(256);
      expect(service.failures).toEqual([{ message: 'detector sales: learning could not be started', error: expect.any(Error) }]);
    });

    test('whose answer was lost while learning had begun leaves the detector as it is', async () => {
      const { arn } = await service.createReadyDetector();
      service.startLearning = async () => {
        await setStatus(arn, 'LEARNING');
        throw new Error('connection lost');
      };
      await service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      expect(await describeDetector(arn)).toMatchObject({ Status: 'LEARNING' });
      expect(service.failures).toHaveLength(2);
    });

    test('clears the failure of the time before', async () => {
      const { arn } = await service.createReadyDetector();
      await service.store.changeStatus(arn, ['INACTIVE'], 'FAILED', 1, { reason: 'before', type: 'ACTIVATION_FAILURE' });
      await service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      const description = await describeDetector(arn);
      expect(description).not.toHaveProperty('FailureReason');
      expect(description).not.toHaveProperty('FailureType');
    });
  });

  test('a back-test starts learning in BACK_TEST_ACTIVATING', async () => {
    const { arn } = await service.createReadyDetector();
    await service.client.send(new BackTestAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
    expect((await describeDetector(arn)).Status).toBe('BACK_TEST_ACTIVATING');
    expect(service.learning).toEqual([{ action: 'learn', detectorArn: arn, backTest: true, learningId: (await service.store.getDetector(arn))!.learningId }]);
  });

  describe('deactivation', () => {
    test.each(['LEARNING', 'ACTIVE'] as const)('of a detector in %s keeps metric set and detector', async status => {
      const { arn } = await service.createReadyDetector();
      await setStatus(arn, status);
      const seen: string[] = [];
      const { changeStatus } = service.store;
      service.store.changeStatus = async (...change) => {
        seen.push(change[2]);
        return changeStatus.apply(service.store, change);
      };
      await service.client.send(new DeactivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      expect(seen).toEqual(['DEACTIVATING', 'DEACTIVATED']);
      expect((await describeDetector(arn)).Status).toBe('DEACTIVATED');
      expect((await service.client.send(new ListMetricSetsCommand({ AnomalyDetectorArn: arn }))).MetricSetSummaryList).toHaveLength(1);
    });

    test('is refused where there is nothing to deactivate', async () => {
      const { arn } = await service.createReadyDetector();
      await expect(service.client.send(new DeactivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }))).rejects.toThrow(ConflictException);
    });

    test('of a detector that is learning is a conflict, until learning must be dead; then it can be activated again', async () => {
      const { arn } = await service.createReadyDetector();
      const deactivation = (): Promise<unknown> => service.client.send(new DeactivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      await service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      service.now += 3600;
      await expect(deactivation()).rejects.toThrow(ConflictException);
      service.now += 1;
      await deactivation();
      expect((await describeDetector(arn)).Status).toBe('DEACTIVATED');
      await service.client.send(new ActivateAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      expect((await describeDetector(arn)).Status).toBe('ACTIVATING');
      service.now += 3600;
      await expect(deactivation()).rejects.toThrow(ConflictException);
    });
  });

  describe('update', () => {
    test('changes what is given', async () => {
      const arn = await service.createDetector();
      service.now += 60;
      await service.client.send(new UpdateAnomalyDetectorCommand({
        AnomalyDetectorArn: arn, AnomalyDetectorDescription: HOSTILE, AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT10M' },
      }));
      expect(await describeDetector(arn)).toMatchObject({
        AnomalyDetectorDescription: HOSTILE,
        AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT10M' },
        CreationTime: new Date(1700000000250),
        LastModificationTime: new Date(1700000060250),
      });
    });

    test('of an active detector is for the description only; of one after a back-test for nothing', async () => {
      const { arn } = await service.createReadyDetector();
      const update = (more: object): Promise<unknown> => service.client.send(new UpdateAnomalyDetectorCommand({ AnomalyDetectorArn: arn, ...more }));
      await setStatus(arn, 'ACTIVE');
      await update({ AnomalyDetectorDescription: 'new', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' } });
      await expect(update({ AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' } })).rejects.toThrow('AnomalyDetectorConfig can be changed only while');
      await setStatus(arn, 'BACK_TEST_COMPLETE');
      await expect(update({ AnomalyDetectorDescription: 'newer' })).rejects.toThrow('detector sales is BACK_TEST_COMPLETE and cannot be changed');
      expect((await describeDetector(arn)).AnomalyDetectorDescription).toBe('new');
    });
  });

  describe('deletion', () => {
    test.each(['INACTIVE', 'LEARNING', 'ACTIVE', 'DEACTIVATED', 'DEACTIVATING', 'BACK_TEST_COMPLETE', 'FAILED', 'DELETING'] as const)(
      'in %s removes detector, metric set and state', async status => {
        const { arn } = await service.createReadyDetector();
        await setStatus(arn, status);
        let during: string | undefined;
        service.deleteState = async name => {
          service.stateDeleted.push(name);
          during = (await describeDetector(arn)).Status;
        };
        await service.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
        expect(during).toBe('DELETING');
        expect(service.stateDeleted).toEqual(['sales']);
        await expect(describeDetector(arn)).rejects.toThrow(ResourceNotFoundException);
        expect((await service.client.send(new ListMetricSetsCommand({}))).MetricSetSummaryList).toEqual([]);
      });

    test.each(['ACTIVATING', 'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'] as const)('in %s is a conflict, until learning must be dead', async status => {
      const { arn } = await service.createReadyDetector();
      await setStatus(arn, status);
      service.now += 3600;
      const deletion = (): Promise<unknown> => service.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      await expect(deletion()).rejects.toThrow(ConflictException);
      expect((await describeDetector(arn)).Status).toBe(status);
      service.now += 1;
      await deletion();
      await expect(describeDetector(arn)).rejects.toThrow(ResourceNotFoundException);
    });

    test('that fails says so in the status, and can be asked for again', async () => {
      const { arn } = await service.createReadyDetector();
      service.deleteState = async () => { throw new Error('no rights to the bucket'); };
      await expect(service.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: arn }))).rejects.toThrow(InternalServerException);
      expect(await describeDetector(arn)).toMatchObject({
        Status: 'FAILED',
        FailureType: 'DELETION_FAILURE',
        FailureReason: 'the detector could not be deleted completely, delete it again: no rights to the bucket',
      });
      service.deleteState = async () => {};
      await service.client.send(new DeleteAnomalyDetectorCommand({ AnomalyDetectorArn: arn }));
      await expect(describeDetector(arn)).rejects.toThrow(ResourceNotFoundException);
    });
  });
});
