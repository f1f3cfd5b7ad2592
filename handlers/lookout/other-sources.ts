import { boolean, integer, list, oneOf, required, structure, text, type Shape } from './schema';
import { arn, name } from './shapes';

/*
 * What of a metric set this service does not support. It is checked by the rules of the service model all the same, and refused in words
 * after that: so clients that send something wrong hear first what is wrong, as they did.
 */

const matching = (pattern: RegExp, max: number, min = 0): Shape<string> => text({ min, max, pattern });

const BACK_TEST = structure({ RunBackTestMode: required(boolean()) });

const SECRET_ARN = text({
  max: 256, pattern: /arn:([a-z\d-]+):.*:.*:secret:AmazonLookoutMetrics-.+/, description: 'be the ARN of a secret whose name begins with AmazonLookoutMetrics-',
});

const DATABASE = {
  DatabaseHost: matching(/.*\S.*/, 253, 1),
  DatabasePort: integer(1, 65535),
  SecretManagerArn: SECRET_ARN,
  TableName: matching(/[a-zA-Z][a-zA-Z0-9_.]*/, 100, 1),
  RoleArn: arn,
  VpcConfiguration: structure({
    SubnetIdList: required(list(matching(/[-0-9a-zA-Z]+/, 255), 0, Infinity)),
    SecurityGroupIdList: required(list(matching(/[-0-9a-zA-Z]+/, 255, 1), 0, Infinity)),
  }),
};

/** Sources of Lookout for Metrics other than S3. */
export const OTHER_SOURCES = {
  AppFlowConfig: structure({ RoleArn: arn, FlowName: matching(/[a-zA-Z0-9][\w!@#.-]+/, 256) }),
  CloudWatchConfig: structure({ RoleArn: arn, BackTestConfiguration: BACK_TEST }),
  AthenaSourceConfig: structure({
    RoleArn: arn,
    DatabaseName: matching(/[a-zA-Z0-9_]+/, 255, 1),
    DataCatalog: matching(/[\u0020-\uFFFD\t]*/, 256, 1),
    TableName: matching(/[a-zA-Z0-9_]+/, 128, 1),
    WorkGroupName: matching(/[a-zA-Z0-9._-]{1,128}/, 128, 1),
    S3ResultsPath: matching(/s3:\/\/[a-z0-9].+/s, 1024),
    BackTestConfiguration: BACK_TEST,
  }),
  RDSSourceConfig: structure({
    ...DATABASE, DBInstanceIdentifier: matching(/[a-zA-Z](?!.*--)(?!.*-$)[0-9a-zA-Z-]*/, 63, 1), DatabaseName: matching(/[a-zA-Z0-9_.]+/, 64, 1),
  }),
  RedshiftSourceConfig: structure({
    ...DATABASE, ClusterIdentifier: matching(/[a-z](?!.*--)(?!.*-$)[0-9a-z-]*/, 63, 1), DatabaseName: matching(/[a-zA-Z0-9_.]+/, 100, 1),
  }),
};

/** Filters on dimension values. */
export const DIMENSION_FILTERS = list(structure({
  Name: name,
  FilterList: list(structure({ DimensionValue: text({ max: Infinity }), FilterOperation: oneOf('EQUALS') }), 1, Infinity),
}), 1, Infinity);
