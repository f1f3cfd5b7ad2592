// SPDX-License-Identifier: Apache-2.0

/** The UNLOAD statement, read by hand: its grammar is fixed (Redshift developer guide, UNLOAD). */
import { isSymbol, isWord, meaningful, SqlError, tokenize } from './lexer';
import { hasOuterLimit } from './query-text';
import { Reader } from './statement-reader';

/** What an UNLOAD asks for. */
export interface UnloadStatement {
  /** The query, out of its literal. */
  readonly query: string;
  readonly bucket: string;
  /** Begins every object's key. */
  readonly prefix: string;
  /** ARNs separated by commas, the first is the cluster's; `default` for the cluster's default role. */
  readonly iamRole: string;
  readonly header: boolean;
  readonly delimiter: string;
  readonly gzip: boolean;
  readonly parallel: boolean;
  readonly cleanPath: boolean;
  readonly allowOverwrite: boolean;
  readonly manifest?: 'PLAIN' | 'VERBOSE';
  readonly maxFileSizeBytes: number;
  readonly region?: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string;
  readonly extension?: string;
  /** Text of NULL: empty by default. */
  readonly nullText: string;
}

const MEGABYTE = 1024 * 1024;
/** MAXFILESIZE: 5 MB to 6.2 GB, which is the default. */
const FILE_SIZE = { least: 5 * MEGABYTE, most: 6.2 * 1024 * MEGABYTE };

const FLAGS = ['header', 'gzip', 'cleanpath', 'allowoverwrite', 'escape', 'addquotes', 'fixedwidth', 'bzip2', 'zstd'];
const TEXTS = ['delimiter', 'null', 'region', 'kms_key_id', 'extension'];
const CREDENTIALS = ['credentials', 'with', 'access_key_id', 'secret_access_key', 'session_token'];

/** Whether a statement is an UNLOAD. */
export function isUnload(sql: string): boolean {
  return isWord(meaningful(tokenize(sql))[0], 'unload');
}

function refused(what: string): SqlError {
  return new SqlError(`not in local mode (the embedded warehouse writes CSV): ${what}`);
}

/** Options as they stand, by their first word. */
function readOptions(reader: Reader): Map<string, string> {
  const options = new Map<string, string>();
  const set = (name: string, value: string) => {
    if (options.has(name)) throw new SqlError('conflicting or redundant options');
    options.set(name, value);
  };
  while (reader.current && !isSymbol(reader.current, ';')) {
    const token = reader.take();
    if (token.type !== 'word') throw reader.unexpected(token);
    const word = token.text.toLowerCase();
    if (FLAGS.includes(word)) {
      set(word, 'true');
    } else if (TEXTS.includes(word)) {
      reader.word('as');
      set(word, reader.text());
    } else if (word === 'iam_role') {
      set(word, reader.word('default') ? 'default' : reader.text());
    } else if (word === 'format' || word === 'csv' || word === 'parquet' || word === 'json') {
      if (word === 'format') reader.word('as');
      const format = word === 'format' ? reader.take() : token;
      if (!isWord(format, 'csv', 'parquet', 'json')) throw reader.unexpected(format);
      set('format', format.text.toLowerCase());
    } else if (word === 'parallel') {
      set(word, reader.word('off', 'false') ? 'off' : 'on');
      reader.word('on', 'true');
    } else if (word === 'manifest') {
      set(word, reader.word('verbose') ? 'VERBOSE' : 'PLAIN');
    } else if (word === 'encrypted') {
      set(word, reader.word('auto') ? 'auto' : 'key');
    } else if (word === 'maxfilesize') {
      reader.word('as');
      const size = reader.take();
      if (size.type !== 'number') throw reader.unexpected(size);
      const unit = isWord(reader.current, 'gb') ? 1024 * MEGABYTE : MEGABYTE;
      reader.word('mb', 'gb');
      set(word, String(Number(size.text) * unit));
    } else if (CREDENTIALS.includes(word)) {
      throw refused('credentials in UNLOAD: use IAM_ROLE');
    } else if (word === 'partition') {
      throw refused('PARTITION BY');
    } else if (word === 'rowgroupsize') {
      throw refused('ROWGROUPSIZE');
    } else {
      throw reader.unexpected(token);
    }
  }
  return options;
}

function checkOptions(options: ReadonlyMap<string, string>): void {
  const format = options.get('format');
  if (format === 'parquet') {
    for (const other of ['header', 'delimiter', 'null', 'gzip', 'bzip2', 'zstd', 'escape', 'addquotes', 'fixedwidth']) {
      if (options.has(other)) throw new SqlError(`${other.toUpperCase()} is not supported for UNLOAD to PARQUET`);
    }
  }
  if (format === 'csv') {
    for (const other of ['escape', 'fixedwidth', 'addquotes']) {
      if (options.has(other)) throw new SqlError(`CSV is not compatible with ${other.toUpperCase()}`);
    }
  }
  if (options.has('cleanpath') && options.has('allowoverwrite')) throw new SqlError('CLEANPATH is not compatible with ALLOWOVERWRITE');
  if (options.has('kms_key_id') && !options.has('encrypted')) throw new SqlError('KMS_KEY_ID requires ENCRYPTED');
  if (options.get('encrypted') === 'key' && !options.has('kms_key_id')) {
    throw new SqlError('ENCRYPTED requires KMS_KEY_ID or a master symmetric key, unless AUTO is given');
  }
  if (options.get('encrypted') === 'auto' && options.has('kms_key_id')) throw new SqlError('ENCRYPTED AUTO is not compatible with KMS_KEY_ID');
  const size = Number(options.get('maxfilesize') ?? FILE_SIZE.most);
  if (size < FILE_SIZE.least || size > FILE_SIZE.most) throw new SqlError('MAXFILESIZE must be between 5 MB and 6.2 GB');
  if (!options.has('iam_role')) throw new SqlError('syntax error: IAM_ROLE is missing');

  if (format !== 'csv') throw refused(`UNLOAD as ${format?.toUpperCase() ?? 'delimited text'}: write FORMAT CSV`);
  for (const other of ['bzip2', 'zstd']) {
    if (options.has(other)) throw refused(`${other.toUpperCase()}: use GZIP`);
  }
  const delimiter = options.get('delimiter') ?? ',';
  if (!/^[\x20-\x7e\t]$/.test(delimiter)) throw new SqlError(`DELIMITER must be a single ASCII character: ${JSON.stringify(delimiter)}`);
  if (delimiter === '"') throw new SqlError('DELIMITER must not be the quote character');
}

/**
 * Reads an UNLOAD.
 * @throws SqlError for what Redshift refuses and for what is not in local mode
 */
export function parseUnload(sql: string): UnloadStatement {
  const reader = new Reader(meaningful(tokenize(sql)));
  reader.expectWord('unload');
  reader.expectSymbol('(');
  const query = reader.text();
  reader.expectSymbol(')');
  reader.expectWord('to');
  const target = reader.text();
  const options = readOptions(reader);
  if (reader.current) reader.take();
  if (reader.current) throw new SqlError('cannot insert multiple commands into a prepared statement');

  const path = /^s3:\/\/([^/]+)\/([\s\S]*)$/.exec(target);
  if (!path) throw new SqlError(`invalid S3 path: ${JSON.stringify(target)}; it must be s3://bucket/prefix`);
  checkOptions(options);
  if (hasOuterLimit(query)) throw new SqlError('Limit clause is not supported in the outermost select of an UNLOAD statement');
  return {
    query,
    bucket: path[1],
    prefix: path[2],
    iamRole: options.get('iam_role')!,
    header: options.has('header'),
    delimiter: options.get('delimiter') ?? ',',
    gzip: options.has('gzip'),
    parallel: options.get('parallel') !== 'off',
    cleanPath: options.has('cleanpath'),
    allowOverwrite: options.has('allowoverwrite'),
    manifest: options.get('manifest') as UnloadStatement['manifest'],
    maxFileSizeBytes: Number(options.get('maxfilesize') ?? FILE_SIZE.most),
    region: options.get('region'),
    encrypted: options.has('encrypted'),
    kmsKeyId: options.get('kms_key_id'),
    extension: options.get('extension'),
    nullText: options.get('null') ?? '',
  };
}
