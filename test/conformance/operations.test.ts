// SPDX-License-Identifier: Apache-2.0

/** What each operation does, in the eyes of each of AWS's clients, on both stores. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceModel, type ServiceModel } from './model';
import { Work } from './scenario';
import { RESOURCE_SCENARIOS } from './scenarios-resources';
import { RESULT_SCENARIOS } from './scenarios-results';
import { STATE_SCENARIOS } from './scenarios-states';
import { TOKEN_SCENARIOS } from './scenarios-tokens';
import { CLIENTS_AND_STORES, ConformanceSetting } from './setting';
import { validInput } from './valid-input';

const SCENARIOS = { ...RESOURCE_SCENARIOS, ...STATE_SCENARIOS, ...RESULT_SCENARIOS, ...TOKEN_SCENARIOS };

let setting: ConformanceSetting;
let model: ServiceModel;
beforeAll(async () => {
  setting = await ConformanceSetting.start();
  model = await serviceModel(setting.python);
}, 600_000);
afterAll(() => setting?.stop());

test('each operation is called in a scenario or, where it needs files, in a flow', () => {
  const scenarios = Object.values(SCENARIOS).map(String).join('\n');
  const flows = readFileSync(join(__dirname, 'flows.py'), 'utf8');
  const inPython = (operation: string): string => `client.${operation.replace(/(?!^)[A-Z]/g, letter => `_${letter}`).toLowerCase()}(`;
  const missing = Object.keys(model.operations).filter(operation => !scenarios.includes(`('${operation}'`) && !flows.includes(inPython(operation)));
  expect(missing).toEqual([]);
});

describe.each(CLIENTS_AND_STORES)('$client, store $store', ({ client, store }) => {
  afterEach(async () => {
    const { store: behind } = setting.service(store);
    const { items } = await behind.listDetectors({ limit: 100 });
    await Promise.all(items.map(({ arn }) => behind.deleteDetector(arn)));
  });

  test.each(Object.keys(SCENARIOS))('%s', name => SCENARIOS[name](new Work(setting.client(client), setting.service(store))));

  test('what does not exist is told, by every operation on one resource', async () => {
    const work = new Work(setting.client(client), setting.service(store));
    for (const [operation, { input, errors }] of Object.entries(model.operations)) {
      const { required = [], members = {} } = model.shapes[input.shape];
      if (errors.some(({ shape }) => shape === 'ResourceNotFoundException') && required.some(member => member.endsWith('rn'))) {
        const given = Object.fromEntries(required.map(member => [member, validInput(model, members[member].shape)]));
        await work.fails(operation, operation === 'CreateAlert' ? { ...given, Action: { SNSConfiguration: given.Action.SNSConfiguration } } : given, {
          code: 'ResourceNotFoundException', status: 400, ResourceId: expect.any(String), ResourceType: expect.any(String),
        });
      }
    }
  });
});
