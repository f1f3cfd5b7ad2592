// SPDX-License-Identifier: Apache-2.0

import type { NabFile } from './corpus';

/** What a detection is worth to an application: the weights of NAB, with which a score is a sum over windows and false positives. */
export interface NabProfile {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/** The three profiles of the benchmark. */
export const NAB_PROFILES = {
  standard: { truePositive: 1, falsePositive: 0.11, falseNegative: 1 },
  lowFalsePositive: { truePositive: 1, falsePositive: 0.22, falseNegative: 1 },
  lowFalseNegative: { truePositive: 1, falsePositive: 0.11, falseNegative: 2 },
} as const satisfies Record<string, NabProfile>;

/** What a file added to the score of the standard profile, at its threshold. */
export interface NabContribution {
  readonly path: string;
  readonly windows: number;
  readonly detectedWindows: number;
  /** Rows at or above the threshold that are outside of all windows. */
  readonly falsePositives: number;
  /** Sum before normalisation: at best the number of windows. */
  readonly score: number;
}

/** Result of a detector, normalised: 0 is a detector that reports nothing, 100 one that reports the first row of each window and nothing else. */
export interface NabResult {
  readonly standard: number;
  readonly lowFalsePositive: number;
  readonly lowFalseNegative: number;
  /** Threshold at which the standard profile has its best score; Infinity where reporting nothing is best. */
  readonly threshold: number;
  readonly files: readonly NabContribution[];
}

/** Part of a file that a detector may learn from without being scored, and the rows of which that is at most a part. */
const PROBATION = 0.15;
const PROBATION_ROWS = 5000;
/** First rows of a file that a detector may learn from and that are not scored. */
export function probationRows(file: Pick<NabFile, 'rows'>): number {
  return Math.floor(PROBATION * Math.min(file.rows, PROBATION_ROWS));
}

/** Windows' lengths behind a window after which a false positive counts fully. */
const FAR_BEHIND = 3;

/**
 * Scores detectors as the Numenta Anomaly Benchmark does (Lavin and Ahmad, "Evaluating Real-Time Anomaly Detection Algorithms", 2015,
 * arXiv 1510.03336): a window counts once, the more the earlier in it the first detection is; each row reported outside of windows
 * costs, less so shortly behind a window; one threshold for all files, the best one for each profile.
 */
export class NabScorer {
  private readonly windowCount: number;
  /** First row of each file among the rows of all files. */
  private readonly offsets: readonly number[];
  /** Of each row: number of its window over all files, OUTSIDE or UNSCORED. */
  private readonly window: Int32Array;
  /** Of each row: share of the weight that a detection there is worth; negative outside of windows. */
  private readonly worth: Float64Array;

  /** @param files the corpus, or some of its files */
  public constructor(private readonly files: readonly NabFile[]) {
    const offsets: number[] = [];
    let rows = 0;
    for (const file of files) {
      offsets.push(rows);
      rows += file.rows;
    }
    this.offsets = offsets;
    this.window = new Int32Array(rows).fill(OUTSIDE);
    this.worth = new Float64Array(rows);
    let windows = 0;
    files.forEach((file, index) => {
      this.place(file, offsets[index]!, windows);
      windows += file.windows.length;
    });
    this.windowCount = windows;
  }

  /**
   * Scores a detector. NaN counts as 0.
   * @param scoresByFile one score for each row of each file, by the file's path; any scale, higher is more anomalous
   * @throws RangeError when a file has no scores or not one for each row
   */
  public score(scoresByFile: ReadonlyMap<string, Float64Array>): NabResult {
    const scores = this.join(scoresByFile);
    const order = descending(scores, this.window);
    const best = { standard: this.nothing('standard'), lowFalsePositive: this.nothing('lowFalsePositive'), lowFalseNegative: this.nothing('lowFalseNegative') };
    const detected = new Float64Array(this.windowCount);
    let detectedWindows = 0;
    let windowWorth = 0;
    let outsideWorth = 0;
    for (let place = 0; place < order.length; place++) {
      const row = order[place]!;
      const window = this.window[row]!;
      const worth = this.worth[row]!;
      if (window === OUTSIDE) {
        outsideWorth += worth;
      } else if (worth > detected[window]!) {
        if (detected[window] === 0) detectedWindows++;
        windowWorth += worth - detected[window]!;
        detected[window] = worth;
      }
      const threshold = scores[row]!;
      if (place + 1 < order.length && scores[order[place + 1]!] === threshold) continue;
      for (const name of PROFILE_NAMES) {
        const { truePositive, falsePositive, falseNegative } = NAB_PROFILES[name];
        const score = truePositive * windowWorth + falsePositive * outsideWorth - falseNegative * (this.windowCount - detectedWindows);
        if (score > best[name].score) best[name] = { score, threshold };
      }
    }
    const normalised = (name: keyof typeof NAB_PROFILES): number => {
      const lowest = this.nothing(name).score;
      return 100 * (best[name].score - lowest) / (NAB_PROFILES[name].truePositive * this.windowCount - lowest);
    };
    return {
      standard: normalised('standard'),
      lowFalsePositive: normalised('lowFalsePositive'),
      lowFalseNegative: normalised('lowFalseNegative'),
      threshold: best.standard.threshold,
      files: this.files.map((file, index) => this.contribution(file, this.offsets[index]!, scores, best.standard.threshold)),
    };
  }

  /** Score of a detector that reports nothing. */
  private nothing(name: keyof typeof NAB_PROFILES): { score: number; threshold: number } {
    return { score: -NAB_PROFILES[name].falseNegative * this.windowCount, threshold: Infinity };
  }

  private place(file: NabFile, offset: number, windowsBefore: number): void {
    const probation = probationRows(file);
    this.worth.fill(-1, offset, offset + file.rows);
    file.windows.forEach(({ first, last }, index) => {
      const length = last - first + 1;
      for (let row = first; row <= last; row++) {
        this.window[offset + row] = windowsBefore + index;
        this.worth[offset + row] = scaledSigmoid((row - last - 1) / length) / scaledSigmoid(-1);
      }
      const next = file.windows[index + 1]?.first ?? file.rows;
      for (let row = last + 1; row < next; row++) this.worth[offset + row] = scaledSigmoid((row - last) / (length - 1));
    });
    this.window.fill(UNSCORED, offset, offset + probation);
  }

  private join(scoresByFile: ReadonlyMap<string, Float64Array>): Float64Array {
    const all = new Float64Array(this.window.length);
    this.files.forEach((file, index) => {
      const scores = scoresByFile.get(file.path);
      if (scores?.length !== file.rows) throw new RangeError(`${file.path}: ${scores?.length ?? 0} scores for ${file.rows} rows; give one score a row`);
      all.set(scores, this.offsets[index]);
    });
    return all.map(score => (Number.isNaN(score) ? 0 : score));
  }

  private contribution(file: NabFile, offset: number, scores: Float64Array, threshold: number): NabContribution {
    const { truePositive, falsePositive, falseNegative } = NAB_PROFILES.standard;
    const firstWorth = new Map<number, number>();
    let falsePositives = 0;
    let score = 0;
    for (let row = offset; row < offset + file.rows; row++) {
      const window = this.window[row]!;
      if (window === UNSCORED || scores[row]! < threshold) continue;
      if (window === OUTSIDE) {
        falsePositives++;
        score += falsePositive * this.worth[row]!;
      } else if (!firstWorth.has(window)) {
        firstWorth.set(window, this.worth[row]!);
      }
    }
    for (const worth of firstWorth.values()) score += truePositive * worth;
    score -= falseNegative * (file.windows.length - firstWorth.size);
    return { path: file.path, windows: file.windows.length, detectedWindows: firstWorth.size, falsePositives, score };
  }
}

const OUTSIDE = -1;
const UNSCORED = -2;
const PROFILE_NAMES = Object.keys(NAB_PROFILES) as (keyof typeof NAB_PROFILES)[];

/** 0.987 at -1 (a window's begin), 0 at 0 (its end), towards -1 behind it. */
function scaledSigmoid(position: number): number {
  return position >= FAR_BEHIND ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

/** Scored rows, highest score first. */
function descending(scores: Float64Array, window: Int32Array): Uint32Array {
  let count = 0;
  const rows = new Uint32Array(scores.length);
  for (let row = 0; row < scores.length; row++) {
    if (window[row] !== UNSCORED) rows[count++] = row;
  }
  return rows.subarray(0, count).sort((a, b) => scores[b]! - scores[a]!);
}
