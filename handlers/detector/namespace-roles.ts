// SPDX-License-Identifier: Apache-2.0

import { isNamed, isPassing } from './custom-resource';
import type { RoleHolder } from './role-attachment';
import type { Namespace, ServerlessApi } from './serverless-client';

const NOT_FOUND = 'ResourceNotFoundException';

/** A change is under way: asked again at the next poll. */
const BUSY = 'ConflictException';

/** A role in a namespace. */
interface NamespaceRole {
  readonly arn: string;
  /** `in-sync`, `adding`, `removing`; undefined where the service does not tell. */
  readonly status?: string;
}

/**
 * Roles of the namespace of a Serverless workgroup, by the workgroup's name. UpdateNamespace replaces the list, so the list is read, changed and
 * written as long as the namespace is available; the service refuses a change while another one is under way.
 */
export class NamespaceRoles implements RoleHolder {
  public constructor(private readonly api: ServerlessApi) {}

  public async isAttached(workgroupName: string, roleArn: string): Promise<boolean> {
    const found = await unlessPassing(() => this.find(workgroupName));
    if (found === 'LATER') return false;
    if (!found) throw new Error(`workgroup ${JSON.stringify(workgroupName)} does not exist in this account and region: check the prop cluster`);
    const { namespaceName, namespace } = found;
    const roles = rolesOf(namespace);
    const role = roles.find(({ arn }) => arn === roleArn);
    if (role?.status === 'failed') {
      throw new Error(`role ${roleArn} could not be attached to namespace ${namespaceName}: see that its trust policy names the services `
        + 'redshift.amazonaws.com and redshift-serverless.amazonaws.com, remove it from the namespace, and deploy again');
    }
    if (!isAvailable(namespace)) return false;
    if (role && role.status !== 'removing') return role.status === undefined || role.status === 'in-sync';
    if (role === undefined) await this.replace(namespaceName, roles, [...roles.map(({ arn }) => arn), roleArn], `role ${roleArn} cannot be attached to`);
    return false;
  }

  public async isDetached(workgroupName: string, roleArn: string): Promise<boolean> {
    const found = await unlessPassing(() => this.find(workgroupName));
    if (found === 'LATER') return false;
    if (!found) return true;
    const { namespaceName, namespace } = found;
    const roles = rolesOf(namespace);
    if (!roles.some(({ arn }) => arn === roleArn)) return true;
    if (isAvailable(namespace)) {
      const others = roles.map(({ arn }) => arn).filter(arn => arn !== roleArn);
      await this.replace(namespaceName, roles, others, `role ${roleArn} cannot be detached from`);
    }
    return false;
  }

  /** Undefined when there is no such workgroup, or its namespace is gone. */
  private async find(workgroupName: string): Promise<{ readonly namespaceName: string; readonly namespace: Namespace } | undefined> {
    try {
      const { workgroup } = await this.api.getWorkgroup({ workgroupName });
      const namespaceName = workgroup!.namespaceName!;
      const { namespace } = await this.api.getNamespace({ namespaceName });
      return { namespaceName, namespace: namespace! };
    } catch (error) {
      if (isNamed(error, NOT_FOUND)) return undefined;
      throw error;
    }
  }

  private async replace(namespaceName: string, before: readonly NamespaceRole[], iamRoles: string[], what: string): Promise<void> {
    try {
      await unlessPassing(() => this.api.updateNamespace({ namespaceName, iamRoles }));
    } catch (error) {
      if (isNamed(error, NOT_FOUND)) return; // gone since it was read: seen at the next poll
      const { name, message } = error as Error;
      throw new Error(`${what} namespace ${namespaceName}: ${name}: ${message}. The namespace has ${before.length} roles, which are handed over with the change: `
        + 'attach a role by hand and pass it as unloadRole, or detach roles that are not used any more', { cause: error });
    }
  }
}

/** A namespace without a status takes changes as well. */
function isAvailable({ status }: Namespace): boolean {
  return status === undefined || status === 'AVAILABLE';
}

/** The service writes roles as `IamRole(applyStatus=in-sync, iamRoleArn=arn:…)`, and takes them as ARNs. */
function rolesOf({ iamRoles = [] }: Namespace): NamespaceRole[] {
  return iamRoles.map(text => ({
    arn: /arn:[^\s,()]+/.exec(text)?.[0] ?? text,
    status: /applyStatus=([\w-]+)/.exec(text)?.[1],
  }));
}

async function unlessPassing<T>(work: () => Promise<T>): Promise<T | 'LATER'> {
  try {
    return await work();
  } catch (error) {
    if (isNamed(error, BUSY) || isPassing(error)) return 'LATER';
    throw error;
  }
}
