// SPDX-License-Identifier: Apache-2.0

/** An error of S3's REST API: what the client reads in `error.name`, and the status of the answer. */
export class S3Error extends Error {
  public constructor(public readonly code: string, public readonly status: number, message: string) {
    super(message);
    this.name = code;
  }
}

/** Errors with the codes, statuses and texts of S3 (Amazon S3 API reference, "Error responses"). */
export const errors = {
  noSuchBucket: (name: string) => new S3Error('NoSuchBucket', 404, `The specified bucket does not exist: ${JSON.stringify(name)}`),
  noSuchBucketPolicy: (name: string) => new S3Error('NoSuchBucketPolicy', 404, `The bucket policy does not exist: ${JSON.stringify(name)}`),
  noSuchTagSet: (name: string) => new S3Error('NoSuchTagSet', 404, `The TagSet does not exist: ${JSON.stringify(name)}`),
  noSuchKey: (key: string) => new S3Error('NoSuchKey', 404, `The specified key does not exist: ${JSON.stringify(key)}`),
  noSuchUpload: (id: string) => new S3Error('NoSuchUpload', 404, `The specified multipart upload does not exist: ${JSON.stringify(id)}`),
  preconditionFailed: (condition: string) => new S3Error('PreconditionFailed', 412, `At least one of the pre-conditions you specified did not hold: ${condition}`),
  conditionalConflict: () => new S3Error('ConditionalRequestConflict', 409, 'The conditional request cannot succeed due to a conflicting operation against this resource'),
  notModified: () => new S3Error('NotModified', 304, 'Not Modified'),
  invalidRange: (range: string) => new S3Error('InvalidRange', 416, `The requested range is not satisfiable: ${range}`),
  invalidArgument: (message: string) => new S3Error('InvalidArgument', 400, message),
  badDigest: (header: string, sent: string, found: string) =>
    new S3Error('BadDigest', 400, `The ${header} you specified (${sent}) did not match what we received (${found})`),
  incompleteBody: (message: string) => new S3Error('IncompleteBody', 400, message),
  malformedXml: (message: string) => new S3Error('MalformedXML', 400, message),
  notImplemented: (what: string) => new S3Error('NotImplemented', 501, `the embedded cloud's S3 does not know ${what}`),
};
