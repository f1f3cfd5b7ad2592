// SPDX-License-Identifier: Apache-2.0

import type { ArnScope } from './arn';
import { invalidField, invalidFields, notFound } from './errors';
import { modelShape, type InputOf, type OperationName } from './model-shapes';
import { InvalidPageToken } from './page-token';
import type { Problem } from './schema';
import type { DetectorRecord, EpochSeconds, Page, PageRequest, Store } from './store';
import type { DetectEvent, FileSample, SampleEvent } from '../../src/private/contract';
import type { SeriesValuesReader } from '../shared/series-values';

/** How much there may be of what callers create. */
export interface Quotas {
  readonly detectors: number;
  /** Of one detector: it bounds what one anomaly sends. */
  readonly alertsPerDetector: number;
  /** Measures of one metric set. */
  readonly metrics: number;
  /** Of one metric set. */
  readonly dimensions: number;
  /** Of one detector, metric set or alert. */
  readonly tags: number;
}

/** What the operations act upon. */
export interface ServiceContext {
  readonly store: Store;
  /** Where new resources lie. */
  readonly scope: ArnScope;
  readonly seriesValues: SeriesValuesReader;
  /** Has the detector learned; returns when that is accepted. */
  readonly startLearning: (event: DetectEvent) => Promise<void>;
  /** Reads the beginning of a file with a role that trusts the detect function. */
  readonly readSample: (event: SampleEvent) => Promise<FileSample>;
  /** Removes models and observed values of a detector. Can be broken off and done again. */
  readonly deleteState: (detectorName: string) => Promise<void>;
  readonly quotas: Quotas;
  readonly now: () => EpochSeconds;
  /** Called for failures that the caller is told of through the detector's status and not by an error. */
  readonly reportFailure: (message: string, error: unknown) => void;
}

/** One operation of the API. */
export interface Operation {
  /** Answers the parsed JSON body, which may be anything. */
  readonly run: (body: unknown, context: ServiceContext) => Promise<object>;
}

/** What operations answer to inputs that keep the rules of the service model. */
export type Answers = { readonly [O in OperationName]?: (input: InputOf<O>, context: ServiceContext) => Promise<object> };

/**
 * Makes operations, whose inputs are checked by the service model, of what they answer.
 *
 * @throws ApiError (when one is run) ValidationException with all fields that are wrong
 */
export function operations(answers: Answers): Record<string, Operation> {
  return Object.fromEntries((Object.keys(answers) as OperationName[]).map(name => [name, operation(name, answers[name]!)]));
}

function operation<O extends OperationName>(name: O, answer: NonNullable<Answers[O]>): Operation {
  return {
    run: async (body, context) => {
      const problems: Problem[] = [];
      const input = modelShape(`${name}Request`).check(body, '', problems);
      if (problems.length > 0 || input === undefined) {
        throw invalidFields(problems);
      }
      return answer(input as never, context);
    },
  };
}

/** The detector of an ARN, which must exist. */
export async function existingDetector(arn: string, { store }: ServiceContext): Promise<DetectorRecord> {
  const detector = await store.getDetector(arn);
  if (!detector) {
    throw notFound('AnomalyDetector', arn);
  }
  return detector;
}

/** Entries of a page when MaxResults is not given. */
const DEFAULT_RESULTS = 100;

/** What a list's input asks for. */
export function pageRequest(input: { readonly MaxResults?: number; readonly NextToken?: string }): PageRequest {
  return { limit: input.MaxResults ?? DEFAULT_RESULTS, ...input.NextToken !== undefined && { from: input.NextToken } };
}

/** A page of a list; a token that the list did not give is a ValidationException. */
export async function readPage<T>(read: () => Promise<Page<T>>): Promise<Page<T>> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof InvalidPageToken ? invalidToken() : error;
  }
}

export function invalidToken(): Error {
  return invalidField('NextToken', 'was not given by this operation for this input, or more than 24 hours ago');
}

/** NextToken of an answer; the key is left out at the end, which clients test for. */
export function nextTokenOf(page: { readonly next?: string }): { NextToken?: string } {
  return page.next === undefined ? {} : { NextToken: page.next };
}
