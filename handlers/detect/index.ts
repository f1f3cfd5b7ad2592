// SPDX-License-Identifier: Apache-2.0

import { deliver, type Delivery } from './alerts/deliver';
import { detect, knownDetection } from './detect';
import { learn, type LearningOutcome } from './learning/learn';
import { sample } from './sample';
import { type Services, servicesOfEnvironment } from './services';
import { watch, type WatchOutcome } from './watch';
import type { DeliverEvent, DetectEvent, DetectionOutcome, FileSample, KnownDetection, SampleEvent, WatchEvent } from '../../src/private/contract';

/** What the function is invoked with. */
export type DetectFunctionEvent = DetectEvent | SampleEvent | DeliverEvent | WatchEvent;

/** A message of the dead-letter queue, as Lambda writes it: people invoke the function with it to send an alert whose target is mended. */
export interface UndeliveredMessage {
  readonly requestPayload: DetectFunctionEvent;
}

type DetectFunctionAnswer = LearningOutcome | DetectionOutcome | KnownDetection | FileSample | Delivery | WatchOutcome;

/** What the handler uses of Lambda's context. */
export interface RemainingTime {
  getRemainingTimeInMillis(): number;
}

/**
 * Makes the handler of `learn`, `detect`, `known`, `sample`, `deliver` and `watch` events.
 * @param services made at the first event and kept: models and connections stay warm
 */
export function createHandler(
  services: () => Services,
): (event: DetectFunctionEvent | UndeliveredMessage, context?: RemainingTime) => Promise<DetectFunctionAnswer> {
  let made: Services | undefined;
  return async (given, context) => {
    const event = 'requestPayload' in given ? given.requestPayload : given;
    made ??= services();
    const timeLeft = (): number => context?.getRemainingTimeInMillis() ?? Infinity;
    switch (event.action) {
      case 'learn':
        return learn(event, made, timeLeft);
      case 'detect':
        return detect(event, made, timeLeft);
      case 'known':
        return knownDetection(event, made);
      case 'sample':
        return sample(event, made);
      case 'deliver':
        return deliver(event, made);
      case 'watch':
        return watch(event, made, timeLeft);
      default:
        throw new TypeError(`action must be "learn", "detect", "known", "sample", "deliver" or "watch", found ${JSON.stringify((event as { action?: unknown }).action)}`);
    }
  };
}

/** Entry of the `detect` function. */
export const handler = createHandler(() => servicesOfEnvironment());

export { servicesOfEnvironment };
