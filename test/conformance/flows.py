"""What users of Lookout for Metrics run with boto3: notebooks and Lambda functions. Knows nothing of the service's address: that is in
AWS_ENDPOINT_URL_LOOKOUTMETRICS. Prints what came out as one JSON line.
"""
import json
import os
import re
import sys
import time

import boto3

client = boto3.client('lookoutmetrics')
ROLE = os.environ.get('L4M_ROLE', 'arn:aws:iam::123456789012:role/L4MRole')
POLL_SECONDS = 0.2
LIMIT_SECONDS = 240


def s3_source(bucket, live):
    source = {
        'RoleArn': ROLE,
        'HistoricalDataPathList': [f's3://{bucket}/history/'],
        'FileFormatDescriptor': {'CsvFormatDescriptor': {
            'FileCompression': 'NONE', 'Charset': 'UTF-8', 'ContainsHeader': True, 'Delimiter': ',', 'QuoteSymbol': '"'}},
    }
    if live:
        source['TemplatedPathList'] = [f's3://{bucket}/live/{{{{yyyyMMdd}}}}/{{{{HHmm}}}}/']
    return {'S3SourceConfig': source}


def create(name, bucket, live, **more):
    arn = client.create_anomaly_detector(
        AnomalyDetectorName=name, AnomalyDetectorDescription=f'{name} of the shop',
        AnomalyDetectorConfig={'AnomalyDetectorFrequency': 'PT1H'})['AnomalyDetectorArn']
    client.create_metric_set(
        AnomalyDetectorArn=arn, MetricSetName=f'{name}-set', MetricSetFrequency='PT1H', MetricSource=s3_source(bucket, live),
        MetricList=[{'MetricName': 'views', 'AggregationFunction': 'SUM'}, {'MetricName': 'revenue', 'AggregationFunction': 'SUM'}],
        DimensionList=['platform', 'marketplace'], TimestampColumn={'ColumnName': 'timestamp', 'ColumnFormat': 'yyyy-MM-dd HH:mm:ss'}, **more)
    return arn


def poll(arn, going_on):
    """The statuses that were seen, the last one is none of `going_on`."""
    seen = []
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        answer = client.describe_anomaly_detector(AnomalyDetectorArn=arn)
        if not seen or seen[-1] != answer['Status']:
            seen.append(answer['Status'])
        if answer['Status'] not in going_on:
            return seen, answer.get('FailureReason')
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f'{arn} stays {seen[-1]}')


def summaries(arn, threshold=0):
    found, arguments = [], {}
    while True:
        page = client.list_anomaly_group_summaries(AnomalyDetectorArn=arn, SensitivityThreshold=threshold, MaxResults=5, **arguments)
        found += page['AnomalyGroupSummaryList']
        if 'NextToken' not in page:
            return found
        arguments = {'NextToken': page['NextToken']}


def related(arn, group_id):
    """The measures related to a group, page by page."""
    found, arguments = [], {}
    while True:
        page = client.list_anomaly_group_related_metrics(AnomalyDetectorArn=arn, AnomalyGroupId=group_id, MaxResults=1, **arguments)
        found += page['InterMetricImpactList']
        if 'NextToken' not in page:
            return found
        arguments = {'NextToken': page['NextToken']}


def all_series(arn, group):
    """The time series of a group, page by page."""
    found, arguments = [], {}
    while True:
        page = client.list_anomaly_group_time_series(
            AnomalyDetectorArn=arn, AnomalyGroupId=group['AnomalyGroupId'], MetricName=group['PrimaryMetricName'], MaxResults=2, **arguments)
        found += page['TimeSeriesList']
        if 'NextToken' not in page:
            return {**page, 'TimeSeriesList': found}
        arguments = {'NextToken': page['NextToken']}


def back_test(bucket):
    """Create, backtest, export, feedback, delete."""
    client.list_metric_sets()
    arn = create('shop-backtest', bucket, live=False)
    client.create_alert(AlertName='shop-export', AnomalyDetectorArn=arn, AlertSensitivityThreshold=1, Action={'SNSConfiguration': {
        'RoleArn': ROLE, 'SnsTopicArn': os.environ.get('L4M_TOPIC', 'arn:aws:sns:us-east-1:123456789012:shop')}})
    if 'L4M_FUNCTION' in os.environ:
        client.create_alert(AlertName='shop-readable', AnomalyDetectorArn=arn, AlertSensitivityThreshold=1, Action={'LambdaConfiguration': {
            'RoleArn': ROLE, 'LambdaArn': os.environ['L4M_FUNCTION']}})
    client.back_test_anomaly_detector(AnomalyDetectorArn=arn)
    statuses, reason = poll(arn, {'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'})
    listed = [one for one in client.list_anomaly_detectors(MaxResults=100)['AnomalyDetectorSummaryList'] if one['AnomalyDetectorName'] == 'shop-backtest']
    exported = []
    for group in summaries(arn):
        series = all_series(arn, group)
        first = series['TimeSeriesList'][0]
        value = first['MetricValueList'][series['TimestampList'].index(group['EndTime'])]
        impact = client.get_anomaly_group(AnomalyDetectorArn=arn, AnomalyGroupId=group['AnomalyGroupId'])['AnomalyGroup']['MetricLevelImpactList']
        exported.append({
            'measure': group['PrimaryMetricName'], 'start': group['StartTime'], 'end': group['EndTime'], 'score': group['AnomalyGroupScore'],
            'dimensions': {one['DimensionName']: one['DimensionValue'] for one in first['DimensionList']}, 'value': value,
            'aligned': all(len(one['MetricValueList']) == len(series['TimestampList']) for one in series['TimeSeriesList']),
            'series': len(series['TimeSeriesList']), 'impacted': impact[0]['NumTimeSeries'], 'id': group['AnomalyGroupId'], 'seriesId': first['TimeSeriesId'],
            'related': related(arn, group['AnomalyGroupId']),
        })
    feedback = None
    if exported:
        target = {'AnomalyGroupId': exported[0]['id'], 'TimeSeriesId': exported[0]['seriesId']}
        client.put_feedback(AnomalyDetectorArn=arn, AnomalyGroupTimeSeriesFeedback={**target, 'IsAnomaly': False})
        feedback = client.get_feedback(
            AnomalyDetectorArn=arn, AnomalyGroupTimeSeriesFeedback={'AnomalyGroupId': target['AnomalyGroupId']})['AnomalyGroupTimeSeriesFeedback']
    executions = client.describe_anomaly_detection_executions(AnomalyDetectorArn=arn, MaxResults=100)['ExecutionList']
    return {'arn': arn, 'statuses': statuses, 'reason': reason, 'listed': len(listed), 'exported': exported, 'feedback': feedback,
            'executions': sorted({one['Status'] for one in executions})}


def delete(arn):
    """Delete, and wait until the detector is gone."""
    client.delete_anomaly_detector(AnomalyDetectorArn=arn)
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        try:
            client.describe_anomaly_detector(AnomalyDetectorArn=arn)
        except client.exceptions.ResourceNotFoundException:
            return {'gone': True}
        time.sleep(POLL_SECONDS)
    return {'gone': False}


def activate(bucket):
    """The connector's function: history and live files, a delay, activation straight after creation."""
    arn = create('shop-live', bucket, live=True, Offset=300)
    client.activate_anomaly_detector(AnomalyDetectorArn=arn)
    statuses, reason = poll(arn, {'INACTIVE', 'ACTIVATING', 'LEARNING'})
    metric_set = client.describe_metric_set(MetricSetArn=client.list_metric_sets(AnomalyDetectorArn=arn)['MetricSetSummaryList'][0]['MetricSetArn'])
    return {'arn': arn, 'statuses': statuses, 'reason': reason, 'offset': metric_set['Offset'],
            'measures': [one['MetricName'] for one in metric_set['MetricList']], 'zone': metric_set['Timezone']}


def watch(expected):
    """What a detector that runs has done: waits until the interval of that time is detected."""
    arn, end = expected['arn'], time.monotonic() + 60
    while True:
        executions = client.describe_anomaly_detection_executions(AnomalyDetectorArn=arn, MaxResults=10)['ExecutionList']
        is_done = any(one['Timestamp'] == expected['time'] and one['Status'] != 'IN_PROGRESS' for one in executions)
        if is_done or time.monotonic() > end:
            return {'executions': executions, 'groups': summaries(arn)}
        time.sleep(POLL_SECONDS)


def look_at_data(bucket):
    """What the console did before a detector was set up, and after it had read its data."""
    source = s3_source(bucket, live=False)['S3SourceConfig']
    sample = client.get_sample_data(S3SourceConfig=source)
    arn = create('shop-quality', bucket, live=False)
    detected = client.detect_metric_set_config(AnomalyDetectorArn=arn, AutoDetectionMetricSource={
        'S3SourceConfig': {'HistoricalDataPathList': source['HistoricalDataPathList']}})['DetectedMetricSetConfig']
    client.back_test_anomaly_detector(AnomalyDetectorArn=arn)
    statuses, reason = poll(arn, {'BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'})
    quality = client.get_data_quality_metrics(AnomalyDetectorArn=arn)['AnomalyDetectorDataQualityMetricList']
    return {
        'header': sample['HeaderValues'], 'rows': sample['SampleRows'], 'reason': reason, 'status': statuses[-1], 'arn': arn,
        'frequency': detected['MetricSetFrequency']['Value'],
        'csv': {name: field.get('Value') for name, field in detected['MetricSource']['S3SourceConfig']['FileFormatDescriptor']['CsvFormatDescriptor'].items()},
        'quality': {one['MetricType']: one['MetricValue'] for report in quality for one_set in report['MetricSetDataQualityMetricList']
                    for one in one_set['DataQualityMetricList']},
    }


def minutes(text):
    """A time in a form that can be compared."""
    match = re.search(r'(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)Z\[UTC\]', text)
    return ''.join(match.groups())


def groups_at(groups, measure, timestamp):
    """What alerts that name no group are found by: measure and time."""
    return [one['AnomalyGroupId'] for one in groups
            if one['PrimaryMetricName'] == measure and minutes(one['StartTime']) <= minutes(timestamp) <= minutes(one['EndTime'])]


def alerted_groups(asked):
    """The groups of many alerts, each by its measure and time."""
    groups = summaries(asked['arn'])
    return [groups_at(groups, one['measure'], one['timestamp']) for one in asked['alerts']]


def readable_alert(event):
    """An alert's function: makes a text of the event, and finds its group by measure and time."""
    impacted = event['impactedMetric']
    found = groups_at(summaries(event['anomalyDetectorArn']), impacted['metricName'], event['timestamp'])
    drivers = [f"{dimension['dimensionName']}: {value['dimensionValue']} {value['valueContribution']:.0f}%"
               for dimension in impacted['dimensionContribution'] for value in dimension['dimensionValueContributions']]
    values = [one['metricValue'] for one in impacted['relevantTimeSeries']]
    detector = re.fullmatch(r'arn:aws:lookoutmetrics:[^:]+:\d+:AnomalyDetector:(.*)', event['anomalyDetectorArn']).group(1)
    return {'detector': detector, 'groups': found, 'drivers': drivers, 'values': values,
            'dimensions': sorted({dimension['dimensionName'] for one in impacted['relevantTimeSeries'] for dimension in one['dimensions']}),
            'score': event['anomalyScore'], 'console': event['consoleUrl'], 'event': event['alertEventId']}


flow, argument = sys.argv[1], json.loads(sys.argv[2])
print(json.dumps({'back_test': back_test, 'delete': delete, 'activate': activate, 'look_at_data': look_at_data, 'watch': watch, 'readable_alert': readable_alert, 'alerted_groups': alerted_groups}[flow](argument)))
