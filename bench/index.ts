// SPDX-License-Identifier: Apache-2.0

/**
 * All benchmarks: quality and cost of the detection engine, beside AWS's ThresholdedRandomCutForest. They print figures and decide no test.
 *
 * Run: `npm run bench -- [--write] [--without-trcf] [--quick] [part...]`; parts: speed, nab, events, daily, csv, csv-to-state, root-cause.
 * `--write` puts the tables into docs/detection.md. `--quick` runs speed, csv-to-state and root-cause on little data, to see that they run: its
 * figures mean nothing. The forest needs Java 17 and Maven; NAB and the OpenSearch series need their folders (see the messages).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { dailyTable } from './daily/table';
import { kpiSeries } from './kpi/generator';
import { manyKpiSeries } from './kpi/many';
import { visibleKpiSeries } from './kpi/visible';
import { loadNab, NAB_FOLDER } from './nab/corpus';
import { nabTable } from './nab/table';
import { nabSeries, OPENSEARCH_FOLDER, openSearchSeries, sampleSeries } from './quality/data';
import { type Detector, ENGINE, forestDetector } from './quality/detectors';
import type { LabelledSeries } from './quality/labelled-series';
import { qualityTable } from './quality/table';
import { speedTable } from './speed/table';
import { markdown } from './table';
import { ThresholdedRandomCutForest } from './trcf/trcf';

const DOCUMENT = join(__dirname, '../docs/detection.md');
const BEGIN = '<!-- measured: written by npm run bench -- --write -->';
const END = '<!-- end of measured -->';
const PARTS = ['speed', 'nab', 'events', 'daily', 'csv', 'csv-to-state', 'root-cause'];
const OPTIONS = ['--write', '--without-trcf', '--quick'];
/** Benchmarks that are programs of their own. */
const PROGRAMS = ['csv', 'csv-to-state', 'root-cause'];
/** Parts that need seconds on little data, and the size that they are told then. */
const QUICK: Record<string, readonly number[]> = { 'speed': [1_000, 100], 'csv-to-state': [1_000, 200], 'root-cause': [3] };
/** Parts that the forest is measured in, too. */
const FOREST_PARTS = ['speed', 'nab', 'events'];

const words = process.argv.slice(2);
const refuse = (why: string): never => {
  console.error(why);
  process.exit(2);
};
const unknown = words.find(word => ![...PARTS, ...OPTIONS].includes(word));
if (unknown !== undefined) refuse(`${JSON.stringify(unknown)} is no part and no option; parts: ${PARTS.join(', ')}; options: ${OPTIONS.join(', ')}`);
const quick = words.includes('--quick');
const named = words.filter(word => PARTS.includes(word));
const unsized = named.find(part => quick && !Object.hasOwn(QUICK, part));
if (unsized !== undefined) refuse(`--quick cannot be had for ${unsized}, only for ${Object.keys(QUICK).join(', ')}`);
if (quick && words.includes('--write')) refuse('figures of --quick mean nothing: they are not written into the documents');
if (words.includes('--write')) documentAround();
const chosen = named.length > 0 ? named : quick ? Object.keys(QUICK) : PARTS;
const wanted = (part: string): boolean => chosen.includes(part);
const sections: string[] = [];
const report = (section: string): void => {
  sections.push(section);
  console.log(`\n${section}`);
};

const forest = words.includes('--without-trcf') || !FOREST_PARTS.some(wanted) ? undefined : forestOrWords();
if (wanted('speed')) {
  const [series, points] = quick ? QUICK.speed : [50_000, 1_440];
  report(markdown(speedTable(series, points, forest)));
}
const files = wanted('nab') || wanted('events') ? loadNab() : undefined;
if (wanted('nab')) report(files ? markdown(nabTable(files, forest)) : `### Numenta Anomaly Benchmark\n\nNot run: ${NAB_FOLDER} is not there. Set NAB_DATA to the folder of data/ and labels/.`);
if (wanted('events')) report(markdown(qualityTable(eventSets(), [ENGINE, ...(forest ? [forestDetector(forest)] : [])] satisfies Detector[])));
if (wanted('daily')) report(markdown(dailyTable()));
for (const program of PROGRAMS) if (wanted(program)) report(outputOf(program, quick ? QUICK[program] : []));
if (words.includes('--write')) write();

function forestOrWords(): ThresholdedRandomCutForest | undefined {
  try {
    return ThresholdedRandomCutForest.prepare();
  } catch (error) {
    console.error(`Without ThresholdedRandomCutForest, which needs Java 17, Maven and Maven Central: ${(error as Error).message}`);
    return undefined;
  }
}

function eventSets(): Map<string, readonly LabelledSeries[]> {
  const openSearch = openSearchSeries();
  if (!openSearch) console.error(`Without the OpenSearch series: ${OPENSEARCH_FOLDER} is not there. Set OPENSEARCH_DATA to their folder.`);
  return new Map<string, readonly LabelledSeries[]>([
    ['sample, from week 3', sampleSeries()],
    ...(openSearch ? [['OpenSearch', openSearch] as const] : []),
    ...(files ? [['NAB', nabSeries(files)] as const] : []),
    ['made KPIs', kpiSeries()],
    ['made KPIs, visible', visibleKpiSeries()],
    ['made KPIs, many kinds', manyKpiSeries()],
  ]);
}

function outputOf(program: string, parameters: readonly number[]): string {
  const { status, stdout, stderr } = spawnSync('tsx', [join(__dirname, `${program}.ts`), ...parameters.map(String)], { encoding: 'utf8' });
  if (status !== 0) process.exitCode = 1;
  return `### ${program}\n\n\`\`\`text\n${(status === 0 ? stdout : `failed: ${stderr}`).trim()}\n\`\`\``;
}

/** The document before and after the tables. */
function documentAround(): [string, string] {
  const text = readFileSync(DOCUMENT, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} must have the lines ${BEGIN} and ${END}, between which the tables go`);
  return [text.slice(0, begin + BEGIN.length), text.slice(end)];
}

function write(): void {
  const [before, after] = documentAround();
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const how = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${processor}, Node ${process.version}: \`npm run bench -- ${words.join(' ')}\``;
  writeFileSync(DOCUMENT, `${before}\n\n${how}\n\n${sections.join('\n\n')}\n\n${after}`);
}
