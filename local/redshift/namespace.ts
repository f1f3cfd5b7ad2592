// SPDX-License-Identifier: Apache-2.0

/** The namespace of a Serverless workgroup: its roles, and the operations of the Redshift Serverless API about it. */
import type { Cluster } from './cluster';
import { ServiceError } from './service-error';

/** Most IAM roles of a namespace (Redshift management guide, "Quotas"). */
const MAX_ROLES = 50;

function notFound(what: string, name: unknown): ServiceError {
  return new ServiceError('ResourceNotFoundException', `${what} ${JSON.stringify(name)} not found.`);
}

/** The embedded warehouse as Redshift Serverless shows it. */
export class ServerlessNamespace {
  private isModifying = false;

  constructor(private readonly warehouse: Cluster, private readonly workgroupName: string) {}

  /**
   * Answers an operation of the JSON protocol.
   * @throws ServiceError
   */
  answer(operation: string, input: Readonly<Record<string, unknown>>): object {
    switch (operation) {
      case 'GetWorkgroup': return this.getWorkgroup(input);
      case 'GetNamespace': return this.getNamespace(input);
      case 'UpdateNamespace': return this.updateNamespace(input);
      default: throw new ServiceError('UnknownOperationException', `not in local mode: the Redshift Serverless operation ${JSON.stringify(operation)}`);
    }
  }

  private get namespaceName(): string {
    return `${this.workgroupName}-namespace`;
  }

  private getWorkgroup({ workgroupName }: Readonly<Record<string, unknown>>): object {
    if (workgroupName !== this.workgroupName) throw notFound('Workgroup', workgroupName);
    return { workgroup: { workgroupName, namespaceName: this.namespaceName, status: 'AVAILABLE' } };
  }

  private getNamespace({ namespaceName }: Readonly<Record<string, unknown>>): object {
    this.check(namespaceName);
    const namespace = this.describe();
    // a change of roles is seen as going on once, and then as done
    this.warehouse.settleRoles();
    this.isModifying = false;
    return { namespace };
  }

  private updateNamespace({ namespaceName, iamRoles }: Readonly<Record<string, unknown>>): object {
    this.check(namespaceName);
    if (this.isModifying) throw new ServiceError('ConflictException', `There is an operation in progress on namespace ${this.namespaceName}.`);
    if (iamRoles !== undefined) {
      const arns = iamRoles as string[];
      const wrong = arns.find(arn => !/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(arn));
      if (wrong !== undefined) throw new ServiceError('ValidationException', `The IAM role ARN is not valid: ${wrong}`);
      if (arns.length > MAX_ROLES) throw new ServiceError('ValidationException', `A namespace can have at most ${MAX_ROLES} IAM roles`);
      this.warehouse.replaceRoles(arns);
      this.isModifying = true;
    }
    return { namespace: this.describe() };
  }

  private check(namespaceName: unknown): void {
    if (namespaceName !== this.namespaceName) throw notFound('Namespace', namespaceName);
  }

  private describe(): object {
    return {
      namespaceName: this.namespaceName,
      dbName: this.warehouse.settings.database,
      status: this.isModifying ? 'MODIFYING' : 'AVAILABLE',
      iamRoles: this.warehouse.roleStatuses().map(({ arn, status }) => `IamRole(applyStatus=${status}, iamRoleArn=${arn})`),
    };
  }
}
