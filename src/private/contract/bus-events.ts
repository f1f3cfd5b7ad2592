// SPDX-License-Identifier: Apache-2.0

/** `Source` and `DetailType` of alerts that are put on an event bus. Their `Detail` is the alert's JSON form. */
export const ALERT_EVENT = { source: 'cdk-redshift-lookout', detailType: 'Lookout for Metrics Anomaly Alert' } as const;

/** Events that the state machines put on the account's default event bus. */
export const FAILURE_EVENTS = {
  source: 'cdk-redshift-lookout',
  /** An attempt at an interval failed; `detail.givenUp` says whether it was the last, `detail.again` whether at its second reading. */
  interval: 'Redshift Lookout Interval Failed',
  /** Intervals were given up without an attempt of this execution: `detail.count` of them from `detail.start` to `detail.end`. */
  givenUp: 'Redshift Lookout Intervals Given Up',
  history: 'Redshift Lookout History Failed',
} as const;
