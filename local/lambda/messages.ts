// SPDX-License-Identifier: Apache-2.0

/** Sent to a function's process: one invocation. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly payload: string;
  readonly functionArn: string;
  readonly timeoutSeconds: number;
  /** What the function's clock shows when it begins, in milliseconds since 1970; absent: the machine's own clock. */
  readonly time?: number;
}

/** An error as Lambda answers it. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: string[];
}

/** Sent from a function's process: once when its handler is loaded (or cannot be), then an answer for each request. */
export type ProcessMessage =
  | { readonly ready: true }
  | { readonly requestId: string; readonly result: string }
  | { readonly requestId: string; readonly failure: FunctionFailure };
