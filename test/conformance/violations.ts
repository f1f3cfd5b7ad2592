// SPDX-License-Identifier: Apache-2.0

import { type ModelShape, type ServiceModel, wholeMatch } from './model';
import { validInput } from './valid-input';

/** An input that breaks one rule of the model. */
export interface Violation {
  /** The field, as a ValidationException names it. */
  readonly field: string;
  /** The rule, as `at most 63 characters`. */
  readonly rule: string;
  readonly input: object;
  /** Whether the client's way of writing inputs can carry it: a wrong type, for example, only goes as plain JSON. */
  readonly carriedBy: 'every client' | 'JSON only';
}

interface Place {
  readonly field: string;
  readonly shapeName: string;
  /** The whole input with another value (undefined: none) in this place. */
  readonly put: (value: unknown) => object;
  readonly required: boolean;
  readonly value: unknown;
}

const CANDIDATES: readonly string[] = ['!', ' ', '-', '\n', ':', 'a', '!!', 'a b!', 'x'.repeat(20), '\u0007', ''];
const WRONG_TYPES: Readonly<Record<string, unknown>> = {
  structure: 'text', list: 'text', map: 'text', string: 7, integer: 'seven', double: 'seven', boolean: 'yes', timestamp: 'today',
};

/** For each rule that the model has for an operation's input, one input that breaks that rule and no other of the model. */
export function violations(model: ServiceModel, operation: string): Violation[] {
  const inputShape = model.operations[operation].input.shape;
  return places(model, inputShape).flatMap(place => violationsAt(model, place));
}

/** Every place of a body that a rule can hold for. Members that travel in the URL have rules of HTTP besides and are left out. */
function places(model: ServiceModel, inputShape: string): Place[] {
  const whole = validInput(model, inputShape);
  const found: Place[] = [];
  const visit = (shapeName: string, value: any, field: string, put: (value: unknown) => object, required: boolean): void => {
    const shape = model.shapes[shapeName];
    if (field !== '') {
      found.push({ field, shapeName, put, required, value });
    }
    if (shape.type === 'structure') {
      for (const [name, member] of Object.entries(shape.members ?? {})) {
        if (member.location === undefined) {
          const wireName = member.locationName ?? name;
          visit(member.shape, value[name], field === '' ? wireName : `${field}.${wireName}`,
            changed => put(changed === undefined ? without(value, name) : { ...value, [name]: changed }), shape.required?.includes(name) ?? false);
        }
      }
    } else if (shape.type === 'list' && value.length > 0) {
      visit(shape.member!.shape, value[0], `${field}[0]`, changed => put([changed, ...value.slice(1)]), false);
    }
  };
  visit(inputShape, whole, '', value => value as object, true);
  return found;
}

function violationsAt(model: ServiceModel, { field, shapeName, put, required, value }: Place): Violation[] {
  const shape = model.shapes[shapeName];
  const violation = (rule: string, bad: unknown, carriedBy: Violation['carriedBy'] = 'every client'): Violation => ({ field, rule, input: put(bad), carriedBy });
  return [
    ...required ? [violation('required', undefined)] : [],
    violation(`of type ${shape.type}`, WRONG_TYPES[shape.type], 'JSON only'),
    ...shape.type === 'list' ? listViolations(shape, value as unknown[], violation) : [],
    ...shape.type === 'map' ? mapViolations(model, shape, field, put) : [],
    ...shape.type === 'integer' || shape.type === 'double' ? numberViolations(shape, violation) : [],
    ...shape.type === 'string' ? textViolations(shape, value as string, violation) : [],
  ];
}

type Report = (rule: string, bad: unknown, carriedBy?: Violation['carriedBy']) => Violation;

function listViolations({ min, max }: ModelShape, value: unknown[], report: Report): Violation[] {
  return [
    ...min ? [report(`at least ${min} entries`, value.slice(0, min - 1))] : [],
    ...max !== undefined ? [report(`at most ${max} entries`, Array.from({ length: max + 1 }, () => value[0]))] : [],
  ];
}

function mapViolations(model: ServiceModel, { max, key, value }: ModelShape, field: string, put: Place['put']): Violation[] {
  const longKey = 'k'.repeat(model.shapes[key!.shape].max! + 1);
  return [
    { field, rule: `at most ${max} entries`, input: put(Object.fromEntries(Array.from({ length: max! + 1 }, (_, index) => [`key${index}`, 'value']))), carriedBy: 'every client' },
    { field, rule: 'at least 1 entry', input: put({}), carriedBy: 'every client' },
    { field: `${field} key`, rule: 'keys not too long', input: put({ [longKey]: 'value' }), carriedBy: 'every client' },
    { field: `${field}["team"]`, rule: 'values not too long', input: put({ team: 'v'.repeat(model.shapes[value!.shape].max! + 1) }), carriedBy: 'every client' },
  ];
}

function numberViolations({ type, min, max }: ModelShape, report: Report): Violation[] {
  return [
    ...min !== undefined ? [report(`at least ${min}`, min - 1)] : [],
    ...max !== undefined ? [report(`at most ${max}`, max + 1)] : [],
    ...type === 'integer' ? [report('whole', (min ?? 0) + 0.5, 'JSON only')] : [],
  ];
}

function textViolations({ min = 0, max, pattern, enum: values }: ModelShape, value: string, report: Report): Violation[] {
  const unfit = pattern === undefined ? undefined
    : CANDIDATES.find(text => text.length >= min && text.length <= (max ?? Infinity) && !wholeMatch(pattern).test(text));
  const repeated = max === undefined ? undefined : (value || 'a') + (value || 'a').slice(-1).repeat(max);
  return [
    ...min > 0 ? [report(`at least ${min} characters`, value.slice(0, min - 1))] : [],
    ...repeated !== undefined ? [report(`at most ${max} characters`, repeated.slice(0, max! + 1))] : [],
    ...unfit !== undefined ? [report(`of the pattern ${pattern}`, unfit)] : [],
    ...values ? [report(`one of ${values.join(', ')}`, 'SOMETHING_ELSE')] : [],
  ];
}

function without(value: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _gone, ...rest } = value;
  return rest;
}
