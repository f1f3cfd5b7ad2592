// SPDX-License-Identifier: Apache-2.0

import { LIMITS } from '../../src/private/contract';

/** Parts of one UNLOAD statement. */
export interface UnloadStatementParts {
  /** A query without `$$`, as `queryOfInterval` gives it. */
  readonly query: string;
  /** Begins the name of every file: `s3://bucket/folder/`, or `s3://bucket/folder/beginning-`. */
  readonly prefix: string;
  /**
   * Whether everything there is deleted before the first file is written. Without it UNLOAD fails where anything is there: for prefixes that
   * are used once. Never for a beginning of names: Redshift does not say whether it then spares what else is in the folder.
   */
  readonly cleanPath: boolean;
  readonly roleArn: string;
  /** Region of the bucket. */
  readonly region: string;
  /** Key with which UNLOAD encrypts; absent: Redshift asks S3 for its own keys (SSE-S3). */
  readonly kmsKeyArn?: string;
  /**
   * One file after another, cut at 6.2 GB, instead of one for each slice of the cluster. For intervals: Lookout for Metrics reads at most 5
   * or 10 files of one, and an attempt that wrongly still runs overwrites the same file instead of adding rows beside it.
   */
  readonly serial: boolean;
  /** Size at which a file is cut, in megabytes: 5 to 6,348 (6.2 GB, the default). */
  readonly maxFileSizeMegabytes?: number;
  /** Text of NULL. @default - an empty field */
  readonly nullAs?: string;
  /** Whether a list of the files, `manifest`, is written beside them. It stands in the folder: for readers that know it only. */
  readonly manifest?: boolean;
}

/** What UNLOAD takes as MAXFILESIZE: 5 MB to 6.2 GB (Redshift developer guide). */
const FILE_MEGABYTES = { least: 5, most: 6348 };

/**
 * UNLOAD as CSV with a header.
 *
 * The query stands between `$$`, in which nothing has to be escaped, and on lines of its own: a comment at its end ends there, and a `$` at
 * its end cannot make the closing `$$` begin earlier.
 *
 * @throws Error when the statement is longer than the Data API takes, one of the parts between quotes holds a quote or a backslash, or the
 * file size is not one that UNLOAD takes.
 */
export function unloadStatement(parts: UnloadStatementParts): string {
  const statement = [
    'UNLOAD ($$',
    parts.query,
    `$$) TO ${literal(parts.prefix, 'folder')}`,
    `IAM_ROLE ${literal(parts.roleArn, 'unload role')}`,
    'FORMAT AS CSV',
    'HEADER',
    ...parts.cleanPath ? ['CLEANPATH'] : [],
    ...parts.serial ? ['PARALLEL OFF'] : [],
    ...parts.maxFileSizeMegabytes === undefined ? [] : [`MAXFILESIZE ${fileSize(parts.maxFileSizeMegabytes)} MB`],
    ...parts.nullAs === undefined ? [] : [`NULL AS ${literal(parts.nullAs, 'text of NULL')}`],
    ...parts.manifest ? ['MANIFEST'] : [],
    `REGION ${literal(parts.region, 'region')}`,
    ...parts.kmsKeyArn ? [`KMS_KEY_ID ${literal(parts.kmsKeyArn, 'encryption key')}`, 'ENCRYPTED'] : [],
  ].join('\n');
  const bytes = Buffer.byteLength(statement);
  if (bytes > LIMITS.statementBytes) {
    throw new Error(`the UNLOAD statement is ${bytes} bytes long and the Redshift Data API takes ${LIMITS.statementBytes}: `
      + `shorten the query (${Buffer.byteLength(parts.query)} bytes) or move it into a view`);
  }
  return statement;
}

function fileSize(megabytes: number): number {
  if (Number.isInteger(megabytes) && megabytes >= FILE_MEGABYTES.least && megabytes <= FILE_MEGABYTES.most) return megabytes;
  throw new Error(`the file size of an UNLOAD statement must be whole megabytes from ${FILE_MEGABYTES.least} to ${FILE_MEGABYTES.most}, found ${megabytes}`);
}

function literal(value: string, what: string): string {
  if (/['"\\\p{Cc}]/u.test(value) || value === '') {
    throw new Error(`the ${what} of an UNLOAD statement must not be empty nor contain quotes, backslashes or control characters, found ${JSON.stringify(value)}`);
  }
  return `'${value}'`;
}
