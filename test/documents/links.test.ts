import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import manifest from '../../package.json';

const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = ['README.md', 'CHANGELOG.md', ...readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)];

/** Text without fenced code, in which nothing is a link or a heading. */
function prose(path: string): string {
  return readFileSync(path, 'utf8').replace(/^```[^]*?^```/gm, '');
}

/** Names by which a document's headings are linked to, as GitHub makes them. */
function anchors(path: string): Set<string> {
  const headings = [...prose(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  return new Set(headings.map(heading => heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-')));
}

describe.each(DOCUMENTS)('%s', document => {
  const path = join(ROOT, document);

  test('every link into the repository leads somewhere', () => {
    const links = [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target).filter(target => !/^[a-z]+:/.test(target));
    const broken = links.filter(link => {
      const [file, anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      return !existsSync(target) || (anchor !== undefined && !anchors(target).has(anchor));
    });
    expect({ [relative(ROOT, path)]: broken }).toEqual({ [document]: [] });
  });

  test('every npm script that it names is there', () => {
    const named = [...readFileSync(path, 'utf8').matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script);
    expect(named.filter(script => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
  });
});
