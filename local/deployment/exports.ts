// SPDX-License-Identifier: Apache-2.0

/** What the stacks export, and which of it the others import. As long as a stack imports a value, its exporter can neither take it away nor be deleted. */
export class Exports {
  private readonly values = new Map<string, { readonly stack: string; readonly value: string }>();
  /** Names that each stack imports. */
  private readonly imports = new Map<string, ReadonlySet<string>>();

  /** Value that a stack exports under this name; undefined: none does. */
  public value(name: string): string | undefined {
    return this.values.get(name)?.value;
  }

  /** Takes what a stack exports now, in place of what it exported before. @throws when another imports what is gone or has another value */
  public setExports(stack: string, exported: ReadonlyMap<string, string>): void {
    for (const [name, old] of this.values) {
      if (old.stack !== stack || exported.get(name) === old.value) continue;
      const users = [...this.imports].filter(([user, names]) => user !== stack && names.has(name)).map(([user]) => user);
      if (users.length === 0) continue;
      throw new Error(`Cannot ${exported.has(name) ? 'update' : 'delete'} export ${name} as it is in use by ${users.join(', ')}`);
    }
    for (const [name, old] of this.values) if (old.stack === stack) this.values.delete(name);
    for (const [name, value] of exported) this.values.set(name, { stack, value });
  }

  /** Takes what a stack imports now, in place of what it imported before. */
  public setImports(stack: string, names: ReadonlySet<string>): void {
    this.imports.set(stack, names);
  }
}
