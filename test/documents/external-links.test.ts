// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { read, ROOT } from './documents';
import { linkedAddresses, LINKING_FILES } from '../../scripts/linked-addresses';
import seen from '../../scripts/links-seen.json';
import { fileOfAddress, REPOSITORY } from '../../scripts/package-readme';
import { runScript } from '../end-to-end/run-script';

const FILE = join('.tmp', 'documents', 'links.md');
const ANSWERS: Record<string, [status: number, headers: Record<string, string>]> = {
  '/page': [200, {}],
  '/gone': [404, {}],
  '/removed': [410, {}],
  '/members': [403, {}],
  '/moved': [301, { location: '/page' }],
  '/trouble': [500, {}],
  '/guide': [200, {}],
  '/guide/index.html': [301, { location: '/guide' }],
  '/guide/old/page.html': [302, { location: '/guide' }],
  '/lost': [302, { location: '/gone' }],
  '/circle': [302, { location: '/circle' }],
};
let server: Server;
let site: string;

beforeAll(async () => {
  server = createServer(({ url, method }, response) => {
    if (url === '/silent') return; // no answer ever
    const [status, headers] = url === '/no-head' && method === 'HEAD' ? [404, {}] : ANSWERS[url!] ?? [200, {}];
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(method === 'HEAD' ? undefined : '<h2 id="part">Part</h2>');
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  site = `http://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise(resolve => {
  server.close(resolve);
  server.closeAllConnections();
}));

/** What `npm run links` says of a document with links. */
async function checked(links: readonly string[], ...options: string[]) {
  mkdirSync(join(ROOT, '.tmp', 'documents'), { recursive: true });
  writeFileSync(join(ROOT, FILE), links.map(link => `See [it](${link}).\n`).join(''));
  const { code, stdout, stderr } = await runScript('scripts/links.ts', [...options, FILE]);
  return { code, stderr, lines: stdout.trim().split('\n').map(line => line.trim()) };
}

const told = (there: number, gone: number, notReached: number, refused: number, seenBefore: number) =>
  `${there + gone + notReached + refused + seenBefore} addresses: ${there} there, ${gone} gone, ${notReached} not reached, ${refused} refused, ${seenBefore} seen before`;

test('a page that is there or moved is no failure, and is told of', async () => {
  const { code, lines, stderr } = await checked([`${site}/page`, `${site}/page#part`, `${site}/moved`, `${site}/guide/index.html`, `${site}/no-head`]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines).toEqual(expect.arrayContaining([`${site}/page; in ${FILE}`, `${site}/moved; moved to ${site}/page; in ${FILE}`]));
  expect(lines.at(-1)).toBe(told(5, 0, 0, 0, 0));
});

test.each(['/gone', '/removed', '/page#nothing', '/lost', '/guide/old/page.html'])('%s is a failure', async path => {
  const { code, lines } = await checked([`${site}/page`, `${site}${path}`]);
  expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: told(1, 1, 0, 0, 0) });
  expect(lines[lines.indexOf('gone:') + 1]).toContain(`${site}${path}; `);
});

test('so is one that is not shown, or not now: nobody has seen it', async () => {
  const { code, lines } = await checked([`${site}/members`, `${site}/trouble`, `${site}/circle`, `${site}/silent`, 'http://localhost:1/page'], '--timeout', '2'); // nothing listens at 1
  expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: told(0, 0, 4, 1, 0) });
  expect(lines).toEqual(expect.arrayContaining([`${site}/members; status 403; in ${FILE}`, `${site}/trouble; status 500; in ${FILE}`]));
  expect(lines.join(' ')).toContain('write when and how into scripts/links-seen.json');
}, 120_000);

test('a host that cannot be reached is no failure when the page has been seen before, unless the network is required', async () => {
  const [[address, { date, how }]] = Object.entries(seen);
  const without = await checked([address]);
  const reached = !without.lines[0].startsWith('seen before');
  expect(without.code).toBe(0);
  if (!reached) expect(without.lines[1]).toContain(`; ${date}: ${how}; in ${FILE}`);
  expect((await checked([address], '--require-network')).code).toBe(reached ? 0 : 1);
}, 120_000);

test('our own addresses are asked for from the release on', async () => {
  const own = `${REPOSITORY}/blob/main/README.md`;
  expect((await checked([own])).lines.slice(0, 2)).toEqual(['published at the release, not asked for:', `${REPOSITORY} and its files`]);
  expect((await checked([own], '--released')).lines.at(-1)).toMatch(/^1 addresses: /);
}, 120_000);

test('README\'s own addresses are those that the packages show', () => {
  const own = linkedAddresses(LINKING_FILES);
  expect(own.get(`${REPOSITORY}/blob/main/docs/operations.md`)).toEqual(['README.md']);
  expect(own.get(`${REPOSITORY.replace('github.com', 'raw.githubusercontent.com')}/main/docs/how-it-works.svg`)).toEqual(['README.md']);
});

test('somebody has seen each page of other people: if not, look at it and write when and how into scripts/links-seen.json', () => {
  const isOwn = (address: string) => address.startsWith(REPOSITORY) || fileOfAddress(address) !== undefined;
  const others = [...linkedAddresses(LINKING_FILES).keys()].filter(address => !isOwn(address));
  expect(others.sort()).toEqual(Object.keys(seen).sort());
});

test('GitHub asks with the network, for changes and every week', () => {
  const workflow = read('.github/workflows/links.yml');
  expect(workflow).toContain('run: npm run links -- --require-network');
  expect(workflow).toMatch(/pull_request: \{\}\n {2}schedule:\n {4}- cron:/);
});
