// SPDX-License-Identifier: Apache-2.0

import type { DynamoDbTable } from './dynamodb-table';
import { untilWritten } from './until-written';

/** Attribute that holds the names. */
const HOLDERS = 'holders';

/**
 * As many places as a quota allows, each held by the name of a record: an item with a set of names. Records are created before they take a
 * place, and give it back before they are deleted. So a name without a record is left over, and of many that come at the same time exactly
 * as many stay as there are places.
 */
export class Places {
  /**
   * @param partition of the item
   * @param sort key of the item
   * @param records names of all records that exist
   */
  public constructor(
    private readonly table: DynamoDbTable, private readonly partition: string, private readonly sort: string,
    private readonly records: () => Promise<readonly string[]>,
  ) {}

  /** Takes one of so many places, by one conditional write; false when all are held. */
  public async take(name: string, most: number): Promise<boolean> {
    return untilWritten(name, async () => {
      if (await this.table.addToSet(this.partition, this.sort, HOLDERS, name, most)) return true;
      const found = await this.table.get(this.partition, this.sort);
      const holders = found?.[HOLDERS] as ReadonlySet<string> | undefined;
      const records = await this.records();
      if (holders === undefined) {
        // the first one, or records of a version without places: all of them that come at the same time make the same set
        const first = [...records].sort().slice(0, most);
        return await this.table.createSet(this.partition, this.sort, HOLDERS, first) ? first.includes(name) : undefined;
      }
      const left = [...holders].filter(holder => !records.includes(holder));
      if (left.length === 0) return false;
      await this.table.removeFromSet(this.partition, this.sort, HOLDERS, left);
      return undefined;
    });
  }

  /** Gives back the place of a name, which may have none. */
  public async giveBack(name: string): Promise<void> {
    await this.table.removeFromSet(this.partition, this.sort, HOLDERS, [name]);
  }
}
