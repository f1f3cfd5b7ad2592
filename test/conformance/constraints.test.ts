// SPDX-License-Identifier: Apache-2.0

/** Each rule that the service model has for an input, broken once: the service must name the field, whichever client sends it. */
import { readFileSync } from 'node:fs';
import { bodyOf, serviceModel, type ServiceModel, wholeMatch } from './model';
import { STORES } from './service-parts';
import { CLIENTS_AND_STORES, ConformanceSetting } from './setting';
import { violations, type Violation } from './violations';
import { MODEL } from '../../handlers/lookout/model-constraints';
import { CONSTRAINTS_FILE, constraintsSource } from '../../scripts/lookout-constraints';

let setting: ConformanceSetting;
let model: ServiceModel;
beforeAll(async () => {
  setting = await ConformanceSetting.start();
  model = await serviceModel(setting.python);
}, 600_000);
afterAll(() => setting?.stop());

/** The command line's parser takes its time: it sends every so many of the inputs. */
const SENT_BY_AWSCLI = 8;

test('the model has the operations and exceptions of Lookout for Metrics', () => {
  expect(Object.keys(model.operations)).toHaveLength(30);
  const exceptions = Object.entries(model.shapes).filter(([, shape]) => shape.exception);
  expect(Object.fromEntries(exceptions.map(([name, { error }]) => [name, error!.httpStatusCode]))).toEqual({
    AccessDeniedException: 403,
    ConflictException: 409,
    InternalServerException: 500,
    ResourceNotFoundException: 400,
    ServiceQuotaExceededException: 402,
    TooManyRequestsException: 429,
    ValidationException: 400,
  });
});

test('the table that the service checks by is what the generator makes of the model', () => {
  // where they differ: tsx scripts/lookout-constraints.ts
  expect(readFileSync(CONSTRAINTS_FILE, 'utf8')).toBe(constraintsSource(model));
});

test('the table lacks no rule of the model', () => {
  const rules = (constraint: Readonly<Record<string, unknown>>): object => {
    const { min, max, pattern } = constraint;
    return { min, max, pattern: pattern !== undefined };
  };
  const tables: Record<string, Readonly<Record<string, any>>> = MODEL;
  for (const [kind, table] of Object.entries(tables)) {
    for (const [name, constraint] of Object.entries(table)) {
      const shape = model.shapes[name];
      if (kind === 'choices') expect(constraint).toEqual(shape.enum);
      else if (kind === 'structures') expect(Object.values(constraint as object).filter(member => String(member).endsWith('!'))).toHaveLength(shape.required?.length ?? 0);
      else expect({ name, ...rules(constraint as Record<string, unknown>) }).toEqual({ name, ...rules(shape as never) });
    }
  }
});

test.each(Object.entries(MODEL.texts).filter(([, rules]) => 'pattern' in rules))('the pattern of %s means what the model\'s does', (name, rules) => {
  const { pattern } = rules as { readonly pattern: string };
  const own = new RegExp(`^(?:${pattern})$`, 'su');
  const theirs = wholeMatch(model.shapes[name].pattern!);
  const texts = ['', 'a', 'sales', 'a_b-c', '-a', 'a b', ' ', '!', ':', '\n', '"', '\u{1F600}', 'é', 's3://bucket/a b/{{yyyy}}/=', 's3://b', 's3://B.c/d', 'UTF-8', 'a--b', 'a-',
    'arn:aws:iam::123456789012:role/x', 'arn:aws-cn:secretsmanager:r:1:secret:AmazonLookoutMetrics-x', '12345678-1234-1234-1234-123456789abc', '2024-03-01T10:00:00Z',
    '2024-03-01T10:00:00+01:00[Europe/Berlin]', '2024-03-01T10:00:00-05:00', '2024-03-01T10:00Z[UTC]', 'arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012'];
  // a character beyond the first plane is one character for the service, and two for a pattern without the flag u
  const differing = texts.filter(text => own.test(text) !== theirs.test(text) && !(text === '\u{1F600}' && own.test(text)));
  expect(differing).toEqual([]);
});

test('the inputs that break a rule are many, and each is in place', () => {
  const all = Object.keys(model.operations).flatMap(operation => violations(model, operation));
  expect(all.length).toBeGreaterThan(500);
});

test.each(STORES)('sent as plain JSON, store %s: each broken rule is answered with the field\'s name', async store => {
  const service = setting.service(store);
  const wrong: string[] = [];
  for (const [operation, { http: { method, requestUri } }] of Object.entries(model.operations)) {
    const path = requestUri.replace('{resourceArn}', encodeURIComponent('arn:aws:lookoutmetrics:eu-central-1:123456789012:AnomalyDetector:sales'));
    for (const violation of violations(model, operation)) {
      const answer = await service.send(method, path, JSON.stringify(bodyOf(model, operation, violation.input)));
      wrong.push(...difference(operation, violation, {
        status: answer.status, code: answer.headers.get('x-amzn-errortype'), ...JSON.parse(answer.text || '{}') as object,
      }));
    }
  }
  expect(wrong).toEqual([]);
}, 120_000);

test.each(CLIENTS_AND_STORES)('sent by $client, store $store: each broken rule is the client\'s ValidationException', async ({ client: name, store }) => {
  const client = setting.client(name);
  const { endpoint } = setting.service(store);
  const wrong: string[] = [];
  let sent = 0;
  for (const operation of Object.keys(model.operations)) {
    for (const violation of violations(model, operation)) {
      if (violation.carriedBy === 'every client' && (name !== 'awscli' || ++sent % SENT_BY_AWSCLI === 0)) {
        const { status, error, refused, output } = await client.call(endpoint, operation, violation.input, false);
        const seen = { status, refused, output, ...error };
        wrong.push(...client.showsErrorMembers
          ? difference(operation, violation, seen)
          : error?.code === 'ValidationException' ? [] : [`${operation} ${violation.field} ${violation.rule}: ${JSON.stringify(seen)}`]);
      }
    }
  }
  expect(wrong).toEqual([]);
}, 300_000);

/** What an answer lacks: nothing, or one line that tells it. */
function difference(operation: string, { field, rule, input }: Violation, answer: Readonly<Record<string, any>>): string[] {
  const fields: { Name: string }[] = answer.Fields ?? [];
  const isRight = answer.code === 'ValidationException' && answer.status === 400 && answer.Reason === 'FIELD_VALIDATION_FAILED'
    && fields.some(({ Name }) => Name === field || Name.startsWith(`${field}[`));
  return isRight ? [] : [`${operation} ${field} ${rule}: sent ${JSON.stringify(input).slice(0, 300)} answered ${JSON.stringify(answer).slice(0, 300)}`];
}
