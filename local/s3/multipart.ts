// SPDX-License-Identifier: Apache-2.0

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ReceivedBody } from './body';
import { errors, S3Error } from './errors';
import { elements, elementText } from './xml';

/** Least size of every part but the last (Amazon S3 user guide, "multipart upload limits"). */
const MINIMUM_PART_BYTES = 5 * 1024 * 1024;

interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly parts: Map<number, ReceivedBody>;
}

/** Content put together from the parts of an upload. */
export interface AssembledBody {
  readonly file: string;
  readonly size: number;
  readonly etag: string;
}

/** Multipart uploads that are under way. They do not outlive the server. */
export class MultipartUploads {
  private readonly uploads = new Map<string, Upload>();

  /** `folder` holds the parts. */
  public constructor(private readonly folder: string) {}

  /** Begins an upload; the headers are those of the object it will become. Returns its id. */
  public create(bucket: string, key: string, headers: Record<string, string>): string {
    const id = randomUUID();
    this.uploads.set(id, { bucket, key, headers, parts: new Map() });
    return id;
  }

  public get(id: string, bucket: string, key: string): Upload {
    const upload = this.uploads.get(id);
    if (!upload || upload.bucket !== bucket || upload.key !== key) throw errors.noSuchUpload(id);
    return upload;
  }

  /** Takes a part; one sent again replaces the earlier one. */
  public async put(upload: Upload, number: number, body: ReceivedBody): Promise<void> {
    const earlier = upload.parts.get(number);
    upload.parts.set(number, body);
    if (earlier) await rm(earlier.file, { force: true });
  }

  /** Puts the parts that `xml` (CompleteMultipartUpload) lists into one file. */
  public async assemble(upload: Upload, xml: string): Promise<AssembledBody> {
    const parts = listedParts(upload, xml);
    const digest = createHash('md5');
    for (const part of parts) digest.update(Buffer.from(part.md5, 'hex'));
    const file = join(this.folder, randomUUID());
    await pipeline(async function* () {
      for (const part of parts) yield* createReadStream(part.file);
    }, createWriteStream(file));
    return { file, size: parts.reduce((sum, part) => sum + part.size, 0), etag: `${digest.digest('hex')}-${parts.length}` };
  }

  /** Forgets the upload and its parts. */
  public async remove(id: string): Promise<void> {
    const upload = this.uploads.get(id);
    this.uploads.delete(id);
    for (const part of upload?.parts.values() ?? []) await rm(part.file, { force: true });
  }
}

function listedParts(upload: Upload, xml: string): ReceivedBody[] {
  const listed = elements(xml, 'Part').map((part) => ({
    number: Number(elementText(part, 'PartNumber')), etag: (elementText(part, 'ETag') ?? '').replace(/"/g, ''),
  }));
  if (listed.length === 0) throw errors.malformedXml('CompleteMultipartUpload lists no part');
  return listed.map(({ number, etag }, index) => {
    if (index > 0 && number <= listed[index - 1].number) {
      throw new S3Error('InvalidPartOrder', 400, `parts must be listed in ascending order: ${number} follows ${listed[index - 1].number}`);
    }
    const part = upload.parts.get(number);
    if (!part || part.md5 !== etag) {
      throw new S3Error('InvalidPart', 400, `part ${number} with ETag ${JSON.stringify(etag)} was not uploaded`);
    }
    if (index < listed.length - 1 && part.size < MINIMUM_PART_BYTES) {
      throw new S3Error('EntityTooSmall', 400, `part ${number} has ${part.size} bytes, at least ${MINIMUM_PART_BYTES} are required`);
    }
    return part;
  });
}
