// SPDX-License-Identifier: Apache-2.0

import { dataApiCases } from './data-api';
import { deploymentCases } from './deployments';
import { killCases } from './kills';
import { lateDataCases } from './late-data';
import { lateWriterCases } from './late-writers';
import { rowCases } from './rows';
import { runCases } from './runs';
import { statementCases } from './statements';
import { writeCases } from './writes';
import type { FaultCase } from '../fault-case';

/** The fault matrix, in the order in which the cases happen on one stream. */
export const FAULT_CASES: readonly FaultCase[] = [
  ...statementCases, ...dataApiCases, ...rowCases, ...writeCases, ...killCases, ...runCases,
  ...lateWriterCases, ...deploymentCases,
];

/** Faults of second readings, on a stream with a settle time of one hour. */
export const LATE_DATA_CASES: readonly FaultCase[] = lateDataCases;
