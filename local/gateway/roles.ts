// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import { queryService } from './query-service';
import { ServiceError, type Service } from './service';

/** IAM roles and STS: a role that the stacks made can be assumed, by anyone; any other cannot, unless all are taken for made. */
export class Roles {
  /** Roles that were assumed, in order. */
  public readonly assumed: string[] = [];
  private readonly roles = new Set<string>();

  public constructor(private readonly account: string, private readonly takesAny = false) {}

  public create(arn: string): void {
    this.roles.add(arn);
  }

  public remove(arn: string): void {
    this.roles.delete(arn);
  }

  /** STS's API: AssumeRole and GetCallerIdentity. */
  public service(): Service {
    return queryService('STS', {
      AssumeRole: (input) => {
        const arn = input.get('RoleArn') ?? '';
        if (!this.takesAny && !this.roles.has(arn)) {
          throw new ServiceError('AccessDenied', 403, `User is not authorized to perform: sts:AssumeRole on resource: ${arn}; no stack made this role`);
        }
        this.assumed.push(arn);
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
}
