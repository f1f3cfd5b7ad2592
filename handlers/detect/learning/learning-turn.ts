// SPDX-License-Identifier: Apache-2.0

import type { DetectEvent } from '../../../src/private/contract';
import { type DetectorRecord, type DetectorStatus, type FailureType, StoreConflict } from '../../lookout/store';
import { existingDetector, now } from '../detector-state';
import type { Services } from '../services';

/**
 * The activation or back test for which a function learns. A function may go on when its detector was stopped and activated again: events
 * come twice at times. What it has read may not be what the later activation is to learn, so it changes nothing any more.
 */
export class LearningTurn {
  public readonly from: readonly DetectorStatus[];

  public constructor(private readonly services: Pick<Services, 'store'>, private readonly event: Extract<DetectEvent, { action: 'learn' }>) {
    // a back test that broke off is run again from its beginning
    this.from = event.backTest ? ['BACK_TEST_ACTIVATING', 'BACK_TEST_ACTIVE'] : ['ACTIVATING'];
  }

  /** Whether the detector is learning, for this activation. */
  public isTurnOf({ status, learningId }: DetectorRecord): boolean {
    return this.from.includes(status) && (this.event.learningId === undefined || this.event.learningId === learningId);
  }

  /** @throws StoreConflict when another activation has taken the place of this one, or it has ended */
  public async expect(): Promise<void> {
    const detector = await existingDetector(this.services, this.event.detectorArn);
    if (!this.isTurnOf(detector)) throw new StoreConflict(`detector ${detector.name} is ${detector.status}, and learns nothing for this activation any more`, detector.status);
  }

  /**
   * Changes the detector's status, if it is still the turn of this activation.
   * @throws StoreConflict when it is not
   */
  public async change(to: DetectorStatus, failure?: { readonly reason: string; readonly type: FailureType }): Promise<DetectorStatus> {
    const { detectorArn, learningId } = this.event;
    const { status } = learningId === undefined
      ? await this.services.store.changeStatus(detectorArn, this.from, to, now(), failure)
      : await this.services.store.changeLearning(detectorArn, learningId, to, now(), failure);
    return status;
  }
}
