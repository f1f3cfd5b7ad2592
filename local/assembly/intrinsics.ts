// SPDX-License-Identifier: Apache-2.0

import type { ResourceIdentity, Template } from './template';

/** A template asks for something that the embedded cloud does not know. The message names stack, resource and path. */
export class TemplateError extends Error {
  public override readonly name = 'TemplateError';
}

/** Values of the pseudo parameters. */
export interface PseudoParameters {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly urlSuffix: string;
  readonly stackName: string;
  readonly stackId: string;
}

/** What intrinsic functions look up. */
export interface ResolutionScope {
  readonly template: Template;
  readonly pseudo: PseudoParameters;
  readonly parameters: Readonly<Record<string, string>>;
  /** A resource that exists; undefined: it does not (yet). */
  resource(logicalId: string): ResourceIdentity | undefined;
  /** Value that another stack exports. */
  exported(name: string): string | undefined;
}

/** A value that is left out of what holds it (AWS::NoValue). */
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * Resolves the intrinsic functions of one stack's template. What it does not know is a TemplateError, never a guess.
 */
export class IntrinsicResolver {
  private readonly conditions = new Map<string, boolean>();

  public constructor(private readonly scope: ResolutionScope) {}

  /** Resolves a value; `path` names it in errors (`MyBucket.Properties`). */
  public resolve(value: unknown, path: string): unknown {
    const resolved = this.value(value, path);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  /** Whether a condition of the template holds. */
  public condition(name: string, path: string): boolean {
    const known = this.conditions.get(name);
    if (known !== undefined) return known;
    const definition = this.scope.template.Conditions?.[name];
    if (definition === undefined) throw this.error(path, `the condition ${JSON.stringify(name)} is not in the template`);
    const result = this.boolean(definition, `Conditions.${name}`);
    this.conditions.set(name, result);
    return result;
  }

  private value(value: unknown, path: string): unknown {
    if (typeof value === 'string') {
      if (value.includes('{{resolve:')) {
        throw this.error(path, `dynamic references are not known to the embedded cloud: ${JSON.stringify(value)}`);
      }
      return value;
    }
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item, index) => this.value(item, `${path}[${index}]`)).filter((item) => item !== NO_VALUE);
    const keys = Object.keys(value);
    if (keys.length === 1 && (keys[0] === 'Ref' || keys[0] === 'Condition' && this.isConditionReference(value) || keys[0].startsWith('Fn::'))) {
      return this.intrinsic(keys[0], (value as Record<string, unknown>)[keys[0]], path);
    }
    const resolved: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      if (key.startsWith('Fn::')) throw this.error(path, `${key} stands beside other keys`);
      const result = this.value(item, `${path}.${key}`);
      if (result !== NO_VALUE) resolved.push([key, result]);
    }
    return Object.fromEntries(resolved);
  }

  /** `{ Condition: 'Name' }` is a reference only where a condition is expected; policies have a `Condition` of their own. */
  private isConditionReference(value: object): boolean {
    const name = (value as Record<string, unknown>).Condition;
    return typeof name === 'string' && this.scope.template.Conditions?.[name] !== undefined;
  }

  private intrinsic(name: string, argument: unknown, path: string): unknown {
    const at = `${path}.${name}`;
    switch (name) {
      case 'Ref': return this.ref(this.text(argument, at), at);
      case 'Fn::GetAtt': return this.attribute(argument, at);
      case 'Fn::Join': return this.join(argument, at);
      case 'Fn::Sub': return this.substitute(argument, at);
      case 'Fn::Select': return this.select(argument, at);
      case 'Fn::Split': return this.split(argument, at);
      case 'Fn::If': return this.choose(argument, at);
      case 'Fn::FindInMap': return this.findInMap(argument, at);
      case 'Fn::ImportValue': return this.importValue(argument, at);
      case 'Fn::Base64': return Buffer.from(this.text(this.value(argument, at), at)).toString('base64');
      case 'Condition': case 'Fn::Equals': case 'Fn::And': case 'Fn::Or': case 'Fn::Not': return this.boolean({ [name]: argument }, path);
      default: throw this.error(path, `the intrinsic function ${name} is not known to the embedded cloud`);
    }
  }

  private ref(name: string, path: string): unknown {
    const { pseudo, parameters, template } = this.scope;
    switch (name) {
      case 'AWS::NoValue': return NO_VALUE;
      case 'AWS::Partition': return pseudo.partition;
      case 'AWS::Region': return pseudo.region;
      case 'AWS::AccountId': return pseudo.account;
      case 'AWS::URLSuffix': return pseudo.urlSuffix;
      case 'AWS::StackName': return pseudo.stackName;
      case 'AWS::StackId': return pseudo.stackId;
    }
    if (Object.hasOwn(parameters, name)) return parameters[name];
    const parameter = template.Parameters?.[name];
    if (parameter) {
      if (parameter.Default === undefined) {
        throw this.error(path, `the parameter ${JSON.stringify(name)} has no default and was given no value`);
      }
      return /^(List<.*>|CommaDelimitedList)$/.test(parameter.Type) ? String(parameter.Default).split(',') : String(parameter.Default);
    }
    return this.identity(name, path).ref;
  }

  private identity(logicalId: string, path: string): ResourceIdentity {
    const found = this.scope.resource(logicalId);
    if (found) return found;
    const known = this.scope.template.Resources?.[logicalId] !== undefined;
    throw this.error(path, known ? `the resource ${JSON.stringify(logicalId)} does not exist: its condition is false or it was not created`
      : `${JSON.stringify(logicalId)} is neither a resource nor a parameter of the template`);
  }

  private attribute(argument: unknown, path: string): unknown {
    const [logicalId, ...rest] = typeof argument === 'string' ? argument.split('.') : this.list(argument, path);
    const name = rest.map((part) => this.text(this.value(part, path), path)).join('.');
    const { attributes } = this.identity(this.text(logicalId, path), path);
    if (!Object.hasOwn(attributes, name)) {
      const type = this.scope.template.Resources?.[String(logicalId)]?.Type;
      throw this.error(path, `${type} ${JSON.stringify(logicalId)} has no attribute ${JSON.stringify(name)} in the embedded cloud; it has ${Object.keys(attributes).join(', ') || 'none'}`);
    }
    return attributes[name];
  }

  private join(argument: unknown, path: string): string {
    const [separator, values] = this.list(argument, path, 2);
    const items = this.list(this.value(values, path), path);
    return items.map((item, index) => this.text(item, `${path}[${index}]`)).join(this.text(separator, path));
  }

  private substitute(argument: unknown, path: string): string {
    const [template, values] = typeof argument === 'string' ? [argument, {}] : this.list(argument, path, 2);
    const given = this.value(values, path) as Record<string, unknown>;
    return this.text(template, path).replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (Object.hasOwn(given, name)) return this.text(given[name], path);
      return this.text(name.includes('.') ? this.attribute(name, path) : this.ref(name, path), path);
    });
  }

  private select(argument: unknown, path: string): unknown {
    const [index, values] = this.list(argument, path, 2);
    const items = this.list(this.value(values, path), path);
    const position = Number(this.value(index, path));
    if (!Number.isInteger(position) || position < 0 || position >= items.length) {
      throw this.error(path, `index ${JSON.stringify(index)} is not in a list of ${items.length}`);
    }
    return items[position];
  }

  private split(argument: unknown, path: string): string[] {
    const [separator, text] = this.list(argument, path, 2);
    return this.text(this.value(text, path), path).split(this.text(separator, path));
  }

  private choose(argument: unknown, path: string): unknown {
    const [name, yes, no] = this.list(argument, path, 3);
    return this.condition(this.text(name, path), path) ? this.value(yes, `${path}[1]`) : this.value(no, `${path}[2]`);
  }

  private findInMap(argument: unknown, path: string): unknown {
    const [map, first, second] = this.list(argument, path).map((part) => this.text(this.value(part, path), path));
    const found = this.scope.template.Mappings?.[map]?.[first]?.[second];
    if (found === undefined) throw this.error(path, `the template maps nothing for ${JSON.stringify([map, first, second])}`);
    return found;
  }

  private importValue(argument: unknown, path: string): string {
    const name = this.text(this.value(argument, path), path);
    const found = this.scope.exported(name);
    if (found === undefined) throw this.error(path, `no stack exports ${JSON.stringify(name)}`);
    return found;
  }

  private boolean(definition: unknown, path: string): boolean {
    const entries = definition !== null && typeof definition === 'object' ? Object.entries(definition) : [];
    if (entries.length !== 1) throw this.error(path, `not a condition: ${JSON.stringify(definition)}`);
    const [[name, argument]] = entries;
    const all = () => this.list(argument, path).map((item, index) => this.boolean(item, `${path}.${name}[${index}]`));
    switch (name) {
      case 'Condition': return this.condition(this.text(argument, path), path);
      case 'Fn::And': return all().every(Boolean);
      case 'Fn::Or': return all().some(Boolean);
      case 'Fn::Not': return !all()[0];
      case 'Fn::Equals': {
        const [left, right] = this.list(argument, path, 2).map((item) => this.value(item, `${path}.${name}`));
        return String(left) === String(right);
      }
      default: throw this.error(path, `the condition function ${name} is not known to the embedded cloud`);
    }
  }

  private list(value: unknown, path: string, length?: number): unknown[] {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
      throw this.error(path, `expected a list${length === undefined ? '' : ` of ${length}`}, found ${JSON.stringify(value)}`);
    }
    return value;
  }

  private text(value: unknown, path: string): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.error(path, `expected text, found ${value === NO_VALUE ? 'AWS::NoValue' : JSON.stringify(value)}`);
  }

  private error(path: string, message: string): TemplateError {
    return new TemplateError(`stack ${this.scope.pseudo.stackName}, ${path}: ${message}`);
  }
}
