// SPDX-License-Identifier: Apache-2.0

import { MODEL } from './model-constraints';
import { boolean, integer, list, map, oneOf, required, structure, text, type Bounds, type RequiredMember, type Shape } from './schema';
import { SERVICE_RULES } from './service-rules';

type Model = typeof MODEL;
type NamesOf<K extends keyof Model> = keyof Model[K];

/** Name of a shape of the service model that inputs are made of. */
export type ShapeName = { [K in keyof Model]: NamesOf<K> }[keyof Model];

/** Type that the service model gives the values of a shape. */
export type ModelValue<N> =
  N extends NamesOf<'texts'> ? string
    : N extends NamesOf<'choices'> ? Model['choices'][N] extends readonly (infer T)[] ? T : never
      : N extends NamesOf<'numbers'> ? number
        : N extends NamesOf<'flags'> ? boolean
          : N extends NamesOf<'lists'> ? ModelValue<Model['lists'][N]['of']>[]
            : N extends NamesOf<'maps'> ? Record<string, string>
              : N extends NamesOf<'structures'> ? StructureValue<Model['structures'][N]>
                : never;

type StructureValue<M> =
  & { readonly [K in keyof M as M[K] extends `${string}!` ? K : never]: ModelValue<M[K] extends `${infer N}!` ? N : never> }
  & { readonly [K in keyof M as M[K] extends `${string}!` ? never : K]?: ModelValue<M[K]> };

/** Operations, each of which has an input in the service model. */
export type OperationName = NamesOf<'structures'> extends infer N ? N extends `${infer O}Request` ? O : never : never;

/** Input of an operation. */
export type InputOf<O extends OperationName> = ModelValue<`${O}Request`>;

const { texts } = MODEL;
const NAME_WORDS = 'begin with a letter or digit and consist of letters, digits, - and _';
const NOT_BLANK_WORDS = 'contain more than white space';

/** What patterns ask for, in words. Others are shown as they are. */
const PATTERN_WORDS: Readonly<Record<string, string>> = {
  [texts.ColumnName.pattern]: NAME_WORDS,
  [texts.AlertDescription.pattern]: NOT_BLANK_WORDS,
  [texts.Arn.pattern]: 'be an ARN',
  [texts.KmsKeyArn.pattern]: 'be the ARN of a KMS key',
  [texts.UUID.pattern]: 'be the id of an anomaly group (a UUID in lower case)',
  [texts.TemplatedPath.pattern]: 'be s3:// and a path of letters, digits, spaces and _ - / { } =',
  [texts.HistoricalDataPath.pattern]: 'be s3:// and a path',
  [texts.Namespace.pattern]: 'not begin with :',
  [texts.Delimiter.pattern]: 'be one character, not a line break',
  [texts.QuoteSymbol.pattern]: 'be one character, not a line break',
  [texts.PoirotSecretManagerArn.pattern]: 'be the ARN of a secret whose name begins with AmazonLookoutMetrics-',
};

const made = new Map<string, Shape<unknown>>();

/** Checks values of a shape by the rules of the service model, and by those that this service adds. */
export function modelShape<N extends ShapeName>(name: N): Shape<ModelValue<N>> {
  const known = made.get(name) ?? withServiceRules(name, shapeOf(name));
  made.set(name, known);
  return known as Shape<ModelValue<N>>;
}

function withServiceRules(name: string, shape: Shape<unknown>): Shape<unknown> {
  return Object.hasOwn(SERVICE_RULES, name) ? SERVICE_RULES[name as keyof typeof SERVICE_RULES](shape as never) : shape;
}

/** The table, as it is looked up by a name. */
interface Tables {
  readonly texts: Partial<Record<string, Bounds & { readonly pattern?: string }>>;
  readonly choices: Partial<Record<string, readonly string[]>>;
  readonly numbers: Partial<Record<string, Bounds>>;
  readonly lists: Partial<Record<string, Bounds & { readonly of: ShapeName }>>;
  readonly maps: Partial<Record<string, Bounds & { readonly keys: NamesOf<'texts'>; readonly values: NamesOf<'texts'> }>>;
  readonly structures: Partial<Record<string, Readonly<Record<string, string>>>>;
}

function shapeOf(name: string): Shape<unknown> {
  const tables: Tables = MODEL;
  const { [name]: ofText } = tables.texts;
  if (ofText) return text({ ...ofText, ...ofText.pattern !== undefined && { words: PATTERN_WORDS[ofText.pattern] } });
  const { [name]: choice } = tables.choices;
  if (choice) return oneOf(...choice);
  const { [name]: bounds } = tables.numbers;
  if (bounds) return integer(bounds);
  const { [name]: ofList } = tables.lists;
  if (ofList) return list(modelShape(ofList.of), ofList);
  const { [name]: ofMap } = tables.maps;
  if (ofMap) return map(modelShape(ofMap.keys), modelShape(ofMap.values), ofMap);
  const { [name]: members } = tables.structures;
  return members ? structure(membersOf(members)) : boolean();
}

function membersOf(members: Readonly<Record<string, string>>): Record<string, Shape<unknown> | RequiredMember<unknown>> {
  return Object.fromEntries(Object.entries(members).map(([member, name]) => (
    [member, name.endsWith('!') ? required(modelShape(name.slice(0, -1) as ShapeName)) : modelShape(name as ShapeName)])));
}
