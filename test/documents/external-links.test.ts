// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { read, ROOT } from './documents';
import manifest from '../../package.json';
import seen from '../../scripts/links-seen.json';
import { runScript } from '../end-to-end/run-script';

const FILE = join('.tmp', 'documents', 'links.md');
const ANSWERS: Record<string, [status: number, headers: Record<string, string>]> = {
  '/page': [200, {}], '/gone': [404, {}], '/removed': [410, {}], '/members': [403, {}], '/moved': [301, { location: '/page' }],
};
let server: Server;
let site: string;

beforeAll(async () => {
  server = createServer(({ url, method }, response) => {
    const [status, headers] = ANSWERS[url!];
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(method === 'HEAD' ? undefined : '<h2 id="part">Part</h2>');
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  site = `http://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise(resolve => server.close(resolve)));

/** What `npm run links` says of a document with links. */
async function checked(links: readonly string[], ...options: string[]) {
  mkdirSync(join(ROOT, '.tmp', 'documents'), { recursive: true });
  writeFileSync(join(ROOT, FILE), links.map(link => `See [it](${link}).\n`).join(''));
  const { code, stdout, stderr } = await runScript('scripts/links.ts', [...options, FILE]);
  return { code, stderr, lines: stdout.trim().split('\n').map(line => line.trim()) };
}

test('a page that is there, moved or not shown to programs is no failure, and is told of', async () => {
  const { code, lines, stderr } = await checked([`${site}/page`, `${site}/page#part`, `${site}/moved`, `${site}/members`]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines).toEqual(expect.arrayContaining([`${site}/page; in ${FILE}`, `${site}/moved; moved to ${site}/page; in ${FILE}`, `${site}/members; status 403; in ${FILE}`]));
  expect(lines.at(-1)).toBe('4 addresses: 3 there, 0 gone, 0 not reached, 0 seen before, 1 refused');
});

test.each(['/gone', '/removed', '/page#nothing'])('%s is a failure', async path => {
  const { code, lines } = await checked([`${site}/page`, `${site}${path}`]);
  expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '2 addresses: 1 there, 1 gone, 0 not reached, 0 seen before, 0 refused' });
  expect(lines[lines.indexOf('gone:') + 1]).toContain(`${site}${path}; `);
});

test('a host that cannot be reached is a failure, but not when the page has been seen before', async () => {
  const nowhere = 'http://localhost:1/page'; // nothing listens there
  const { code, lines } = await checked([nowhere]);
  expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '1 addresses: 0 there, 0 gone, 1 not reached, 0 seen before, 0 refused' });
  expect(lines.join(' ')).toContain('write when and how into scripts/links-seen.json');
  const [[address, { date, how }]] = Object.entries(seen);
  const without = await checked([address]);
  const reached = !without.lines[0].startsWith('seen before');
  expect(without.code).toBe(0);
  if (!reached) expect(without.lines[1]).toContain(`; ${date}: ${how}; in ${FILE}`);
  expect((await checked([address], '--require-network')).code).toBe(reached ? 0 : 1);
}, 120_000);

test('our own addresses are asked for from the release on', async () => {
  const own = manifest.repository.url.replace(/\.git$/, '/blob/main/README.md');
  expect((await checked([own])).lines.slice(0, 2)).toEqual(['published at the release, not asked for:', `${own.replace('/blob/main/README.md', '')} and its files`]);
  expect((await checked([own], '--released')).lines.at(-1)).toMatch(/^1 addresses: /);
}, 120_000);

test('GitHub asks with the network, for changes and every week', () => {
  const workflow = read('.github/workflows/links.yml');
  expect(workflow).toContain('run: npm run links -- --require-network');
  expect(workflow).toMatch(/pull_request: \{\}\n {2}schedule:\n {4}- cron:/);
});
