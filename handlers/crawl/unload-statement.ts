import { LIMITS } from '../../src/private/contract';

/** Parts of one UNLOAD statement. */
export interface UnloadStatementParts {
  /** A query without `$$`, as `queryOfInterval` gives it. */
  readonly query: string;
  /** `s3://bucket/path/`; everything under it is deleted before the first file is written. */
  readonly folder: string;
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
}

/**
 * UNLOAD as CSV with a header, NULL as an empty field.
 *
 * The query stands between `$$`, in which nothing has to be escaped, and on lines of its own: a comment at its end ends there, and a `$` at
 * its end cannot make the closing `$$` begin earlier.
 *
 * @throws Error when the statement is longer than the Data API takes, or one of the parts between quotes holds a quote or a backslash.
 */
export function unloadStatement(parts: UnloadStatementParts): string {
  const statement = [
    'UNLOAD ($$',
    parts.query,
    `$$) TO ${literal(parts.folder, 'folder')}`,
    `IAM_ROLE ${literal(parts.roleArn, 'unload role')}`,
    'FORMAT AS CSV',
    'HEADER',
    'CLEANPATH',
    ...parts.serial ? ['PARALLEL OFF'] : [],
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

function literal(value: string, what: string): string {
  if (/['"\\\p{Cc}]/u.test(value) || value === '') {
    throw new Error(`the ${what} of an UNLOAD statement must not be empty nor contain quotes, backslashes or control characters, found ${JSON.stringify(value)}`);
  }
  return `'${value}'`;
}
