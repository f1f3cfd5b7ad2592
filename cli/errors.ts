// SPDX-License-Identifier: Apache-2.0

/** Something that the caller gave cannot be used: a file, the configuration, the data. The message says what was found and what to do. */
export class InputError extends Error {
  public constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InputError';
  }
}

/** Results cannot be written, such as to a disk that is full. */
export class OutputError extends Error {
  public constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutputError';
  }
}

/** A command line that is not understood: answered with the usage. */
export class UsageError extends InputError {
  /** @param command whose usage helps; undefined: that of all commands */
  public constructor(message: string, public readonly command?: 'backtest') {
    super(message);
    this.name = 'UsageError';
  }
}
