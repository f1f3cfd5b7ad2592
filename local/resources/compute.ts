// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { physicalName } from './names';
import { arn, type CloudServices, type Resource, type ResourceType } from './resource';
import { assetPath } from '../assembly/assembly';
import { scheduleDefinition } from '../schedule/scheduler';
import type { Definition } from '../states/definition';

/** Files in which Lambda looks for a handler, in this order. */
const HANDLER_EXTENSIONS = ['.js', '.mjs', '.cjs'];

function codeFolder(resource: Resource, name: string, services: CloudServices): string {
  const { S3Key, ZipFile } = (resource.properties.Code ?? {}) as { S3Key?: unknown; ZipFile?: unknown };
  if (S3Key !== undefined) return assetPath(services.assembly, S3Key, 'folder', `code of the function ${name}`);
  if (typeof ZipFile !== 'string') {
    throw new Error(`the function ${name} has neither an asset nor inline code; container images are not known to the embedded cloud`);
  }
  const folder = join(services.directory, 'inline-code', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), ZipFile);
  return folder;
}

/** Lambda finds out at the first invocation that a handler's file is missing; here it is an error of the deployment. */
function checkHandler(name: string, root: string, handler: string): void {
  const file = handler.split('.')[0];
  const candidates = HANDLER_EXTENSIONS.map((extension) => `${file}${extension}`);
  if (candidates.some((candidate) => existsSync(join(root, candidate)))) return;
  throw new Error(`the function ${name} has the handler ${JSON.stringify(handler)}, and ${root} holds none of ${candidates.join(', ')}; build and synthesise again`);
}

/** AWS::Lambda::Function: Node.js only. */
export const lambdaFunction: ResourceType = {
  put(resource, services) {
    const { Runtime, Handler, Role, Timeout = 3, MemorySize = 128, Environment, Layers } = resource.properties;
    const name = physicalName(resource, 'FunctionName', 64);
    if (!/^nodejs\d+\.x$/.test(String(Runtime))) {
      throw new Error(`the function ${name} has the runtime ${JSON.stringify(Runtime)}, the embedded cloud runs Node.js only`);
    }
    if (Array.isArray(Layers) && Layers.length > 0) {
      throw new Error(`the function ${name} has layers, which the embedded cloud does not know`);
    }
    const variables = Object.entries((Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {});
    const Arn = arn(resource, 'lambda', `function:${name}`);
    const root = codeFolder(resource, name, services);
    checkHandler(name, root, String(Handler));
    services.functions.register({
      name,
      arn: Arn,
      logicalId: resource.logicalId,
      root,
      handler: String(Handler),
      runtime: String(Runtime),
      timeoutSeconds: Number(Timeout),
      memoryMegabytes: Number(MemorySize),
      environment: {
        AWS_ACCESS_KEY_ID: services.roles.accessKeyOf(String(Role)),
        ...Object.fromEntries(variables.map(([key, value]) => [key, String(value)])),
      },
    });
    return { ref: name, attributes: { Arn } };
  },
  delete: ({ identity }, { functions }) => functions.remove(identity.ref),
};

/** AWS::Lambda::Alias of the newest code: the function under another name. */
export const functionAlias: ResourceType = {
  put(resource, { functions }) {
    const { FunctionName, FunctionVersion, Name } = resource.properties;
    const definition = functions.find(String(FunctionName));
    if (!definition) throw new Error(`there is no Lambda function ${JSON.stringify(FunctionName)}`);
    if (FunctionVersion !== '$LATEST') throw new Error(`the embedded cloud knows aliases of $LATEST only, found ${JSON.stringify(FunctionVersion)}`);
    functions.addAlias(definition.name, String(Name));
    return { ref: `${definition.arn}:${String(Name)}`, attributes: { AliasArn: `${definition.arn}:${String(Name)}` } };
  },
};

/** AWS::Lambda::Url with AWS_IAM: a loopback address, whose requests must be signed for Lambda with the cloud's credentials. */
export const functionUrl: ResourceType = {
  async put(resource, { functions, functionUrls }, previous) {
    const { TargetFunctionArn, Qualifier, AuthType } = resource.properties;
    const definition = functions.find(String(TargetFunctionArn));
    if (!definition) throw new Error(`there is no Lambda function ${JSON.stringify(TargetFunctionArn)}`);
    if (AuthType !== 'AWS_IAM') throw new Error(`the embedded cloud knows function URLs with AWS_IAM only, found ${JSON.stringify(AuthType)}`);
    const FunctionArn = `${definition.arn}${Qualifier === undefined ? '' : `:${String(Qualifier)}`}`;
    if (previous?.identity.ref === FunctionArn) return previous.identity;
    return { ref: FunctionArn, attributes: { FunctionArn, FunctionUrl: `${await functionUrls.create(FunctionArn)}/` } };
  },
  delete: ({ identity }, { functionUrls }) => functionUrls.remove(String(identity.attributes.FunctionUrl).replace(/\/$/, '')),
};

/** AWS::Lambda::EventInvokeConfig: retries of asynchronous invocations, and where those go that fail for good. */
export const eventInvokeConfig: ResourceType = {
  put(resource, { functions }) {
    const { FunctionName, MaximumRetryAttempts, Qualifier, DestinationConfig } = resource.properties;
    const definition = functions.find(String(FunctionName));
    if (!definition) throw new Error(`there is no Lambda function ${JSON.stringify(FunctionName)}`);
    functions.configureAsynchronous(definition.name, {
      ...MaximumRetryAttempts !== undefined && { retries: Number(MaximumRetryAttempts) },
      destination: (DestinationConfig as { OnFailure?: { Destination?: string } } | undefined)?.OnFailure?.Destination,
    });
    return { ref: `${definition.name}|${String(Qualifier)}`, attributes: {} };
  },
};

/** AWS::StepFunctions::StateMachine. */
export const stateMachine: ResourceType = {
  put(resource, services) {
    const name = physicalName(resource, 'StateMachineName', 80);
    const Arn = arn(resource, 'states', `stateMachine:${name}`);
    services.machines.register({ name, arn: Arn, logicalId: resource.logicalId, definition: definitionOf(resource, name, services) });
    return { ref: Arn, attributes: { Arn, Name: name } };
  },
  delete({ identity }, { machines }) {
    machines.remove(identity.ref);
  },
};

function definitionOf(resource: Resource, name: string, services: CloudServices): Definition {
  const { DefinitionString, Definition: object, DefinitionS3Location, DefinitionSubstitutions } = resource.properties;
  if (object !== undefined) return object as Definition;
  const location = DefinitionS3Location as { Key?: unknown } | undefined;
  const text = DefinitionString === undefined
    ? readFileSync(assetPath(services.assembly, location?.Key, 'file', `definition of the state machine ${name}`), 'utf8') : String(DefinitionString);
  const values = (DefinitionSubstitutions ?? {}) as Record<string, unknown>;
  const substituted = text.replace(/\$\{([^}]+)\}/g, (all, key: string) => Object.hasOwn(values, key) ? String(values[key]) : all);
  try {
    return JSON.parse(substituted) as Definition;
  } catch (error) {
    throw new Error(`the definition of the state machine ${name} is not JSON: ${(error as Error).message}`);
  }
}

/** AWS::Scheduler::Schedule. */
export const schedule: ResourceType = {
  put(resource, { scheduler }) {
    const name = physicalName(resource, 'Name', 64);
    const Arn = arn(resource, 'scheduler', `schedule/${String(resource.properties.GroupName ?? 'default')}/${name}`);
    scheduler.register(scheduleDefinition(name, Arn, resource.properties));
    return { ref: name, attributes: { Arn } };
  },
  delete({ identity }, { scheduler }) {
    scheduler.remove(String(identity.attributes.Arn));
  },
};
