// SPDX-License-Identifier: Apache-2.0

import { Candidate, type Selection } from './candidate';
import { forEachCuboid } from './cuboids';
import { type Evidence, evidenceOf, type Leaves, MOST_EVIDENCE } from './leaves';
import { mostTellingDimensions } from './telling-dimensions';

/** A combination of dimension values that explains a part of an event. */
export interface RootCause {
  /** Number of the value in each dimension; -1: any value. */
  readonly codes: readonly number[];
  /** Share of the event's deviation that its leaves hold, 0-1. */
  readonly share: number;
  /** Share of its leaves that deviate as it does, 0-1. */
  readonly consistency: number;
  /** Relative deviation 2 (v - f) / (|v| + |f|) of its leaves (median), from -2 to 2. */
  readonly deviation: number;
}

/** Most dimensions that are combined: 63 cuboids, each one pass over the leaves. */
const MOST_DIMENSIONS = 6;
/** Candidates kept of each cuboid, those with most evidence. */
const CANDIDATES_A_CUBOID = 64;
/** Passes over all cuboids. Each looks at the leaves that no cause has explained yet. */
const ROUNDS = 4;
/** Most causes found: an event with more has no combination that explains it. */
const MOST_CAUSES = 12;
/** Share of a combination's leaves that must deviate in the direction of the event. */
const LEAST_CONSISTENCY = 0.8;
/** Evidence that a combination needs beyond what the number of combinations asks for. */
const EVIDENCE_MARGIN = 6;

/**
 * Finds the few combinations of dimension values whose leaves deviate alike in the direction of the event.
 *
 * Published ideas, put together anew: by the generalised ripple effect (Squeeze) all leaves of a cause have the same relative deviation;
 * what deviates against the event tells the noise (RiskLoc, arXiv 2205.10004); combinations are judged cuboid by cuboid (AutoRoot). A
 * combination counts for as much as the log likelihood ratio of its leaves ("all deviate by the same share" against "usual errors"), summed
 * over the leaves that no stronger combination has explained, so the most general combination that holds throughout wins. As a guard
 * against chance, it must also hold more evidence than any combination of the same dimensions does *against* the event (up to what one
 * leaf can say: more is no chance but an event of its own).
 *
 * All of the measure, as one cause that names no value, must hold more evidence than the combinations that were found do together, each
 * beyond what is demanded of it: of two values the one that fell is not "all", however little the other one moved. Nor is it "all" where the other one has
 * no leaf that tells anything: what has moved over to one value is that value's.
 *
 * Averages and ratios: each leaf counts the same, since their weights are not known.
 *
 * Time: up to 63 passes over the leaves a round. With more than 6 dimensions, the 6 in which the deviation is most concentrated are combined.
 * @param direction 1 when the event is an increase, -1 when it is a decrease
 * @returns most of the deviation first; when all of the measure deviates alike, one cause with what all of its leaves have and other known ones have not: mostly
 *   no dimension value (all codes -1); empty when no combination stands out
 */
export function findRootCauses(leaves: Leaves, direction: 1 | -1): RootCause[] {
  let evidence = evidenceOf(leaves, direction);
  const whole = wholeMeasure(leaves, evidence);
  const dimensions = mostTellingDimensions(leaves, direction, MOST_DIMENSIONS);
  const found: Selection[] = [];
  for (let round = 0; round < ROUNDS && found.length < MOST_CAUSES; round++) {
    const explained = new Uint8Array(leaves.values.length);
    const selected = select(candidatesOf(leaves, evidence, dimensions), explained, MOST_CAUSES - found.length);
    if (selected.length === 0) break;
    found.push(...selected);
    evidence = without(evidence, explained);
  }
  // all of them, or each by itself: whichever leaves less unexplained, and every cause has to earn its place
  if (whole && whole.surplus >= found.reduce((sum, { surplus }) => sum + surplus, 0)) {
    return [{ codes: whatAllHave(leaves, whole), consistency: whole.consistency, deviation: direction * whole.deviation, share: 1 }];
  }
  const total = totalDeviation(leaves, direction);
  const part = (leaf: number): number => direction * (leaves.values[leaf]! / total.unit - leaves.expected[leaf]! / total.unit);
  const deviations = found.map(({ leaf }) => leaf.reduce((sum, index) => sum + part(index), 0));
  const most = Math.max(total.sum, deviations.reduce((sum, deviation) => sum + Math.max(0, deviation), 0), Number.MIN_VALUE);
  return found
    .map(({ codes, consistency, deviation }, index) => (
      { codes, consistency, deviation: direction * deviation, share: Math.max(0, deviations[index]!) / most }))
    .sort((a, b) => b.share - a.share);
}

/** The combination that names no dimension, when all of the measure deviates alike. */
function wholeMeasure(leaves: Leaves, evidence: Evidence): Selection | undefined {
  const { leaf } = evidence;
  if (leaf.length === 0) return undefined;
  const candidate = new Candidate(leaves, evidence, Array.from(leaf, (_, entry) => entry), [], EVIDENCE_MARGIN);
  return isConvincing(candidate) ? candidate.selection() : undefined;
}

/** The value of each dimension that has others, where all leaves that tell something have the same; -1 in the other dimensions. */
function whatAllHave({ codes, cardinalities }: Leaves, { leaf }: Selection): number[] {
  return codes.map((column, dimension) => {
    const code = column[leaf[0]!]!;
    return cardinalities[dimension]! > 1 && leaf.every(one => column[one] === code) ? code : -1;
  });
}

function isConvincing({ consistency, gain, demand }: Candidate): boolean {
  return consistency >= LEAST_CONSISTENCY && gain >= demand;
}

/** Greedy: the combination with most evidence, then the next among the leaves that it leaves over. */
function select(candidates: Candidate[], explained: Uint8Array, most: number): Selection[] {
  const selected: Selection[] = [];
  let open = candidates.sort((a, b) => b.gain - a.gain);
  while (open.length > 0 && selected.length < most) {
    const best = open[0]!;
    selected.push(best.selection());
    for (const leaf of best.leaves) explained[leaf] = 1;
    open = open.slice(1).filter(candidate => candidate.shrink(explained) && isConvincing(candidate));
    open.sort((a, b) => b.gain - a.gain || a.dimensions - b.dimensions);
  }
  return selected;
}

function candidatesOf(leaves: Leaves, evidence: Evidence, dimensions: readonly number[]): Candidate[] {
  const { deviation, leaf, noise } = evidence;
  const codes = dimensions.map(dimension => {
    const column = leaves.codes[dimension]!;
    const own = new Int32Array(leaf.length);
    for (let entry = 0; entry < leaf.length; entry++) own[entry] = column[leaf[entry]!]!;
    return own;
  });
  const entries = leaf.length;
  const weight = new Float64Array(entries);
  for (let entry = 0; entry < entries; entry++) {
    const z = deviation[entry]! / noise[entry]!;
    weight[entry] = Math.sign(z) * Math.min(MOST_EVIDENCE, z * z / 2);
  }
  const total = new Float64Array(entries);
  const size = new Int32Array(entries);
  const along = new Int32Array(entries);
  const candidates: Candidate[] = [];
  forEachCuboid(codes, dimensions.map(dimension => leaves.cardinalities[dimension]!), ({ dimensions: subset, ids, count }) => {
    total.fill(0, 0, count);
    size.fill(0, 0, count);
    along.fill(0, 0, count);
    for (let entry = 0; entry < entries; entry++) {
      const id = ids[entry]!;
      const said = weight[entry]!;
      total[id]! += said;
      size[id]! += 1;
      along[id]! += said > 0 ? 1 : 0;
    }
    let demand = Math.log(count * codes.length) + EVIDENCE_MARGIN;
    for (let id = 0; id < count; id++) {
      if (-total[id]! > demand && along[id]! <= (1 - LEAST_CONSISTENCY) * size[id]!) demand = Math.min(MOST_EVIDENCE, -total[id]!);
    }
    const strongest: number[] = [];
    for (let id = 0; id < count; id++) {
      if (total[id]! > demand && along[id]! >= LEAST_CONSISTENCY * size[id]!) strongest.push(id);
    }
    if (strongest.length === 0) return;
    strongest.sort((a, b) => total[b]! - total[a]!).splice(CANDIDATES_A_CUBOID);
    const members = strongest.map((): number[] => []);
    // `along` is no longer needed: it now tells which candidate a combination is
    along.fill(-1, 0, count);
    strongest.forEach((id, index) => { along[id] = index; });
    for (let entry = 0; entry < entries; entry++) {
      const index = along[ids[entry]!]!;
      if (index >= 0) members[index]!.push(entry);
    }
    for (const positions of members) {
      const candidate = new Candidate(leaves, evidence, positions, subset.map(index => dimensions[index]!), demand);
      if (isConvincing(candidate)) candidates.push(candidate);
    }
  });
  return candidates;
}

function without({ leaf, deviation, noise }: Evidence, explained: Uint8Array): Evidence {
  const rest = { leaf: new Int32Array(leaf.length), deviation: new Float64Array(leaf.length), noise: new Float64Array(leaf.length) };
  let count = 0;
  for (let entry = 0; entry < leaf.length; entry++) {
    if (explained[leaf[entry]!] === 1) continue;
    rest.leaf[count] = leaf[entry]!;
    rest.deviation[count] = deviation[entry]!;
    rest.noise[count++] = noise[entry]!;
  }
  return { leaf: rest.leaf.subarray(0, count), deviation: rest.deviation.subarray(0, count), noise: rest.noise.subarray(0, count) };
}

/** Net deviation of all leaves in the direction of the event, in a unit in which no sum overflows. */
function totalDeviation({ values, expected }: Leaves, direction: 1 | -1): { readonly unit: number; readonly sum: number } {
  let unit = Number.MIN_VALUE;
  for (let index = 0; index < values.length; index++) {
    const size = Math.abs(values[index]!) + Math.abs(expected[index]!);
    if (size > unit) unit = size;
  }
  unit = Math.min(unit, Number.MAX_VALUE);
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += direction * (values[index]! / unit - expected[index]! / unit) || 0;
  return { unit, sum };
}
