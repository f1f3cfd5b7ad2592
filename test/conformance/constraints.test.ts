/** Each rule that the service model has for an input, broken once: the service must name the field, whichever client sends it. */
import { bodyOf, serviceModel, type ServiceModel } from './model';
import { STORES } from './service-parts';
import { CLIENTS_AND_STORES, ConformanceSetting } from './setting';
import { violations, type Violation } from './violations';

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
