// SPDX-License-Identifier: Apache-2.0

import { createHash, randomUUID } from 'node:crypto';
import { queryService } from './query-service';
import { ServiceError, type Service } from './service';

/** Statement of a trust policy. */
interface TrustStatement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Principal?: { readonly AWS?: unknown };
  readonly Condition?: unknown;
}

const all = (value: unknown): unknown[] => Array.isArray(value) ? value : [value];

/**
 * IAM roles and STS: a function can assume a role that the stacks made and whose trust policy names the function's own role, or the account.
 * Who is no function can assume each that was made. Any other role cannot be assumed, unless all are taken for made.
 */
export class Roles {
  /** Trust policies, by the role's ARN. */
  private readonly trust = new Map<string, readonly TrustStatement[]>();
  /** Roles of functions, by the access key that tells it. */
  private readonly keys = new Map<string, string>();

  public constructor(private readonly account: string, private readonly takesAny = false) {}

  /** Makes a role, or changes its trust policy. */
  public create(arn: string, trustPolicy: unknown): void {
    this.trust.set(arn, all((trustPolicy as { Statement?: unknown } | undefined)?.Statement ?? []) as TrustStatement[]);
  }

  public remove(arn: string): void {
    this.trust.delete(arn);
  }

  /** Id of the access key by which STS knows who has the role. */
  public accessKeyOf(arn: string): string {
    const id = `ASIA${createHash('sha256').update(arn).digest('hex').slice(0, 16).toUpperCase()}`;
    this.keys.set(id, arn);
    return id;
  }

  /** STS's API: AssumeRole and GetCallerIdentity. */
  public service(): Service {
    return queryService('STS', {
      AssumeRole: (input, { headers }) => {
        const arn = input.get('RoleArn') ?? '';
        const caller = this.keys.get(/Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '');
        const reason = this.takesAny ? undefined : this.refusal(arn, caller);
        if (reason !== undefined) {
          throw new ServiceError('AccessDenied', 403, `User: ${caller ?? 'embedded'} is not authorized to perform: sts:AssumeRole on resource: ${arn}; ${reason}`);
        }
        const id = randomUUID().replace(/-/g, '').toUpperCase();
        return {
          Credentials: {
            AccessKeyId: `ASIA${id.slice(0, 16)}`, SecretAccessKey: id, SessionToken: id, Expiration: new Date(Date.now() + 3_600_000).toISOString(),
          },
          AssumedRoleUser: { AssumedRoleId: `AROA${id.slice(0, 16)}:${input.get('RoleSessionName') ?? ''}`, Arn: arn },
        };
      },
      GetCallerIdentity: () => ({ Account: this.account, UserId: 'embedded', Arn: `arn:aws:iam::${this.account}:user/embedded` }),
    });
  }

  private refusal(arn: string, caller: string | undefined): string | undefined {
    const statements = this.trust.get(arn);
    if (!statements) return 'no stack made this role';
    if (caller === undefined) return undefined;
    const trusted = [caller, caller.replace(/role\/.*$/, 'root')];
    // a condition is never guessed at: no role here that a function assumes has one
    const isTrusted = statements.some(({ Effect, Action, Principal, Condition }) => Effect === 'Allow' && Condition === undefined
      && all(Action).includes('sts:AssumeRole') && all(Principal?.AWS).some((principal) => trusted.includes(String(principal))));
    return isTrusted ? undefined : `its trust policy does not name the caller: ${JSON.stringify(statements)}`;
  }
}
