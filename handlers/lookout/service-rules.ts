// SPDX-License-Identifier: Apache-2.0

import { parseAnomalyTime } from './anomaly-time';
import { MODEL } from './model-constraints';
import { also, text, type Shape } from './schema';

/*
 * Where this service goes beyond the service model of Lookout for Metrics, or takes more than it: by the name of the model's shape. All
 * else is taken from the model as it is (model-constraints.ts).
 */

/** As many columns as a Redshift table can have; a data set must fit into an item of the service table. */
const MAX_COLUMNS = 1600;

/** Longest value that a filter can name; the model has no bound, and an alert must fit into an item of the service table. */
const MAX_DIMENSION_VALUE = 1024;

const TAG_CHARACTERS = 'consist of letters, digits, spaces and _ . : / = + @ -';

/** Keys of customer's keys that are in several Regions; the model has those of one Region. */
const MULTI_REGION_KEY = /^arn:aws[^:]*:kms:[^:]+:\d{12}:key\/mrk-[a-z\d]{32}$/;

/** What replaces or adds to the model's rule, which is handed over. */
export const SERVICE_RULES = {
  // developer guide, "detectors-tags"
  TagKey: (model: Shape<string>) => also(model, `${TAG_CHARACTERS}, and not begin with aws:`, key => /^(?!aws:)[\p{L}\p{N}\p{Z}_.:/=+@-]*$/u.test(key)),
  TagValue: (model: Shape<string>) => also(model, TAG_CHARACTERS, value => /^[\p{L}\p{N}\p{Z}_.:/=+@-]*$/u.test(value)),

  // the model has no shortest length, and an empty text is the only way to take a description away
  AlertDescription: (model: Shape<string>): Shape<string> => ({
    check: (value, name, problems) => value === '' ? value : model.check(value, name, problems),
  }),

  KmsKeyArn: (model: Shape<string>): Shape<string> => ({
    check: (value, name, problems) => typeof value === 'string' && MULTI_REGION_KEY.test(value) ? value : model.check(value, name, problems),
  }),

  Timezone: (model: Shape<string>) => also(model, 'be the IANA name of a time zone', isTimezone),

  // with seconds as the model has it, and without, as Lookout for Metrics wrote the times of anomalies and executions
  TimestampString: () => also(text({ max: MODEL.texts.TimestampString.max }), 'be a time as 2020-12-05T01:00Z[UTC] or 2020-12-05T01:00:00Z',
    value => parseAnomalyTime(value) !== undefined),

  HeaderList: (model: Shape<string[]>) => also(model, `have at most ${MAX_COLUMNS} entries`, names => names.length <= MAX_COLUMNS),
  DimensionValue: (model: Shape<string>) => also(model, `have at most ${MAX_DIMENSION_VALUE} characters`, value => [...value].length <= MAX_DIMENSION_VALUE),
};

function isTimezone(value: string): boolean {
  try {
    // offsets (+01:00), which the runtime takes too, have no name to print
    return /^[a-z]/i.test(value) && new Intl.DateTimeFormat('en', { timeZone: value }) !== undefined;
  } catch {
    return false;
  }
}
