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

/** Type that a shape's values have. */
export type Checked<S> = S extends Shape<infer T> ? T : never;

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
 * @param rules lengths in characters (Unicode code points); `pattern` must match the whole text, and `description` says it in words
 */
export function text(rules: { min?: number; max: number; pattern?: RegExp; description?: string }): Shape<string> {
  return {
    check(value, name, problems) {
      if (typeof value !== 'string') {
        return problem(problems, name, 'must be a string', value);
      }
      const length = value.length > 2 * rules.max ? Infinity : [...value].length;
      if (length > rules.max || length < (rules.min ?? 0)) {
        return problem(problems, name, `must have ${range(rules.min ?? 0, rules.max)} character${rules.max === 1 ? '' : 's'}`, value);
      }
      if (/\p{Surrogate}/u.test(value)) {
        return problem(problems, name, 'must be well-formed Unicode', value);
      }
      const match = rules.pattern?.exec(value);
      if (rules.pattern && match?.[0] !== value) {
        return problem(problems, name, `must ${rules.description ?? `match ${rules.pattern.source}`}`, value);
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

/** A whole number in a range, bounds included. */
export function integer(min: number, max: number): Shape<number> {
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

export function list<T>(element: Shape<T>, min: number, max: number): Shape<T[]> {
  return {
    check(value, name, problems) {
      if (!Array.isArray(value)) {
        return problem(problems, name, 'must be a list', value);
      }
      if (value.length < min || value.length > max) {
        addProblem(problems, name, `must have ${range(min, max)} ${max === 1 ? 'entry' : 'entries'}, found ${value.length}`);
        return undefined;
      }
      return value.map((entry, index) => element.check(entry, `${name}[${index}]`, problems) as T);
    },
  };
}

/** An object whose members have any names. */
export function map(keyShape: Shape<string>, valueShape: Shape<string>, min: number, max: number): Shape<Record<string, string>> {
  return {
    check(value, name, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return problem(problems, name, 'must be an object', value);
      }
      const entries = Object.entries(value);
      if (entries.length < min || entries.length > max) {
        addProblem(problems, name, `must have ${min} to ${max} entries, found ${entries.length}`);
        return undefined;
      }
      // fromEntries makes own properties, even of the key __proto__
      return Object.fromEntries(entries.map(([key, entry]) => [
        keyShape.check(key, `${name} key`, problems) as string,
        valueShape.check(entry, `${name}[${JSON.stringify(shorten(key))}]`, problems) as string,
      ]));
    },
  };
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

function range(min: number, max: number): string {
  return min === max ? `${min}` : `${min} to ${max}`;
}

function shorten(value: string): string {
  return value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}...` : value;
}
