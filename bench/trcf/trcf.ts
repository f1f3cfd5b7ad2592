// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A series as the forest gets it; NaN where an interval has no value. */
export interface ForestInput {
  readonly intervalSeconds: number;
  readonly values: Float64Array;
}

/** What ThresholdedRandomCutForest says about a series; NaN where the series has no value. */
export interface ForestScores {
  /** 0-1; above 0 is an anomaly as the forest ships. */
  readonly grade: Float64Array;
  /** Score without a threshold. */
  readonly score: Float64Array;
  /** Processor time of all points, seconds. */
  readonly seconds: number;
}

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath';
/** Bytes that one series may take in either direction. */
const LARGEST_TRANSFER = 2 ** 30;

/** AWS's ThresholdedRandomCutForest 4.3.0 in Java, the peer of the benchmarks. */
export class ThresholdedRandomCutForest {
  /**
   * Fetches the libraries from Maven Central (a few seconds when Maven has them).
   * @throws Error when Java, Maven or the libraries cannot be had, with what they said
   */
  public static prepare(): ThresholdedRandomCutForest {
    const folder = mkdtempSync(join(tmpdir(), 'trcf-'));
    try {
      const classpath = join(folder, 'classpath');
      run('mvn', ['-q', '-B', '-f', join(__dirname, 'pom.xml'), PLUGIN, `-Dmdep.outputFile=${classpath}`]);
      return new ThresholdedRandomCutForest(readFileSync(classpath, 'utf8').trim());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private constructor(private readonly classpath: string) {}

  /** Scores each series from its first point on, each point before it is learned. */
  public scores(series: readonly ForestInput[]): ForestScores[] {
    const input = Buffer.concat(series.map(encode));
    const output = run('java', ['-cp', this.classpath, join(__dirname, 'ScoreSeries.java')], input);
    let offset = 0;
    const doubles = (count: number): Float64Array => {
      const numbers = new Float64Array(count);
      for (let index = 0; index < count; index++) numbers[index] = output.readDoubleBE(offset + 8 * index);
      offset += 8 * count;
      return numbers;
    };
    return series.map(({ values }) => {
      const grade = doubles(values.length);
      const score = doubles(values.length);
      const seconds = Number(output.readBigInt64BE(offset)) / 1e9;
      offset += 8;
      return { grade, score, seconds };
    });
  }
}

/** Series in the form that ScoreSeries.java reads. */
function encode({ intervalSeconds, values }: ForestInput): Buffer {
  const bytes = Buffer.alloc(8 + 8 * values.length);
  bytes.writeInt32BE(values.length, 0);
  bytes.writeInt32BE(intervalSeconds, 4);
  values.forEach((value, index) => bytes.writeDoubleBE(value, 8 + 8 * index));
  return bytes;
}

function run(command: string, options: readonly string[], input?: Buffer): Buffer {
  const result = spawnSync(command, options, { input, maxBuffer: LARGEST_TRANSFER });
  if (result.error || result.status !== 0) {
    const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().slice(-2000);
    throw new Error(`${command} ${result.error?.message ?? `ended with ${result.status ?? result.signal}`}${said && `: ${said}`}`);
  }
  return result.stdout;
}
