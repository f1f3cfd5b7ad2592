// SPDX-License-Identifier: Apache-2.0

import type { InvocationInterference } from '../../local/lambda/function-pool';
import type { InvocationOutcome } from '../../local/lambda/function-process';

/**
 * An invocation that goes wrong: before the function runs, after it (with effect), when only its answer is lost, or at once while the function
 * goes on ('LATER').
 */
export interface InvocationFault {
  readonly matching: RegExp;
  readonly nth?: number;
  readonly times?: number;
  readonly withEffect?: boolean | 'LATER';
  /** Waited for before the caller sees the error. @default - nothing */
  readonly then?: () => Promise<void>;
  readonly errorType: string;
}

/** The invocations that go wrong. */
export class InvocationFaults {
  private faults: { readonly fault: InvocationFault; matched: number }[] = [];

  public add(fault: InvocationFault): void {
    this.faults.push({ fault, matched: 0 });
  }

  /** Removes all faults. Returns those that never struck. */
  public clear(): InvocationFault[] {
    const idle = this.faults.filter(({ fault, matched }) => matched < (fault.nth ?? 1)).map(({ fault }) => fault);
    this.faults = [];
    return idle;
  }

  public readonly interfere: InvocationInterference = async ({ functionName, payload }, run): Promise<InvocationOutcome> => {
    for (const entry of this.faults) {
      const { fault } = entry;
      if (!fault.matching.test(`${functionName} ${payload}`)) continue;
      entry.matched++;
      const first = fault.nth ?? 1;
      if (entry.matched < first || entry.matched >= first + (fault.times ?? 1)) continue;
      if (fault.withEffect === 'LATER') void run();
      else if (fault.withEffect) await run();
      await fault.then?.();
      return { failure: { errorType: fault.errorType, errorMessage: `${fault.errorType} planned for this invocation` } };
    }
    return run();
  };
}
