// SPDX-License-Identifier: Apache-2.0

/** The saved queries of `createLogsInsightsQueries()` on what the detect function really logs. */
import { hour, SHOP_HEADER, shopHour, shopRows, webDown } from './shop';
import { World } from './world';
import { connectorIn, newStack } from '../../constructs/fixture';

const queries = new Map(connectorIn(newStack(), { detectorName: 'shop' }).createLogsInsightsQueries().map(({ node }) => (
  [node.id, (node.defaultChild as unknown as { readonly queryString: string }).queryString])));

/** Fields that a query shows, without those of CloudWatch Logs. */
function fieldsOf(id: string): string[] {
  const [, list] = /^fields (.*)$/m.exec(queries.get(id)!)!;
  return list.split(/,\s*/).filter(field => !field.startsWith('@'));
}

let world: World;
beforeAll(async () => { world = await World.start(); });
afterAll(() => world.close());

test('show fields that are in the log of intervals, of rows that could not be read, of missing data and of alerts', async () => {
  const handler = await world.learned();
  await world.createAlert();
  world.refuses = () => true;
  const noNumber = shopRows(Date.parse(hour(0)) / 1000)[0].replace(/^([^,]+),[^,]+/, '$1,none');
  await world.detectHour(handler, 0, `${shopHour(hour(0), webDown)}\n${noNumber}`);
  for (let number = 1; number < 5; number++) {
    const rows = shopRows(Date.parse(hour(number)) / 1000).filter(row => row.split(',')[3] !== 'web');
    await world.detectHour(handler, number, [SHOP_HEADER, ...rows].join('\n'));
  }
  // the logger writes level and message beside the fields
  const lines: Record<string, unknown>[] = world.logged.map(({ level, message, fields }) => ({ ...fields, level: level.toUpperCase(), message }));
  const has = (line: Record<string, unknown>, path: string) => path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], line) !== undefined;

  const detected = lines.filter(({ message }) => message === 'interval detected');
  expect(queries.get('DetectedIntervals')).toContain('message = "interval detected"');
  expect(queries.get('DetectedIntervals')).toContain(`detector = ${JSON.stringify(detected[0].detector)}`);
  expect(fieldsOf('DetectedIntervals').filter(field => !detected.some(line => has(line, field)))).toEqual([]);

  const told = lines.filter(({ level }) => level === 'WARN' || level === 'ERROR');
  expect(queries.get('RowsAndAlerts')).toContain('level in ["WARN", "ERROR"]');
  expect(fieldsOf('RowsAndAlerts').filter(field => !told.some(line => has(line, field)))).toEqual([]);
  expect(told.map(({ message }) => message)).toEqual(expect.arrayContaining([
    'rows could not be read', 'alert could not be delivered', expect.stringMatching(/^missing data: /),
  ]));
});
