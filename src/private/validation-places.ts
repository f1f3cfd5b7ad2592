// SPDX-License-Identifier: Apache-2.0

import { Arn, ArnFormat, ResourceEnvironment, Stack, Token } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { invalid } from './errors';
import { SUBJECT } from './validation-base';
import { InfrastructureOptions } from '../infrastructure-options';

/** A resource, by what says where it is. */
interface Placed {
  readonly env: ResourceEnvironment;
  /** Where it was imported by ARN: says more than its environment in some versions of the CDK. */
  readonly arn?: string;
}

/** Whose stack it is, where it is not the connector's. */
const OWNERS: Record<string, string> = { LookoutService: 'service\'s', addAlarms: 'alarms\'' };

/** Region and account of a resource, as far as they are known. */
type Place = Partial<Record<'region' | 'account', string>>;

/**
 * Refuses a resource that is known to be in another region or account than the stack, where the services that use it reach their own only.
 * Tokens pass.
 *
 * @param subject Construct that refuses it
 * @param prop Prop that holds it
 * @param what What must be the stack's
 * @param advice What to do, given the region or account of the stack
 */
export function requireSame(
  scope: IConstruct, subject: string, prop: string, resource: Placed, what: 'region' | 'account', advice: (expected: string) => string,
): void {
  const expected = Stack.of(scope)[what];
  const found = placeOf(resource)[what];
  if (found === undefined || Token.isUnresolved(expected) || found === expected) return;
  throw invalid(subject, prop, `is in another ${what} than the ${OWNERS[subject] ?? 'connector\'s'} stack (${expected})`, found, advice(expected));
}

/** Refuses what is known to be in another region among the props that constructs of this library share. */
export function validateInfrastructurePlaces(scope: IConstruct, subject: string, { encryptionKey, vpc }: InfrastructureOptions): void {
  if (encryptionKey) {
    requireSame(scope, subject, 'encryptionKey', { env: encryptionKey.env, arn: encryptionKey.keyArn }, 'region',
      region => `give a key of ${region}: the services that encrypt with it know those of their own region only (a replica of a multi-Region key is one)`);
  }
  if (vpc) requireSame(scope, subject, 'vpc', vpc, 'region', region => `give a VPC of ${region}, in which the functions run`);
}

/** Refuses a secret that is known to be in another region: the Redshift Data API reads those of its own only. */
export function requireSecretHere(scope: IConstruct, prop: string, secret: secretsmanager.ISecret): void {
  requireSame(scope, SUBJECT, prop, { env: secret.env, arn: secret.secretArn }, 'region',
    region => `the Redshift Data API reads secrets of its own region only: replicate the secret to ${region} and give the replica`);
}

function placeOf({ env, arn }: Placed): Place {
  const known = (text: string | undefined) => text === undefined || text === '' || Token.isUnresolved(text) ? undefined : text;
  const named: Place = arn === undefined || Token.isUnresolved(arn) ? {} : Arn.split(arn, ArnFormat.NO_RESOURCE_NAME);
  return { region: known(named.region) ?? known(env.region), account: known(named.account) ?? known(env.account) };
}
