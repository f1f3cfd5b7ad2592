// SPDX-License-Identifier: Apache-2.0

import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Backend } from './contract';
import { fromThisAccount, grantPassRole } from './roles';
import { LookoutService } from '../lookout-service';

/** One answerer of the Lookout for Metrics API, as the connector's resources need to know it. */
export interface BoundBackend {
  readonly backend: Backend;
  readonly service?: LookoutService;
  /** Who assumes the roles that data sets and alerts name. */
  readonly roleUser: iam.IPrincipal;
  /** What the detector does with the data bucket beside listing and reading objects. */
  readonly bucketActions: string[];
  /** How long the detector may take to learn the history. */
  readonly activationTimeout: Duration;
  /** Lets the grantee create, change, delete and describe the connector's detector, data set and alerts. */
  grantManage(grantee: iam.IGrantable): void;
  /** Lets the grantee name the role in a data set or alert. */
  grantNameRole(grantee: iam.IGrantable, role: iam.IRole): void;
  /** Lets the grantee activate and describe the detector. */
  grantActivate(grantee: iam.IGrantable): void;
}

/** The service of this library. */
export function inAccountBackend(service: LookoutService): BoundBackend {
  return {
    backend: { type: 'IN_ACCOUNT', functionName: service.serviceFunction.functionName },
    service,
    roleUser: new iam.ArnPrincipal(service.detectRole.roleArn),
    bucketActions: [],
    activationTimeout: Duration.hours(1), // the function that learns runs for 15 minutes at most, three times
    grantManage: grantee => service.grantInvoke(grantee),
    grantNameRole: () => {}, // a role is named in a request to a function, where IAM asks for nothing
    grantActivate: grantee => service.grantInvoke(grantee),
  };
}

/** Amazon Lookout for Metrics. */
export function lookoutForMetricsBackend(scope: Construct, detectorName: string): BoundBackend {
  const stack = Stack.of(scope);
  const arn = (resource: string, resourceName: string, arnFormat: ArnFormat) => stack.formatArn({ service: 'lookoutmetrics', resource, resourceName, arnFormat });
  const detectorArn = arn('AnomalyDetector', detectorName, ArnFormat.COLON_RESOURCE_NAME);
  return {
    backend: { type: 'LOOKOUT_FOR_METRICS' },
    roleUser: fromThisAccount(scope, 'lookoutmetrics.amazonaws.com'),
    bucketActions: ['s3:GetBucketAcl'],
    activationTimeout: Duration.hours(6), // two hours were seen
    grantManage: grantee => {
      grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
        actions: [
          'lookoutmetrics:CreateAlert', 'lookoutmetrics:CreateAnomalyDetector', 'lookoutmetrics:CreateMetricSet', 'lookoutmetrics:DeactivateAnomalyDetector',
          'lookoutmetrics:DeleteAlert', 'lookoutmetrics:DeleteAnomalyDetector', 'lookoutmetrics:DescribeAnomalyDetector', 'lookoutmetrics:DescribeMetricSet', 'lookoutmetrics:TagResource',
          'lookoutmetrics:UpdateAlert', 'lookoutmetrics:UpdateAnomalyDetector', 'lookoutmetrics:UpdateMetricSet',
        ],
        resources: [
          detectorArn,
          arn('MetricSet', `${detectorName}/*`, ArnFormat.SLASH_RESOURCE_NAME),
          arn('Alert', '*', ArnFormat.COLON_RESOURCE_NAME), // an alert's ARN does not tell its detector
        ],
      }));
      grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
        actions: ['lookoutmetrics:ListAlerts', 'lookoutmetrics:ListAnomalyDetectors', 'lookoutmetrics:ListMetricSets'],
        resources: ['*'], // lists know no resources; without them what exists cannot be found by its name
      }));
    },
    grantNameRole: (grantee, role) => grantPassRole(grantee, role, 'lookoutmetrics.amazonaws.com'),
    grantActivate: grantee => grantee.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
      actions: ['lookoutmetrics:ActivateAnomalyDetector', 'lookoutmetrics:DeactivateAnomalyDetector', 'lookoutmetrics:DescribeAnomalyDetector'],
      resources: [detectorArn],
    })),
  };
}
