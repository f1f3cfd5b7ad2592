import { dataApiCases } from './data-api';
import { killCases } from './kills';
import { rowCases } from './rows';
import { runCases } from './runs';
import { statementCases } from './statements';
import { writeCases } from './writes';
import type { FaultCase } from '../fault-case';

/** The fault matrix, in the order in which the cases happen on one stream. */
export const FAULT_CASES: readonly FaultCase[] = [...statementCases, ...dataApiCases, ...rowCases, ...writeCases, ...killCases, ...runCases];
