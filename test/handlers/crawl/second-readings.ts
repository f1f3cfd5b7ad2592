// SPDX-License-Identifier: Apache-2.0

/** Steps of second readings, and the files that they leave. */
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { CrawlSteps, hour } from './crawl-steps';
import { SETTINGS } from './ledger-table';
import type { AttemptPlan, ConnectorSettings, PlannedInterval } from '../../../src/private/contract';

/** Read again two hours after the first reading was due. */
export const SETTLING: ConnectorSettings = { ...SETTINGS, settleSeconds: 7200 };

export const first = (start: number): PlannedInterval => ({ ...hour(start), reading: 'FIRST_OF_TWO' });
export const again = (start: number): PlannedInterval => ({ ...hour(start), reading: 'AGAIN' });

/** The crawl with a settle time, on a bucket in which the files of an interval hold the number of its rows. */
export class SecondReadings extends CrawlSteps {
  public constructor() {
    super(SETTLING);
    beforeEach(async () => {
      for (const folder of ['live/', 'again/']) {
        for (const name of await this.files(folder)) await this.ledger.files.send(new DeleteObjectCommand({ Bucket: 'data', Key: name }));
      }
    });
  }

  /** Leaves a file, as UNLOAD does. */
  public readonly put = async (beginning: string, rows = 0): Promise<void> => {
    const Body = String(rows);
    await this.ledger.files.send(new PutObjectCommand({ Bucket: 'data', Key: `${beginning.replace('s3://data/', '')}000`, Body, ContentLength: Body.length }));
  };

  public readonly files = async (prefix: string): Promise<string[]> => {
    const { Contents = [] } = await this.ledger.files.send(new ListObjectsV2Command({ Bucket: 'data', Prefix: prefix }));
    return Contents.map(({ Key }) => Key!);
  };

  /** What the files hold that a reader of an interval's folder finds. */
  public readonly rowsIn = async (folder: string): Promise<string[]> => Promise.all((await this.files(folder)).map(async Key => (
    (await this.ledger.files.send(new GetObjectCommand({ Bucket: 'data', Key }))).Body!.transformToString())));

  public readonly finishedWith = async (rows: number, interval: PlannedInterval, execution = 'crawl-1', run = this.handle) => run({
    action: 'finished',
    settings: this.settings,
    interval,
    execution,
    statement: { Id: `${interval.reading} ${execution}`, Status: 'FINISHED', ResultRows: rows, Duration: 1e9 },
  });

  /** Reads an interval, leaving its file. */
  public readonly read = async (interval: PlannedInterval, rows: number, execution = 'crawl-1'): Promise<AttemptPlan> => {
    const unload = await this.unload(interval, rows, execution);
    await this.finishedWith(rows, interval, execution);
    return unload;
  };

  /** The same, up to its file; without rows there is none. */
  public readonly unload = async (interval: PlannedInterval, rows?: number, execution = 'crawl-1'): Promise<AttemptPlan> => {
    const unload = await this.begin(interval, execution);
    await this.submitted(interval, execution, `${interval.reading} ${execution}`);
    if (rows !== undefined) await this.put(unload.folder, rows);
    return unload;
  };

  /** Intervals 10 to 12 are read, 10 when it was settled already. */
  public readonly readThree = async (): Promise<void> => {
    await this.plan('13:05');
    await this.read(hour(10), 20);
    for (const start of [11, 12]) await this.read(first(start), 20);
  };

  /** An hour later 13 is read too, and the second reading of 11 is due. */
  public readonly readFour = async (): Promise<void> => {
    await this.readThree();
    await this.plan('14:05');
    await this.read(first(13), 20);
    await this.plan('14:05');
  };

  /** The second reading of 11 is finished, and its file cannot be put in its place. */
  public readonly finishUnplaced = async (rows: number): Promise<void> => {
    const send = this.ledger.files.send.bind(this.ledger.files);
    const spied = jest.spyOn(this.ledger.files, 'send').mockImplementation(async (command: any) => {
      if (command.constructor.name === 'CopyObjectCommand') throw new Error('AccessDenied');
      return send(command);
    });
    await expect(this.finishedWith(rows, again(11))).rejects.toThrow('AccessDenied');
    spied.mockRestore();
    await this.failed(again(11));
  };
}
