// SPDX-License-Identifier: Apache-2.0

import type { Attributes, DynamoDbTable, ItemQuery } from './dynamodb-table';
import { InvalidPageToken, pagePosition, pageToken, type PagedList } from './page-token';
import type { Page, PageRequest } from './store';

/** One page of a partition's items, as the list that it is asked for. */
export async function readItems<T>(
  table: DynamoDbTable, list: PagedList, owner: string, partition: string, query: Omit<ItemQuery, 'limit' | 'after'>, page: PageRequest,
  decode: (attributes: Attributes) => T,
): Promise<Page<T>> {
  const after = page.from === undefined ? {} : { after: positionIn(list, owner, query.prefix, page.from) };
  const { items, more } = await table.query(partition, { ...query, limit: page.limit, ...after });
  const last = items.at(-1);
  return { items: items.map(item => decode(item.attributes)), ...last && more && { next: pageToken(list, owner, last.sort) } };
}

/** Position in a token, which must lie among the keys that are listed: DynamoDB refuses others. */
export function positionIn(list: PagedList, owner: string, prefix: string, token: string): string {
  const position = pagePosition(list, owner, token);
  if (!position.startsWith(prefix) || Buffer.byteLength(position) > 1024) {
    throw new InvalidPageToken();
  }
  return position;
}
