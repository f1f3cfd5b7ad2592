// SPDX-License-Identifier: Apache-2.0

import { Template } from 'aws-cdk-lib/assertions';
import { resourceType } from '../../local/resources/resource-types';
import { VARIANTS, variantStack } from '../static/variants';

test.each(Object.keys(VARIANTS))('the embedded cloud knows every type of a template that the library makes (%s)', variant => {
  const { Resources } = Template.fromStack(variantStack(variant)).toJSON() as { Resources: Record<string, { Type: string }> };
  const unknown = Object.entries(Resources).filter(([, { Type }]) => !resourceType(Type)).map(([id, { Type }]) => `${id} ${Type}`);
  expect(unknown).toEqual([]);
});
