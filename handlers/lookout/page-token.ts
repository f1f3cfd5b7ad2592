// SPDX-License-Identifier: Apache-2.0

/** Lists that are read in pages. */
export type PagedList =
  | 'detectors' | 'metricSets' | 'alerts' | 'executions' | 'groups' | 'feedback' | 'feedbackSince' | 'timeSeries' | 'relatedMetrics';

/** How long a token holds (service model of Lookout for Metrics: 24 hours), and how far clocks of functions may differ, in seconds. */
const TOKEN_SECONDS = 24 * 3600;
const CLOCK_DIFFERENCE_SECONDS = 300;

/** A token that the list did not give, or gave too long ago. */
export class InvalidPageToken extends TypeError {
  /** Known by its name: see StoreConflict. */
  public static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'InvalidPageToken';
  }

  public constructor() {
    super('the token was not given by this list, or more than 24 hours ago');
    this.name = 'InvalidPageToken';
  }
}

/**
 * Opaque token for the place where the next page of a list begins: it holds for this list and this owner only.
 *
 * @param owner what the list belongs to (an ARN, or an ARN and an id); empty for the list of a whole region
 * @param position key of the last item that was given
 * @param at when it is given, in seconds since 1970
 */
export function pageToken(list: PagedList, owner: string, position: string, at: number = now()): string {
  return Buffer.from(JSON.stringify([list, owner, position, at])).toString('base64url');
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * The position in a token.
 *
 * @throws InvalidPageToken when the token was not made for this list and owner, or has expired
 */
export function pagePosition(list: PagedList, owner: string, token: string): string {
  const [listGiven, ownerGiven, position, at] = decode(token) ?? [];
  const age = now() - Number(at);
  if (position === undefined || listGiven !== list || ownerGiven !== owner || pageToken(list, owner, position, at) !== token
    || !(age <= TOKEN_SECONDS && age >= -CLOCK_DIFFERENCE_SECONDS)) {
    throw new InvalidPageToken();
  }
  return position;
}

function decode(token: string): [list: string, owner: string, position: string, at: number] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(value) && value.length === 4 && value.slice(0, 3).every(part => typeof part === 'string') && Number.isInteger(value[3])) {
      return value as [string, string, string, number];
    }
  } catch {
    // not JSON: not one of our tokens
  }
  return undefined;
}
