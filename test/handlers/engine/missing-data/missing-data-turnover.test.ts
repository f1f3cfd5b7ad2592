// SPDX-License-Identifier: Apache-2.0

import { MissingData, type MissingDataFinding } from '../../../../handlers/engine';
import { DAY, HOUR, MONDAY } from '../samples';

/** Campaigns that are always there, and how many begin each day. */
const LASTING = 5;
const NEW = 4;

/** Campaigns of five countries, by the hour: those that begin live for some days. */
class Campaigns {
  private readonly monitor = new MissingData({ intervalSeconds: HOUR });
  private told = new Set<string>();

  public constructor(private readonly lifetime: number) {}

  /** @returns findings that began in the days */
  public began(from: number, to: number, isOut: (campaign: number, hour: number) => boolean = () => false): MissingDataFinding[] {
    return Array.from({ length: (to - from) * 24 }, (_, index) => this.hour(from * 24 + index, isOut)).flat();
  }

  private hour(hour: number, isOut: (campaign: number, hour: number) => boolean): MissingDataFinding[] {
    const count = LASTING + NEW * (Math.floor(hour / 24) + 1);
    const reported = Uint8Array.from({ length: count }, (_, campaign) => {
      const born = campaign < LASTING ? -Infinity : Math.floor((campaign - LASTING) / NEW) * 24 + (campaign - LASTING) % NEW * 5;
      const isAlive = campaign < LASTING || hour >= born && hour < born + 24 * this.lifetime;
      return Number(isAlive && !isOut(campaign, hour));
    });
    const codes = [Int32Array.from({ length: count }, (_, campaign) => campaign), Int32Array.from({ length: count }, (_, campaign) => campaign % 5)];
    const found = this.monitor.observe(MONDAY + hour * HOUR, reported, codes);
    const { told } = this;
    this.told = new Set(found.map(({ dimension, code }) => `${dimension}/${code}`));
    return found.filter(({ dimension, code }) => !told.has(`${dimension}/${code}`));
  }
}

describe('values that come and go', () => {
  test.each([2, 10, 16])('campaigns of %i days are not missing when they end, and one that lasts is when it stops', lifetime => {
    const campaigns = new Campaigns(lifetime);
    const first = campaigns.began(0, 35);
    // until it is known: hundreds and one an hour before
    expect(first.length).toBeLessThan(80);
    expect(campaigns.began(35, 70)).toEqual([]);
    const stopped = campaigns.began(70, 71, (campaign, hour) => campaign === 3 && hour >= 70 * 24 + 9);
    expect(stopped).toEqual(lifetime === 16 ? [] : [{ kind: 'stopped', dimension: 0, code: 3, since: MONDAY + 70 * DAY + 9 * HOUR, intervals: 3 }]);
    // all of a country are, which is one campaign where the others are too short to be expected
    const country = campaigns.began(71, 72, campaign => campaign % 5 === 1);
    expect(country[0]).toMatchObject({ kind: 'stopped', dimension: lifetime === 2 ? 0 : 1, code: 1, intervals: 3 });
  });

  test('many values that stop at once, or on three days, are missing for as long as they are', () => {
    const codes = [Int32Array.from({ length: 20 }, (_, index) => index)];
    const monitor = new MissingData({ intervalSeconds: HOUR });
    const found = Array.from({ length: 40 * 24 }, (_, hour) => {
      const stops = (index: number): number => index < 8 ? 28 : index < 12 ? 29 : index < 14 ? 30 : Infinity;
      return monitor.observe(MONDAY + hour * HOUR, Uint8Array.from(codes[0]!, index => Number(hour / 24 < stops(index))), codes);
    });
    expect([28 * 24 + 2, 29 * 24 + 2, 30 * 24 + 2, 40 * 24 - 1].map(hour => found[hour]!.length)).toEqual([8, 12, 14, 14]);
  });
});
