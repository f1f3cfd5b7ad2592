// SPDX-License-Identifier: Apache-2.0

declare module 'asl-validator' {
  function validate(definition: object): { readonly isValid: boolean; readonly errors: unknown[] };
  export = validate;
}
