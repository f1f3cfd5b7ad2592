#!/usr/bin/env python3
"""The ecommerce connector of examples/typescript, in Python: both synthesise the same template.

`-c sample=true` makes a warehouse with sample data for it.
"""
import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from cdk_redshift_lookout import (
    AlertTarget,
    ConnectorQuery,
    DetectorFrequency,
    Metric,
    RedshiftCluster,
    RedshiftLookoutConnector,
    SampleWarehouse,
    TimestampColumn,
)

QUERY = """select e.ts as timestamp, e.views, e.revenue, p.name as platform, m.name as marketplace
from ecommerce e
join platform p on e.platform = p.id
join marketplace m on e.marketplace = m.id
where e.ts >= '{{start}}' and e.ts < '{{end}}'"""

app = cdk.App()
stack = cdk.Stack(app, "RedshiftLookoutEcommerce")
topic = sns.Topic(stack, "Anomalies", enforce_ssl=True)

if str(app.node.try_get_context("sample")).lower() == "true":
    warehouse = SampleWarehouse(stack, "Warehouse")
    cluster = warehouse.cluster
    secret = warehouse.secret
else:
    cluster = RedshiftCluster.provisioned_by_name("l4m-demo")
    secret = secretsmanager.Secret.from_secret_name_v2(stack, "Secret", "redshift-l4mintegration")

connector = RedshiftLookoutConnector(
    stack,
    "Ecommerce",
    cluster=cluster,
    database="l4mdemo",
    secret=secret,
    query=ConnectorQuery.from_string(QUERY),
    timestamp_column=TimestampColumn.of("timestamp", "yyyy-MM-dd HH:mm:ss"),
    metrics=[Metric.sum("views"), Metric.sum("revenue")],
    dimensions=["platform", "marketplace"],
    frequency=DetectorFrequency.HOURLY,
)
connector.add_alert("Pager", threshold=70, target=AlertTarget.topic(topic))

app.synth()
