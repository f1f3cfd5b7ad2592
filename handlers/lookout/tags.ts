import { invalidField, notFound } from './errors';
import { operation, type Operation, type ServiceContext } from './operation';
import { list, required } from './schema';
import { arn, tagKey, tags } from './shapes';

/** Tags that a resource can have. */
const TAGS_PER_RESOURCE = 50;

type Tags = Readonly<Record<string, string>>;

/** A resource that has tags. */
interface TaggedResource {
  readonly tags: Tags;
  replaceTags(tags: Record<string, string>): Promise<void>;
}

/**
 * Operations on the tags of detectors, metric sets and alerts. Their input is named as it travels: `tags` and `tagKeys` are in lower case in
 * requests, while answers and the other operations have `Tags`.
 */
export const tagOperations: Record<string, Operation> = {
  TagResource: operation({ ResourceArn: required(arn), tags: required(tags) }, async (input, context) => {
    const resource = await taggedResource(input.ResourceArn, context);
    const merged = Object.fromEntries([...Object.entries(resource.tags), ...Object.entries(input.tags)]);
    const count = Object.keys(merged).length;
    if (count > TAGS_PER_RESOURCE) {
      throw invalidField('tags', `would give the resource ${count} tags, it can have ${TAGS_PER_RESOURCE}`);
    }
    await resource.replaceTags(merged);
    return {};
  }),

  UntagResource: operation({ ResourceArn: required(arn), tagKeys: required(list(tagKey, 1, TAGS_PER_RESOURCE)) }, async (input, context) => {
    const resource = await taggedResource(input.ResourceArn, context);
    await resource.replaceTags(Object.fromEntries(Object.entries(resource.tags).filter(([key]) => !input.tagKeys.includes(key))));
    return {};
  }),

  ListTagsForResource: operation({ ResourceArn: required(arn) }, async (input, context) => ({
    Tags: (await taggedResource(input.ResourceArn, context)).tags,
  })),
};

async function taggedResource(resourceArn: string, { store }: ServiceContext): Promise<TaggedResource> {
  const [, , , , , kind = ''] = resourceArn.split(':');
  if (kind === 'Alert') {
    const alert = await store.getAlert(resourceArn);
    if (!alert) {
      throw notFound('Alert', resourceArn);
    }
    return { tags: alert.tags ?? {}, replaceTags: replaced => store.putAlert({ ...alert, tags: replaced }) };
  }
  if (kind.startsWith('MetricSet/')) {
    const metricSet = await store.getMetricSet(resourceArn);
    if (!metricSet) {
      throw notFound('MetricSet', resourceArn);
    }
    return { tags: metricSet.tags ?? {}, replaceTags: replaced => store.putMetricSet({ ...metricSet, tags: replaced }) };
  }
  const detector = await store.getDetector(resourceArn);
  if (!detector) {
    throw notFound('AnomalyDetector', resourceArn);
  }
  return {
    tags: detector.tags ?? {},
    replaceTags: async replaced => {
      if (!await store.updateDetector(resourceArn, { tags: replaced })) {
        throw notFound('AnomalyDetector', resourceArn);
      }
    },
  };
}
