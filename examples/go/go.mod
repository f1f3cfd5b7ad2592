module shop

go 1.25.0

require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.240.0
	github.com/aws/jsii-runtime-go v1.140.0
	github.com/cdk-redshift-lookout/cdk-redshift-lookout-go/redshiftlookout v0.0.0
)
