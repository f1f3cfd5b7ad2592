// SPDX-License-Identifier: Apache-2.0

/** What is wrong with a field: an entry of a ValidationException's `Fields`. */
export interface Problem {
  /** Path of the field, as `MetricList[0].MetricName`. */
  readonly Name: string;
  readonly Message: string;
}

/** Checks a value of the JSON body and gives it its type. */
export interface Shape<T> {
  /** The checked value, without members that the shape does not know. Adds to `problems` what is wrong; the result is then of no use. */
  check(value: unknown, name: string, problems: Problem[]): T | undefined;
}

/** Least and greatest length, count or number, both included; absent: none. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A member that must be given. */
export interface RequiredMember<T> {
  readonly required: Shape<T>;
}

type Members = Readonly<Record<string, Shape<unknown> | RequiredMember<unknown>>>;
type RequiredNames<M extends Members> = { [K in keyof M]: M[K] extends RequiredMember<unknown> ? K : never }[keyof M];
type Structure<M extends Members> =
  & { readonly [K in RequiredNames<M>]: M[K] extends RequiredMember<infer T> ? T : never }
  & { readonly [K in Exclude<keyof M, RequiredNames<M>>]?: M[K] extends Shape<infer T> ? T : never };

/** Problems listed in one answer. */
const MAX_PROBLEMS = 20;
/** Characters of a wrong value that are shown. */
const SHOWN_CHARACTERS = 80;

export function required<T>(shape: Shape<T>): RequiredMember<T> {
  return { required: shape };
}

/** An object with these members. Unknown members are ignored; null counts as absent, as it does for AWS services. */
export function structure<M extends Members>(members: M): Shape<Structure<M>> {
  return {
    check(value, name, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return problem(problems, name, 'must be an object', value);
      }
      const result: Record<string, unknown> = {};
      for (const [member, definition] of Object.entries(members)) {
        const path = name === '' ? member : `${name}.${member}`;
        const given = Object.hasOwn(value, member) ? (value as Record<string, unknown>)[member] : undefined;
        if (given !== undefined && given !== null) {
          result[member] = ('required' in definition ? definition.required : definition).check(given, path, problems);
        } else if ('required' in definition) {
          addProblem(problems, path, 'is required');
        }
      }
      return result as Structure<M>;
    },
  };
}

/**
 * A text.
 *
 * @param rules lengths in characters (Unicode code points); `pattern` must match the whole text, and `words` says it for people
 */
export function text(rules: Bounds & { readonly pattern?: string; readonly words?: string }): Shape<string> {
  const { min = 0, max = Infinity } = rules;
  // made when it is first needed: a request needs few
  let whole: RegExp | undefined;
  return {
    check(value, name, problems) {
      if (typeof value !== 'string') {
        return problem(problems, name, 'must be a string', value);
      }
      const length = value.length > 2 * max ? Infinity : [...value].length;
      if (length > max || length < min) {
        return problem(problems, name, `must have ${range(rules)} ${(max === Infinity ? min : max) === 1 ? 'character' : 'characters'}`, value);
      }
      if (/\p{Surrogate}/u.test(value)) {
        return problem(problems, name, 'must be well-formed Unicode', value);
      }
      if (rules.pattern !== undefined && !(whole ??= new RegExp(`^(?:${rules.pattern})$`, 'su')).test(value)) {
        return problem(problems, name, `must ${rules.words ?? `match ${rules.pattern}`}`, value);
      }
      return value;
    },
  };
}

/** One of the given texts. */
export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return {
    check(value, name, problems) {
      return values.includes(value as T) ? value as T : problem(problems, name, `must be one of ${values.join(', ')}`, value);
    },
  };
}

/** A whole number in a range. */
export function integer({ min = -Infinity, max = Infinity }: Bounds): Shape<number> {
  return {
    check(value, name, problems) {
      return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
        ? value as number
        : problem(problems, name, `must be a whole number from ${min} to ${max}`, value);
    },
  };
}

export function boolean(): Shape<boolean> {
  return {
    check(value, name, problems) {
      return typeof value === 'boolean' ? value : problem(problems, name, 'must be true or false', value);
    },
  };
}

export function list<T>(element: Shape<T>, bounds: Bounds): Shape<T[]> {
  return {
    check(value, name, problems) {
      if (!Array.isArray(value)) {
        return problem(problems, name, 'must be a list', value);
      }
      if (!isCount(value.length, name, bounds, problems)) return undefined;
      return value.map((entry, index) => element.check(entry, `${name}[${index}]`, problems) as T);
    },
  };
}

/** An object whose members have any names. */
export function map(keyShape: Shape<string>, valueShape: Shape<string>, bounds: Bounds): Shape<Record<string, string>> {
  return {
    check(value, name, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return problem(problems, name, 'must be an object', value);
      }
      const entries = Object.entries(value);
      if (!isCount(entries.length, name, bounds, problems)) return undefined;
      // fromEntries makes own properties, even of the key __proto__
      return Object.fromEntries(entries.map(([key, entry]) => [
        keyShape.check(key, `${name} key`, problems) as string,
        valueShape.check(entry, `${name}[${JSON.stringify(shorten(key))}]`, problems) as string,
      ]));
    },
  };
}

/**
 * A value to which a rule applies beyond those of its shape.
 *
 * @param rule finishes "must ..."
 */
export function also<T>(shape: Shape<T>, rule: string, isRight: (value: T) => boolean): Shape<T> {
  return {
    check(value, name, problems) {
      const found: Problem[] = [];
      const checked = shape.check(value, name, found);
      for (const { Name, Message } of found) addProblem(problems, Name, Message);
      return found.length > 0 || isRight(checked as T) ? checked : problem(problems, name, `must ${rule}`, value);
    },
  };
}

/** Whether there are as many entries as there may be. */
function isCount(count: number, name: string, bounds: Bounds, problems: Problem[]): boolean {
  const { min = 0, max = Infinity } = bounds;
  if (count >= min && count <= max) return true;
  addProblem(problems, name, `must have ${range(bounds)} ${(max === Infinity ? min : max) === 1 ? 'entry' : 'entries'}, found ${count}`);
  return false;
}

function problem(problems: Problem[], name: string, rule: string, found: unknown): undefined {
  addProblem(problems, name, `${rule}, found ${shorten(JSON.stringify(found) ?? 'nothing')}`);
  return undefined;
}

function addProblem(problems: Problem[], name: string, message: string): void {
  if (problems.length < MAX_PROBLEMS) {
    problems.push({ Name: name === '' ? 'body' : name, Message: message });
  }
}

function range({ min, max }: Bounds): string {
  if (max === undefined) return `at least ${min}`;
  if (min === undefined) return `at most ${max}`;
  return min === max ? `${min}` : `${min} to ${max}`;
}

function shorten(value: string): string {
  return value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}...` : value;
}
