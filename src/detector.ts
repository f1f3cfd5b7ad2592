// SPDX-License-Identifier: Apache-2.0

import { LookoutService } from './lookout-service';

/**
 * Options of `Detector.inAccount`.
 */
export interface InAccountDetectorOptions {
  /**
   * Detection service to use. Give the same one to several connectors to share it.
   *
   * @default - the connector makes a service of its own
   */
  readonly service?: LookoutService;
}

/**
 * What finds the anomalies: the API of Lookout for Metrics, answered by one of two backends.
 *
 * @example
 * // several connectors share one service
 * const detector = Detector.inAccount({ service: new LookoutService(this, 'Lookout') });
 */
export class Detector {
  /**
   * The detection service of this library, in your own account.
   *
   * @param options Which service to use
   */
  public static inAccount(options: InAccountDetectorOptions = {}): Detector {
    return new Detector(true, options.service);
  }

  /**
   * Amazon Lookout for Metrics itself, as the published AWS solution used it.
   *
   * The service ended on 2025-10-09: such a stack cannot be deployed any more. The synthesis warns
   * (`cdk-redshift-lookout:lookoutForMetricsEnded`).
   */
  public static lookoutForMetrics(): Detector {
    return new Detector(false);
  }

  private constructor(
    /** Whether the detector runs in your own account. */
    public readonly isInAccount: boolean,
    /**
     * The service that was given. Undefined (`null` in Java, `nil` in Go, `None` in Python) for `inAccount` without one, whose connector makes a
     * service of its own (`connector.service`), and for `lookoutForMetrics`.
     */
    public readonly service?: LookoutService,
  ) {}
}
