// SPDX-License-Identifier: Apache-2.0

import { type ModelShape, type ServiceModel, wholeMatch } from './model';

const SCOPE = 'arn:aws:lookoutmetrics:eu-central-1:123456789012';

/** Values of texts that have a pattern, by the pattern. */
const TEXTS: readonly string[] = [
  'sales',
  `${SCOPE}:AnomalyDetector:sales`,
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonLookoutMetrics-warehouse',
  'arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012',
  's3://bucket/history/',
  '12345678-1234-1234-1234-123456789012',
  '2024-03-01T10:00:00Z',
  ',',
];

/** Values that the service reads further than their pattern says. */
const OF_SHAPE: Readonly<Record<string, unknown>> = {
  DateTimeFormat: 'yyyy-MM-dd HH:mm:ss',
  Timezone: 'UTC',
  TemplatedPath: 's3://bucket/live/{{yyyyMMdd}}/{{HHmm}}/',
  QuoteSymbol: '"',
  Charset: 'UTF-8',
};

/**
 * An input with every member of the model, each of them allowed by itself. As a whole it may still be refused: it names every kind of
 * source at once, for example.
 */
export function validInput(model: ServiceModel, shapeName: string): any {
  if (shapeName in OF_SHAPE) {
    return OF_SHAPE[shapeName];
  }
  const shape = model.shapes[shapeName];
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(Object.entries(shape.members ?? {}).map(([name, member]) => [name, validInput(model, member.shape)]));
    case 'list':
      return Array.from({ length: shape.min ?? 1 }, () => validInput(model, shape.member!.shape));
    case 'map':
      return { team: 'data' };
    case 'boolean':
      return true;
    case 'integer':
    case 'double':
      return shape.min ?? 1;
    default:
      return shape.enum?.[0] ?? validText(shapeName, shape);
  }
}

function validText(shapeName: string, shape: ModelShape): string {
  const { pattern, min = 0, max = Infinity } = shape;
  const found = TEXTS.find(text => text.length >= min && text.length <= max && (!pattern || wholeMatch(pattern).test(text)));
  if (found === undefined) {
    throw new Error(`no value is known for shape ${shapeName} (${JSON.stringify(shape)})`);
  }
  return found;
}
