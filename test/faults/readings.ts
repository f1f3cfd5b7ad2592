// SPDX-License-Identifier: Apache-2.0

import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { parse } from 'csv-parse/sync';
import type { HourOutcome } from './fault-case';
import { ledgerTime, sqlTime, startOf } from './hours';
import { PLATFORMS } from './orders';
import { SeriesIndex } from '../../handlers/input/series-index';
import { DynamoDbStore } from '../../handlers/lookout/dynamodb-store';
import { SeriesValuesStore } from '../../handlers/shared/series-values-store';
import type { EmbeddedCloud } from '../../local/cloud';
import type { Warehouse } from '../../local/redshift/warehouse';
import { LEDGER_KEYS, PREFIXES } from '../../src/private/contract';

/** An item of the ledger, as far as cases need it. */
interface LedgerItem {
  readonly state?: string;
  readonly attempts?: number;
  readonly rows?: number;
  readonly rowsRejected?: number;
  readonly error?: string;
  readonly next?: string;
  readonly reread?: HourOutcome['reread'];
}

/** What ledger, bucket, warehouse and detector say of hours. */
export class Readings {
  private readonly dynamodb: DynamoDBClient;
  private readonly s3: S3Client;
  private readonly values: SeriesValuesStore;
  private readonly store: DynamoDbStore;
  private readonly timeSeriesIds = new SeriesIndex(['views'], ['platform'], PLATFORMS.map(name => [name])).allTimeSeriesIds();

  public constructor(private readonly cloud: EmbeddedCloud, private readonly warehouse: Warehouse) {
    const { environment } = cloud;
    const settings = {
      region: environment.AWS_REGION, credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY },
    };
    this.dynamodb = new DynamoDBClient({ ...settings, endpoint: cloud.dynamodbEndpoint });
    this.s3 = new S3Client({ ...settings, endpoint: cloud.s3.endpoint, forcePathStyle: true });
    this.store = new DynamoDbStore(this.dynamodb, this.name('Service/Table'));
    this.values = new SeriesValuesStore(this.s3, this.name('Service/StateBucket'));
  }

  /** The ledger's item of an hour of the stream. */
  public interval(hour: number): Promise<LedgerItem> {
    return this.ledgerItem('interval', ledgerTime(startOf(hour)));
  }

  /** Start of the next interval to be crawled. */
  public async watermark(): Promise<string> {
    return (await this.ledgerItem('control', 'watermark')).next!;
  }

  /** Number of anomaly groups that the detector has of an hour. */
  public async groupsOf(hour: number): Promise<number> {
    const at = startOf(hour).getTime() / 1000;
    const { items } = await this.store.listGroups(this.detectorArn, { limit: 100 });
    return items.filter(({ start, end }) => start <= at && end >= at).length;
  }

  /** What the places say of hours of the stream; `hour` counts from the first of them. */
  public async hours(first: number, count: number): Promise<HourOutcome[]> {
    const last = startOf(first + count - 1);
    const warehouse = await this.warehouse.query<{ ts: string; rows: number; views: number }>(
      'select ts, count(*) as rows, sum(views) filter (where views <> \'NaN\') as views from orders where ts >= $1 and ts <= $2 group by ts', [sqlTime(startOf(first)), sqlTime(last)]);
    const inWarehouse = new Map(warehouse.map(row => [row.ts.slice(0, 19), row]));
    const observed = await this.values.read(this.detectorArn, this.timeSeriesIds, last.getTime() / 1000, count);
    const outcomes: HourOutcome[] = [];
    for (let index = 0; index < count; index++) {
      const start = startOf(first + index);
      const item = await this.interval(first + index);
      const row = inWarehouse.get(sqlTime(start));
      outcomes.push({
        hour: index,
        state: item.state,
        attempts: item.attempts,
        error: item.error,
        rows: item.rows,
        rowsRejected: item.rowsRejected,
        ...await this.inBucket(start),
        rowsInWarehouse: Number(row?.rows ?? 0),
        viewsDetected: observed.values.reduce((sum, values) => sum + (Number.isNaN(values[index]) ? 0 : values[index]), 0),
        viewsInWarehouse: Number(row?.views ?? 0),
        reread: item.reread,
        groups: await this.groupsOf(first + index),
      });
    }
    return outcomes;
  }

  private async inBucket(start: Date): Promise<Pick<HourOutcome, 'rowsInBucket' | 'viewsInBucket'>> {
    const folder = ledgerTime(start).replace(/^(\d+)-(\d+)-(\d+)T(\d+):(\d+).*$/, '$1$2$3/$4$5/');
    const Bucket = this.name('Bucket');
    let [rowsInBucket, viewsInBucket] = [0, 0];
    for await (const page of paginateListObjectsV2({ client: this.s3 }, { Bucket, Prefix: `${PREFIXES.live}${folder}` })) {
      for (const { Key } of page.Contents ?? []) {
        const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key }));
        const rows: { readonly views: string }[] = parse(await Body!.transformToString(), { columns: true });
        rowsInBucket += rows.length;
        viewsInBucket += rows.reduce((sum, { views }) => sum + (Number.isFinite(Number(views)) ? Number(views) : 0), 0);
      }
    }
    return { rowsInBucket, viewsInBucket };
  }

  /** Failures that no event has told of. */
  public async untold(): Promise<string[]> {
    const { Items = [] } = await this.dynamodb.send(new QueryCommand({
      TableName: this.name('Ledger'),
      KeyConditionExpression: '#kind = :kind',
      ExpressionAttributeNames: { '#kind': LEDGER_KEYS.partition },
      ExpressionAttributeValues: { ':kind': { S: 'untold' } },
    }));
    return Items.map(item => item[LEDGER_KEYS.sort].S!);
  }

  private async ledgerItem(kind: string, start: string): Promise<LedgerItem> {
    const { Item } = await this.dynamodb.send(new GetItemCommand({
      TableName: this.name('Ledger'), Key: { [LEDGER_KEYS.partition]: { S: kind }, [LEDGER_KEYS.sort]: { S: start } }, ConsistentRead: true,
    }));
    return Item ? unmarshall(Item) as LedgerItem : {};
  }

  public close(): void {
    this.dynamodb.destroy();
    this.s3.destroy();
  }

  private get detectorArn(): string {
    return String(this.cloud.attribute('Faults/Orders/Detector/Default', 'DetectorArn'));
  }

  private name(part: string): string {
    const found = this.cloud.physicalName(`Faults/Orders/${part}`);
    if (found === undefined) throw new Error(`the app has no resource at Faults/Orders/${part}: there are ${this.cloud.resources().map(({ path }) => path).join(', ')}`);
    return found;
  }
}
