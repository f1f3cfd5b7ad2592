// The ecommerce connector of examples/typescript, in Go: both synthesise the same template. "-c sample=true" makes a warehouse with sample
// data for it.
package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-redshift-lookout/cdk-redshift-lookout-go/redshiftlookout"
)

const query = `select e.ts as timestamp, e.views, e.revenue, p.name as platform, m.name as marketplace
from ecommerce e
join platform p on e.platform = p.id
join marketplace m on e.marketplace = m.id
where e.ts >= '{{start}}' and e.ts < '{{end}}'`

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("RedshiftLookoutEcommerce"), nil)
	topic := awssns.NewTopic(stack, jsii.String("Anomalies"), &awssns.TopicProps{EnforceSSL: jsii.Bool(true)})

	cluster, secret := warehouse(app, stack)
	connector := redshiftlookout.NewRedshiftLookoutConnector(stack, jsii.String("Ecommerce"), &redshiftlookout.RedshiftLookoutConnectorProps{
		Cluster:         cluster,
		Database:        jsii.String("l4mdemo"),
		Secret:          secret,
		Query:           redshiftlookout.ConnectorQuery_FromString(jsii.String(query)),
		TimestampColumn: redshiftlookout.TimestampColumn_Of(jsii.String("timestamp"), jsii.String("yyyy-MM-dd HH:mm:ss")),
		Metrics: &[]redshiftlookout.Metric{
			redshiftlookout.Metric_Sum(jsii.String("views")),
			redshiftlookout.Metric_Sum(jsii.String("revenue")),
		},
		Dimensions: jsii.Strings("platform", "marketplace"),
		Frequency:  redshiftlookout.DetectorFrequency_HOURLY(),
	})
	connector.AddAlert(jsii.String("Pager"), &redshiftlookout.AlertOptions{
		Threshold: jsii.Number(70),
		Target:    redshiftlookout.AlertTarget_Topic(topic, nil),
	})

	app.Synth(nil)
}

func warehouse(app awscdk.App, stack awscdk.Stack) (redshiftlookout.RedshiftCluster, awssecretsmanager.ISecret) {
	if fmt.Sprint(app.Node().TryGetContext(jsii.String("sample"))) == "true" {
		sample := redshiftlookout.NewSampleWarehouse(stack, jsii.String("Warehouse"), nil)
		return sample.Cluster(), sample.Secret()
	}
	return redshiftlookout.RedshiftCluster_ProvisionedByName(jsii.String("l4m-demo")),
		awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Secret"), jsii.String("redshift-l4mintegration"))
}
