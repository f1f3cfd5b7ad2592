import { integer, map, oneOf, required, text } from './schema';
import { FREQUENCY_SECONDS, LIMITS, type Frequency } from '../../src/private/contract';

/** Shapes that several operations share. Lengths and patterns are those of the service model of Lookout for Metrics. */
const NAME_RULE = 'begin with a letter or digit and consist of letters, digits, - and _';

/** Name of a detector, metric set, alert or column. */
export const name = text({ min: 1, max: LIMITS.nameLength, pattern: LIMITS.namePattern, description: NAME_RULE });

/** Name of a measure where it is asked for. */
export const measureName = text({ min: 1, max: 256, pattern: LIMITS.namePattern, description: NAME_RULE });

const NOT_BLANK = { pattern: /.*\S.*/s, description: 'contain more than white space' };

/** Description of a detector or metric set. */
export const description = text({ min: 1, max: LIMITS.descriptionLength, ...NOT_BLANK });

/** Description of an alert, which may be empty. */
export const alertDescription = text({ max: LIMITS.descriptionLength, pattern: /(.*\S.*)?/s, description: NOT_BLANK.description });

export const arn = text({ min: 1, max: 256, pattern: /arn:([a-z\d-]+):.*:.*:.*:.+/, description: 'be an ARN' });

export const kmsKeyArn = text({
  min: 20, max: 2048, pattern: /arn:[a-z\d-]+:kms:[a-z\d-]+:\d{12}:key\/[a-zA-Z\d-]{36}/, description: 'be the ARN of a KMS key',
});

export const frequency = oneOf(...Object.keys(FREQUENCY_SECONDS) as Frequency[]);

export const maxResults = integer(1, 100);

export const nextToken = text({ min: 1, max: 3000, ...NOT_BLANK });

export const anomalyGroupId = text({
  max: 63,
  pattern: /[a-z0-9]{8}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{12}/,
  description: 'be the id of an anomaly group (a UUID in lower case)',
});

export const timeSeriesId = text({ min: 1, max: 520, ...NOT_BLANK });

/** Severity, 0-100. */
export const sensitivityThreshold = integer(0, 100);

const TAG_CHARACTERS = { pattern: /[\p{L}\p{N}\p{Z}_.:/=+@-]*/u, description: 'consist of letters, digits, spaces and _ . : / = + @ -' };

/** Keys that begin with `aws:` are reserved. */
export const tagKey = text({
  min: 1, max: 128, pattern: /(?!aws:)[\p{L}\p{N}\p{Z}_.:/=+@-]+/u, description: `${TAG_CHARACTERS.description}, and not begin with aws:`,
});

export const tags = map(tagKey, text({ max: 256, ...TAG_CHARACTERS }), 1, 50);

/** Members of every operation on one detector. */
export const ofDetector = { AnomalyDetectorArn: required(arn) };

/** Members of every operation that answers in pages. */
export const paging = { MaxResults: maxResults, NextToken: nextToken };
