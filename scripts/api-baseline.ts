// SPDX-License-Identifier: Apache-2.0

/** Makes the compiled assembly the one that test/api compares with: run once a release, after `projen compile`. `tsx scripts/api-baseline.ts [FILE]` */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = join(__dirname, '..');
const [file = join(ROOT, 'test', 'api', 'baseline.jsii.gz')] = process.argv.slice(2);
writeFileSync(file, gzipSync(readFileSync(join(ROOT, '.jsii')), { level: 9 }));
