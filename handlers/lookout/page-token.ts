/** Lists that are read in pages. */
export type PagedList =
  | 'detectors' | 'metricSets' | 'alerts' | 'executions' | 'groups' | 'feedback' | 'feedbackSince' | 'timeSeries' | 'relatedMetrics';

/** A token that the list did not give. */
export class InvalidPageToken extends TypeError {
  /** Known by its name: see StoreConflict. */
  public static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'InvalidPageToken';
  }

  public constructor() {
    super('the token was not given by this list');
    this.name = 'InvalidPageToken';
  }
}

/**
 * Opaque token for the place where the next page of a list begins: it holds for this list and this owner only.
 *
 * @param owner what the list belongs to (an ARN, or an ARN and an id); empty for the list of a whole region
 * @param position key of the last item that was given
 */
export function pageToken(list: PagedList, owner: string, position: string): string {
  return Buffer.from(JSON.stringify([list, owner, position])).toString('base64url');
}

/**
 * The position in a token.
 *
 * @throws InvalidPageToken when the token was not made for this list and owner
 */
export function pagePosition(list: PagedList, owner: string, token: string): string {
  const position = decode(token);
  if (!position || position[0] !== list || position[1] !== owner || pageToken(list, owner, position[2]) !== token) {
    throw new InvalidPageToken();
  }
  return position[2];
}

function decode(token: string): [string, string, string] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(value) && value.length === 3 && value.every(part => typeof part === 'string')) {
      return value as [string, string, string];
    }
  } catch {
    // not JSON: not one of our tokens
  }
  return undefined;
}
