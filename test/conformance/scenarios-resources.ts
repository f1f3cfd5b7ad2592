// SPDX-License-Identifier: Apache-2.0

import { alertInput, conflict, invalid, metricSetInput, notFound, ROLE, SCOPE, type Work } from './scenario';

/** Detectors, metric sets, alerts and tags, and what their lists show. */
export const RESOURCE_SCENARIOS: Readonly<Record<string, (work: Work) => Promise<void>>> = {
  'a detector is created, described, listed, changed and deleted': async work => {
    const before = Date.now() / 1000 - 5;
    const KmsKeyArn = 'arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012';
    const arn = await work.createDetector('sales', { AnomalyDetectorDescription: 'first', KmsKeyArn, Tags: { team: 'data' } });
    expect(arn).toBe(`${SCOPE}:AnomalyDetector:sales`);
    const described = await work.call('DescribeAnomalyDetector', { AnomalyDetectorArn: arn });
    expect(described).toEqual({
      AnomalyDetectorArn: arn,
      AnomalyDetectorName: 'sales',
      AnomalyDetectorDescription: 'first',
      AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' },
      KmsKeyArn,
      Status: 'INACTIVE',
      CreationTime: expect.any(Number),
      LastModificationTime: expect.any(Number),
    });
    expect(described.CreationTime).toBeGreaterThan(before);
    expect(described.CreationTime).toBeLessThan(before + 60);
    expect(await work.call('UpdateAnomalyDetector', {
      AnomalyDetectorArn: arn, AnomalyDetectorDescription: 'second', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' },
    })).toEqual({ AnomalyDetectorArn: arn });
    expect(await work.call('DescribeAnomalyDetector', { AnomalyDetectorArn: arn })).toMatchObject({
      AnomalyDetectorDescription: 'second', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' }, KmsKeyArn,
    });
    expect((await work.call('ListAnomalyDetectors')).AnomalyDetectorSummaryList).toEqual([{
      AnomalyDetectorArn: arn,
      AnomalyDetectorName: 'sales',
      AnomalyDetectorDescription: 'second',
      Status: 'INACTIVE',
      CreationTime: expect.any(Number),
      LastModificationTime: expect.any(Number),
      Tags: { team: 'data' },
    }]);
    expect(await work.call('DeleteAnomalyDetector', { AnomalyDetectorArn: arn })).toEqual({});
    await work.fails('DescribeAnomalyDetector', { AnomalyDetectorArn: arn }, notFound('AnomalyDetector', arn));
  },

  'names are unique: of detectors, and of alerts across detectors': async work => {
    const arn = await work.createDetector('sales');
    await work.fails('CreateAnomalyDetector', {
      AnomalyDetectorName: 'sales', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'P1D' },
    }, conflict('AnomalyDetector', arn));
    await work.call('CreateAlert', alertInput(arn, 'pager'));
    const other = await work.createDetector('returns');
    await work.fails('CreateAlert', alertInput(other, 'pager'), conflict('Alert', `${SCOPE}:Alert:pager`));
  },

  'a metric set is created with defaults, described, listed and changed; a detector has one': async work => {
    const arn = await work.createDetector('sales');
    const { MetricSetArn } = await work.call('CreateMetricSet', metricSetInput(arn, { MetricSetDescription: 'Clicks', Tags: { team: 'data' } }));
    expect(MetricSetArn).toBe(`${SCOPE}:MetricSet/sales/set`);
    const { AnomalyDetectorArn: _arn, ...given } = metricSetInput(arn);
    const times = { CreationTime: expect.any(Number), LastModificationTime: expect.any(Number) };
    const known = { MetricSetArn, AnomalyDetectorArn: arn, MetricSetName: 'set', MetricSetDescription: 'Clicks', ...times };
    expect(await work.call('DescribeMetricSet', { MetricSetArn })).toEqual({ ...given, ...known, Offset: 0, Timezone: 'UTC' });
    expect((await work.call('ListMetricSets', { AnomalyDetectorArn: arn })).MetricSetSummaryList).toEqual([{ ...known, Tags: { team: 'data' } }]);
    // the notebooks' test of access: no arguments at all
    expect((await work.call('ListMetricSets')).MetricSetSummaryList).toHaveLength(1);
    expect(await work.call('UpdateMetricSet', { MetricSetArn, Offset: 300, MetricSetDescription: 'Views' })).toEqual({ MetricSetArn });
    expect(await work.call('DescribeMetricSet', { MetricSetArn })).toEqual({ ...given, ...known, Offset: 300, MetricSetDescription: 'Views', Timezone: 'UTC' });
    await work.fails('CreateMetricSet', metricSetInput(arn, { MetricSetName: 'another' }), {
      code: 'ServiceQuotaExceededException', status: 402, ResourceType: 'MetricSet', ServiceCode: 'lookoutmetrics', QuotaCode: expect.any(String),
    });
    await work.fails('CreateMetricSet', metricSetInput(arn), conflict('MetricSet', MetricSetArn));
  },

  'what a metric set has must fit together': async work => {
    const arn = await work.createDetector('sales');
    const s3 = metricSetInput(arn).MetricSource.S3SourceConfig;
    for (const wrong of [
      { DimensionList: ['views'] },
      { MetricSetFrequency: 'P1D' },
      { Timezone: 'Europe/Atlantis' },
      { MetricSource: {} },
      { MetricSource: { S3SourceConfig: { ...s3, RoleArn: undefined } } },
      { MetricSource: { S3SourceConfig: { ...s3, HistoricalDataPathList: undefined, TemplatedPathList: undefined } } },
    ]) {
      // undefined members are left out on the way through JSON
      await work.fails('CreateMetricSet', JSON.parse(JSON.stringify(metricSetInput(arn, wrong))), invalid('FIELD_VALIDATION_FAILED'));
    }
    expect((await work.call('ListMetricSets')).MetricSetSummaryList).toEqual([]);
  },

  'an alert to a topic is created, described, listed, turned to a function, and deleted': async work => {
    const arn = await work.createDetector('sales');
    const AlertArn = `${SCOPE}:Alert:pager`;
    const action = { SNSConfiguration: { ...alertInput(arn, 'pager').Action.SNSConfiguration, SnsFormat: 'SHORT_TEXT' } };
    expect(await work.call('CreateAlert', alertInput(arn, 'pager', { Action: action, AlertDescription: 'to people', Tags: { team: 'data' } }))).toEqual({ AlertArn });
    const times = { CreationTime: expect.any(Number), LastModificationTime: expect.any(Number) };
    const summary = { AlertArn, AnomalyDetectorArn: arn, AlertName: 'pager', AlertSensitivityThreshold: 50, AlertType: 'SNS', AlertStatus: 'ACTIVE', ...times };
    expect((await work.call('DescribeAlert', { AlertArn })).Alert).toEqual({ ...summary, Action: action, AlertDescription: 'to people' });
    expect((await work.call('ListAlerts', { AnomalyDetectorArn: arn })).AlertSummaryList).toEqual([{ ...summary, Tags: { team: 'data' } }]);
    const toFunction = { LambdaConfiguration: { RoleArn: ROLE, LambdaArn: 'arn:aws:lambda:eu-central-1:123456789012:function:readable' } };
    expect(await work.call('UpdateAlert', { AlertArn, AlertSensitivityThreshold: 0, Action: toFunction })).toEqual({ AlertArn });
    expect((await work.call('DescribeAlert', { AlertArn })).Alert).toEqual({
      ...summary, AlertType: 'LAMBDA', AlertSensitivityThreshold: 0, Action: toFunction, AlertDescription: 'to people',
    });
    await work.fails('UpdateAlert', { AlertArn, Action: { ...toFunction, ...action } }, invalid('FIELD_VALIDATION_FAILED'));
    expect(await work.call('DeleteAlert', { AlertArn })).toEqual({});
    await work.fails('DescribeAlert', { AlertArn }, notFound('Alert', AlertArn));
    await work.fails('DeleteAlert', { AlertArn }, notFound('Alert', AlertArn));
  },

  'an alert keeps its filters': async work => {
    const arn = await work.createReadyDetector('sales');
    const AlertFilters = { MetricList: ['views'], DimensionFilterList: [{ DimensionName: 'platform', DimensionValueList: ['ios', 'web "beta"'] }] };
    const { AlertArn } = await work.call('CreateAlert', alertInput(arn, 'filtered', { AlertFilters }));
    expect((await work.call('DescribeAlert', { AlertArn })).Alert.AlertFilters).toEqual(AlertFilters);
  },

  'a detector has at most ten alerts': async work => {
    const arn = await work.createDetector('sales');
    for (let index = 0; index < 10; index++) {
      await work.call('CreateAlert', alertInput(arn, `alert-${index}`));
    }
    await work.fails('CreateAlert', alertInput(arn, 'one-more'), {
      code: 'ServiceQuotaExceededException', status: 402, ResourceType: 'Alert', ServiceCode: 'lookoutmetrics', QuotaCode: expect.any(String),
    });
  },

  'tags are added, replaced, removed and listed, of each kind of resource': async work => {
    const arn = await work.createReadyDetector('sales');
    await work.call('CreateAlert', alertInput(arn, 'pager'));
    for (const ResourceArn of [arn, `${SCOPE}:MetricSet/sales/set`, `${SCOPE}:Alert:pager`]) {
      expect(await work.call('TagResource', { ResourceArn, Tags: { 'team': 'data', 'cost centre': '7', 'stage': 'test' } })).toEqual({});
      expect(await work.call('TagResource', { ResourceArn, Tags: { stage: 'production' } })).toEqual({});
      expect(await work.call('UntagResource', { ResourceArn, TagKeys: ['team', 'cost centre'] })).toEqual({});
      expect(await work.call('ListTagsForResource', { ResourceArn })).toEqual({ Tags: { stage: 'production' } });
    }
    const ResourceArn = `${SCOPE}:AnomalyDetector:none`;
    await work.fails('ListTagsForResource', { ResourceArn }, { code: 'ResourceNotFoundException', status: 400 });
    await work.fails('TagResource', { ResourceArn: arn, Tags: { 'aws:reserved': 'x' } }, invalid('FIELD_VALIDATION_FAILED'));
  },

  'what travels in the address of a tag operation is checked too': async work => {
    const arn = await work.createDetector('sales');
    const tooMany = Array.from({ length: 51 }, (_, index) => `key${index}`);
    await work.fails('UntagResource', { ResourceArn: arn, TagKeys: tooMany }, invalid('FIELD_VALIDATION_FAILED'));
    await work.fails('UntagResource', { ResourceArn: arn, TagKeys: ['k'.repeat(129)] }, invalid('FIELD_VALIDATION_FAILED'));
    await work.fails('ListTagsForResource', { ResourceArn: 'no arn' }, invalid('FIELD_VALIDATION_FAILED'));
  },

  'an account has at most ten detectors in a region': async work => {
    for (let index = 0; index < 10; index++) {
      await work.createDetector(`detector-${index}`);
    }
    await work.fails('CreateAnomalyDetector', {
      AnomalyDetectorName: 'one-more', AnomalyDetectorConfig: { AnomalyDetectorFrequency: 'PT1H' },
    }, { code: 'ServiceQuotaExceededException', status: 402, ResourceType: 'AnomalyDetector', ServiceCode: 'lookoutmetrics', QuotaCode: expect.any(String) });
    await work.call('DeleteAnomalyDetector', { AnomalyDetectorArn: `${SCOPE}:AnomalyDetector:detector-3` });
    await work.createDetector('one-more');
  },

  'lists come in pages, in one order, with no NextToken key at the end': async work => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const arn = await work.createDetector('sales');
    for (const name of names) {
      await work.call('CreateAlert', alertInput(arn, name));
    }
    const pages = await work.pages('ListAlerts', { AnomalyDetectorArn: arn, MaxResults: 2 }, 'AlertSummaryList');
    expect(pages.every(page => page.length <= 2)).toBe(true);
    expect(pages.flat().map(alert => alert.AlertName)).toEqual(names);
    for (const name of names.slice(1)) {
      await work.createReadyDetector(name);
    }
    const detectors = await work.pages('ListAnomalyDetectors', { MaxResults: 1 }, 'AnomalyDetectorSummaryList');
    expect(detectors.flat().map(({ AnomalyDetectorName }) => AnomalyDetectorName).sort()).toEqual(['b', 'c', 'd', 'e', 'sales']);
    const sets = await work.pages('ListMetricSets', { MaxResults: 3 }, 'MetricSetSummaryList');
    expect(sets.flat()).toHaveLength(4);
    const { NextToken } = await work.call('ListAlerts', { MaxResults: 1 });
    await work.fails('ListAnomalyDetectors', { NextToken }, invalid('FIELD_VALIDATION_FAILED'));
    await work.fails('ListAlerts', { NextToken: `${NextToken}x` }, invalid('FIELD_VALIDATION_FAILED'));
  },
};
