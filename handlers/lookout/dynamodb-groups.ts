// SPDX-License-Identifier: Apache-2.0

import { readItems } from './dynamodb-pages';
import type { Attributes, DynamoDbTable } from './dynamodb-table';
import { withinItemLimit } from './group-size';
import type { GroupRecord, GroupSummary, Page, PageRequest } from './store';
import { asText, fromText } from './store-items';
import { sortableGroup } from './store-order';
import { SERVICE_KEYS } from '../../src/private/contract';

/** Sort keys in a detector's partition. */
const GROUP = 'GROUP#';
/** Where a group stands in the list. Only that entry counts which the group itself names as its `order`. */
const GROUP_ORDER = 'GROUP_ORDER#';

/** Anomaly groups, in their detectors' partitions of the service table. */
export class DynamoDbGroups {
  public constructor(private readonly table: DynamoDbTable) {}

  public async put(record: GroupRecord): Promise<void> {
    const group = withinItemLimit(record);
    const { detectorArn, id, measure, start, end, score } = group;
    const order = `${GROUP_ORDER}${sortableGroup(group)}`;
    const [before] = await this.table.getMany([[detectorArn, GROUP + id]], ['order']);
    // entry, group, old entry: the group's own `order` decides which entry counts, so a break in between leaves a list without doubles
    if (before?.order !== order) {
      await this.table.put(detectorArn, order, asText({ id, measure, start, end, score }));
    }
    await this.table.put(detectorArn, GROUP + id, { ...asText(group), id, order });
    if (typeof before?.order === 'string' && before.order !== order) {
      await this.table.delete(detectorArn, before.order);
    }
  }

  public async delete(detectorArn: string, id: string): Promise<void> {
    const [found] = await this.table.getMany([[detectorArn, GROUP + id]], ['order']);
    // the group first: an entry that no group names does not count
    await this.table.delete(detectorArn, GROUP + id);
    if (typeof found?.order === 'string') await this.table.delete(detectorArn, found.order);
  }

  public async get(detectorArn: string, id: string): Promise<GroupRecord | undefined> {
    const found = await this.table.get(detectorArn, GROUP + id);
    return found && fromText(found);
  }

  public async list(detectorArn: string, page: PageRequest): Promise<Page<GroupRecord>> {
    const { items, next } = await this.inOrder(detectorArn, page);
    return { items: items.map(({ group }) => fromText<GroupRecord>(group)), ...next && { next } };
  }

  public async listSummaries(detectorArn: string, page: PageRequest): Promise<Page<GroupSummary>> {
    const { items, next } = await this.inOrder(detectorArn, page, ['id', 'order']);
    return { items: items.map(({ entry }) => fromText<GroupSummary>(entry)), ...next && { next } };
  }

  /** Entries of the list with their groups, of which only the attributes `only` are read. Entries that no group names are left out. */
  private async inOrder(
    detectorArn: string, page: PageRequest, only?: readonly string[],
  ): Promise<Page<{ readonly entry: Attributes; readonly group: Attributes }>> {
    const entries = await readItems(this.table, 'groups', detectorArn, detectorArn, { prefix: GROUP_ORDER, backwards: true }, page,
      entry => ({ entry, order: String(entry[SERVICE_KEYS.sort]), id: fromText<GroupSummary>(entry).id }));
    const groups = await this.table.getMany([...new Set(entries.items.map(({ id }) => id))].map(id => [detectorArn, GROUP + id]), only);
    const byId = new Map(groups.map(group => [group.id, group]));
    const items = entries.items.flatMap(({ entry, order, id }) => {
      const group = byId.get(id);
      return group?.order === order ? [{ entry, group }] : [];
    });
    return { items, ...entries.next && { next: entries.next } };
  }
}
