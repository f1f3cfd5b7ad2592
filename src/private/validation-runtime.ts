// SPDX-License-Identifier: Apache-2.0

import { Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { invalid } from './errors';

/** Node.js for which the handlers are bundled. */
const LEAST_VERSION = 22;

/** Refuses a runtime in which the handlers do not run. One that is known only when it is deployed passes. */
export function validateRuntime(subject: string, runtime: lambda.Runtime | undefined): void {
  if (runtime === undefined) return;
  const { name, family, isVariable } = runtime;
  if (Token.isUnresolved(name) || (isVariable && family === lambda.RuntimeFamily.NODEJS)) return;
  // the name alone goes to Lambda, and a runtime that is newer than the CDK may be given without its family
  const version = /^nodejs(\d+)\.x$/.exec(name ?? '')?.[1];
  if (version !== undefined && Number(version) >= LEAST_VERSION) return;
  throw invalid(subject, 'runtime', `is not Node.js ${LEAST_VERSION} or newer`, name ?? runtime, 'leave it out, or give lambda.Runtime.NODEJS_24_X');
}
