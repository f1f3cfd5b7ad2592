// SPDX-License-Identifier: Apache-2.0

import { invalidField, notFound, quotaExceeded, type ResourceType } from './errors';
import { operations, type Operation, type ServiceContext } from './operation';
import type { Change, Store, Tags } from './store';

/**
 * Operations on the tags of detectors, metric sets and alerts. Their input is named as it travels: `tags` and `tagKeys` are in lower case in
 * requests, while answers and the other operations have `Tags`. Of changes at the same time none is lost.
 */
export const tagOperations: Record<string, Operation> = operations({
  TagResource: async (input, context) => {
    await changeTags(input.ResourceArn, context, current => {
      const merged = Object.fromEntries([...Object.entries(current), ...Object.entries(input.tags)]);
      const count = Object.keys(merged).length;
      const most = context.quotas.tags;
      // the service model has no quota among the errors of TagResource
      if (count > most) throw invalidField('tags', `would give the resource ${count} tags, and it can have ${most}: ${REMEDY}`);
      return merged;
    });
    return {};
  },

  UntagResource: async (input, context) => {
    await changeTags(input.ResourceArn, context, current => (
      Object.fromEntries(Object.entries(current).filter(([key]) => !input.tagKeys.includes(key)))));
    return {};
  },

  ListTagsForResource: async (input, { store }) => {
    const { type, read } = resourceOf(input.ResourceArn, store);
    const resource = await read();
    if (!resource) {
      throw notFound(type, input.ResourceArn);
    }
    return { Tags: resource.tags ?? {} };
  },
});

const REMEDY = 'remove some, or raise maximumTagsPerResource of the service';

/** @throws ApiError ServiceQuotaExceededException: a resource that is to be created has too many tags */
export function assertTagQuota(type: ResourceType, arn: string, tags: Tags | undefined, { quotas }: ServiceContext): void {
  const count = Object.keys(tags ?? {}).length;
  if (count > quotas.tags) throw quotaExceeded(type, arn, 'TAGS_PER_RESOURCE', `Tags has ${count} entries, and a resource can have ${quotas.tags}: ${REMEDY}.`);
}

async function changeTags(resourceArn: string, { store }: ServiceContext, change: Change<Tags>): Promise<void> {
  const resource = resourceOf(resourceArn, store);
  if (!await resource.change(change)) {
    throw notFound(resource.type, resourceArn);
  }
}

/** A resource that can have tags, whether or not it exists. */
interface TaggedResource {
  readonly type: ResourceType;
  read(): Promise<{ readonly tags?: Tags } | undefined>;
  /** Gives something false when there is no such resource. */
  change(change: Change<Tags>): Promise<unknown>;
}

function resourceOf(resourceArn: string, store: Store): TaggedResource {
  const [, , , , , kind = ''] = resourceArn.split(':');
  const inRecord = <T extends { readonly tags?: Record<string, string> }>(change: Change<Tags>) => (record: T): T => (
    { ...record, tags: { ...change(record.tags ?? {}) } });
  if (kind === 'Alert') {
    return { type: 'Alert', read: () => store.getAlert(resourceArn), change: change => store.changeAlert(resourceArn, inRecord(change)) };
  }
  if (kind.startsWith('MetricSet/')) {
    return { type: 'MetricSet', read: () => store.getMetricSet(resourceArn), change: change => store.changeMetricSet(resourceArn, inRecord(change)) };
  }
  return { type: 'AnomalyDetector', read: () => store.getDetector(resourceArn), change: change => store.changeDetectorTags(resourceArn, change) };
}
