// SPDX-License-Identifier: Apache-2.0

import type { AnomalousSeries, FoundAnomaly, LabelledEvent } from './anomaly';

/** How the anomalies that were found compare with the labels. */
export interface Evaluation {
  /** Labelled events. */
  readonly events: number;
  readonly eventsFound: number;
  /** Share of the labelled events that an anomaly of the same measure and series overlaps. 1 without events. */
  readonly recall: number;
  readonly anomalies: number;
  readonly anomaliesTrue: number;
  /** Share of the anomalies that overlap a labelled event of the same measure and one of their series. 1 without anomalies. */
  readonly precision: number;
  readonly missed: readonly LabelledEvent[];
  readonly falseAnomalies: readonly FoundAnomaly[];
}

function sameSeries(series: AnomalousSeries, event: LabelledEvent): boolean {
  return Object.entries(event.dimensions).every(([name, value]) => series.dimensions[name] === value);
}

/** An anomaly is about an event when it is of its measure, holds its series, and shares an interval with it. */
function isAbout(anomaly: FoundAnomaly, event: LabelledEvent): boolean {
  return anomaly.measure === event.measure
    && anomaly.start < event.end && anomaly.end >= event.start
    && anomaly.series.some(series => sameSeries(series, event));
}

/** Scores by events, not by points: an event counts once however long it lasts, an anomaly group once however long it lasts. */
export function evaluate(anomalies: readonly FoundAnomaly[], events: readonly LabelledEvent[]): Evaluation {
  const missed = events.filter(event => !anomalies.some(anomaly => isAbout(anomaly, event)));
  const falseAnomalies = anomalies.filter(anomaly => !events.some(event => isAbout(anomaly, event)));
  const eventsFound = events.length - missed.length;
  const anomaliesTrue = anomalies.length - falseAnomalies.length;
  return {
    events: events.length,
    eventsFound,
    recall: events.length === 0 ? 1 : eventsFound / events.length,
    anomalies: anomalies.length,
    anomaliesTrue,
    precision: anomalies.length === 0 ? 1 : anomaliesTrue / anomalies.length,
    missed,
    falseAnomalies,
  };
}
