declare module 'asl-validator' {
  function validate(definition: object): { readonly isValid: boolean; readonly errors: unknown[] };
  export = validate;
}
