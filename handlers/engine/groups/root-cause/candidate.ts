// SPDX-License-Identifier: Apache-2.0

import { type Evidence, type Leaves, MOST_EVIDENCE } from './leaves';

/** Leaves of a cause never deviate by quite the same share: by so much of it they may differ beside their usual errors. */
const SPREAD = 0.25;

/** A combination that was chosen. */
export interface Selection {
  readonly codes: readonly number[];
  /** The leaves that it explains and no stronger one does. */
  readonly leaf: readonly number[];
  readonly consistency: number;
  /** Median relative deviation, above 0 in the direction of the event. */
  readonly deviation: number;
  /** Evidence beyond what is demanded. */
  readonly surplus: number;
}

/** A combination of dimension values that may be a cause, judged by its leaves that are not explained yet. */
export class Candidate {
  /**
   * Log likelihood ratio of the leaves: all deviate by the same share, against usual errors. A leaf that neither explains counts on neither
   * side, so a strong leaf says nothing for a share that it does not have.
   */
  public gain = 0;
  /** Share of the leaves that deviate as the combination does. */
  public consistency = 0;
  private deviation = 0;

  /**
   * @param entries positions of its leaves in the evidence
   * @param subset dimensions whose values it names
   * @param demand gain below which it may be chance
   */
  public constructor(
    private readonly table: Leaves, private readonly evidence: Evidence, private entries: readonly number[],
    private readonly subset: readonly number[],
    public readonly demand: number,
  ) {
    this.judge();
  }

  /** Number of dimensions whose values it names. */
  public get dimensions(): number {
    return this.subset.length;
  }

  /** Its leaves. */
  public get leaves(): readonly number[] {
    return this.entries.map(entry => this.evidence.leaf[entry]!);
  }

  /** Leaves out what is explained by now. Returns whether anything is left. */
  public shrink(explained: Uint8Array): boolean {
    const left = this.entries.filter(entry => explained[this.evidence.leaf[entry]!] === 0);
    if (left.length < this.entries.length) {
      this.entries = left;
      if (left.length > 0) this.judge();
    }
    return left.length > 0;
  }

  public selection(): Selection {
    const first = this.evidence.leaf[this.entries[0]!]!;
    const codes = this.table.codes.map((column, dimension) => this.subset.includes(dimension) ? column[first]! : -1);
    return { codes, leaf: this.leaves, consistency: this.consistency, deviation: this.deviation, surplus: this.gain - this.demand };
  }

  private judge(): void {
    const { entries } = this;
    const { deviation, noise } = this.evidence;
    const count = entries.length;
    const sorted = new Float64Array(count);
    for (let index = 0; index < count; index++) sorted[index] = deviation[entries[index]!]!;
    const common = sorted.sort()[Math.floor((count - 1) / 2)]!;
    this.deviation = common;
    const spread = (SPREAD * common) ** 2;
    let gain = 0;
    let alike = 0;
    for (let index = 0; index < count; index++) {
      const own = deviation[entries[index]!]!;
      const usual = noise[entries[index]!]!;
      const squareAlone = own * own / (usual * usual);
      const squareBeside = (own - common) ** 2 / (usual * usual + spread);
      gain += Math.min(MOST_EVIDENCE, squareAlone / 2) - Math.min(MOST_EVIDENCE, squareBeside / 2);
      if (own > common / 2) alike++;
    }
    this.gain = common > 0 ? gain : 0;
    this.consistency = alike / count;
  }
}
