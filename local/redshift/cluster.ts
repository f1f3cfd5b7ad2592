// SPDX-License-Identifier: Apache-2.0

/** The cluster: its roles, and the operations of the Redshift API about it. */
import { ServiceError } from './service-error';

/** What the cluster is called and where it stands. */
export interface ClusterSettings {
  readonly clusterIdentifier: string;
  /** Name under which the warehouse is a workgroup of Redshift Serverless, and no cluster. */
  readonly workgroupName?: string;
  readonly database: string;
  readonly region: string;
  readonly account: string;
  /** `aws`, `aws-cn`, … */
  readonly partition: string;
}

interface AttachedRole {
  status: 'adding' | 'in-sync' | 'removing';
}

/** Most IAM roles of a cluster (Redshift management guide, "Quotas"). */
const MAX_ROLES = 50;

const PORT = 5439;

function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return text.replace(/[&<>"']/g, character => entities[character]);
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** Values of a list in a Query request: `AddIamRoles.IamRoleArn.1=…`. */
function listParameter(form: URLSearchParams, name: string): string[] {
  const pattern = new RegExp(`^${name}\\.(?:IamRoleArn|member)\\.(\\d+)$`);
  return [...form]
    .flatMap(([key, value]) => { const match = pattern.exec(key); return match ? [{ place: Number(match[1]), value }] : []; })
    .sort((a, b) => a.place - b.place)
    .map(entry => entry.value);
}

/** State of the cluster, shared by the Redshift API and by UNLOAD. */
export class Cluster {
  private readonly roles = new Map<string, AttachedRole>();
  private defaultRole?: string;

  constructor(readonly settings: ClusterSettings) {}

  /** ARN of a database user, as Redshift names it in errors. */
  userArn(user: string): string {
    const { partition, region, account, clusterIdentifier, workgroupName } = this.settings;
    return `arn:${partition}:redshift:${region}:${account}:dbuser:${workgroupName === undefined ? clusterIdentifier : `serverless-${account}-${workgroupName}`}/${user}`;
  }

  /** Resolves IAM_ROLE of an UNLOAD; undefined when the cluster may not assume the role (yet). */
  usableRole(iamRole: string): string | undefined {
    const first = iamRole === 'default' ? this.defaultRole : iamRole.split(',')[0].trim();
    return first !== undefined && this.roles.get(first)?.status === 'in-sync' ? first : undefined;
  }

  /** Attaches a role at once, for setting up. */
  attachRole(arn: string): void {
    this.roles.set(arn, { status: 'in-sync' });
  }

  /** Roles with their statuses. */
  roleStatuses(): { readonly arn: string; readonly status: string }[] {
    return [...this.roles].map(([arn, { status }]) => ({ arn, status }));
  }

  /** Changes the roles to the given ones: the changes begin. */
  replaceRoles(arns: readonly string[]): void {
    for (const arn of arns) if (!this.roles.has(arn) || this.roles.get(arn)!.status === 'removing') this.roles.set(arn, { status: 'adding' });
    for (const [arn, role] of this.roles) if (!arns.includes(arn)) role.status = 'removing';
  }

  /** Changes of roles that have begun are done. */
  settleRoles(): void {
    for (const [arn, role] of this.roles) {
      if (role.status === 'removing') this.roles.delete(arn);
      else role.status = 'in-sync';
    }
  }

  /**
   * Answers a request of the Query protocol with XML.
   * @throws ServiceError
   */
  answer(form: URLSearchParams): string {
    const action = form.get('Action') ?? '';
    switch (action) {
      case 'DescribeClusters': return this.describeClusters(form);
      case 'ModifyClusterIamRoles': return this.modifyRoles(form);
      default: throw new ServiceError('InvalidAction', `not in local mode: the Redshift operation ${JSON.stringify(action)}`);
    }
  }

  private describeClusters(form: URLSearchParams): string {
    const asked = form.get('ClusterIdentifier');
    if (asked !== null) this.check(asked);
    const clusters = element('Clusters', this.describe());
    this.settleRoles(); // a change of roles is seen as going on once, and then as done
    return this.response('DescribeClusters', clusters);
  }

  private modifyRoles(form: URLSearchParams): string {
    this.check(form.get('ClusterIdentifier') ?? '');
    const add = listParameter(form, 'AddIamRoles');
    const remove = listParameter(form, 'RemoveIamRoles');
    const wrong = [...add, ...remove].find(arn => !/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(arn));
    if (wrong !== undefined) throw new ServiceError('InvalidParameterValue', `The IAM role ARN is not valid: ${wrong}`);
    const added = add.filter(arn => !this.roles.has(arn) || this.roles.get(arn)!.status === 'removing');
    if (this.roles.size + added.length > MAX_ROLES) {
      throw new ServiceError('InvalidParameterValue', `A cluster can have at most ${MAX_ROLES} IAM roles`);
    }
    for (const arn of added) this.roles.set(arn, { status: 'adding' });
    for (const arn of remove) {
      const role = this.roles.get(arn);
      if (role) role.status = 'removing';
    }
    const asDefault = form.get('DefaultIamRoleArn');
    if (asDefault !== null) this.defaultRole = asDefault;
    return this.response('ModifyClusterIamRoles', this.describe());
  }

  private check(identifier: string): void {
    if (identifier !== this.settings.clusterIdentifier) throw new ServiceError('ClusterNotFound', `Cluster ${identifier} not found.`, 404);
  }

  private describe(): string {
    const { clusterIdentifier, database, partition, region, account } = this.settings;
    const host = `${clusterIdentifier}.local.${region}.redshift.amazonaws.com`;
    const roles = [...this.roles].map(([arn, role]) =>
      element('ClusterIamRole', element('IamRoleArn', escapeXml(arn)) + element('ApplyStatus', role.status)));
    return element('Cluster', [
      element('ClusterIdentifier', escapeXml(clusterIdentifier)),
      element('ClusterStatus', 'available'),
      element('ClusterAvailabilityStatus', 'Available'),
      element('NodeType', 'ra3.large'),
      element('NumberOfNodes', '1'),
      element('MasterUsername', 'awsuser'),
      element('DBName', escapeXml(database)),
      element('Endpoint', element('Address', escapeXml(host)) + element('Port', String(PORT))),
      element('ClusterNamespaceArn', `arn:${partition}:redshift:${region}:${account}:namespace:local`),
      element('IamRoles', roles.join('')),
      this.defaultRole ? element('DefaultIamRoleArn', escapeXml(this.defaultRole)) : '',
      element('Tags', ''),
    ].join(''));
  }

  private response(action: string, result: string): string {
    const metadata = element('ResponseMetadata', element('RequestId', 'local'));
    return `<${action}Response xmlns="http://redshift.amazonaws.com/doc/2012-12-01/">${element(`${action}Result`, result)}${metadata}</${action}Response>`;
  }
}

/** An error in the Query protocol's XML. */
export function queryError(error: ServiceError): string {
  const body = element('Type', error.status < 500 ? 'Sender' : 'Receiver') + element('Code', error.code) + element('Message', escapeXml(error.message));
  return `<ErrorResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/">${element('Error', body)}${element('RequestId', 'local')}</ErrorResponse>`;
}
