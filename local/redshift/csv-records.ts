// SPDX-License-Identifier: Apache-2.0

/** CSV as PostgreSQL's COPY writes it, taken apart into records. */

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/**
 * Records of a CSV text, each with its line end. A quoted empty field loses its quotes: PostgreSQL writes `""` for an empty text and
 * nothing for NULL, while in Redshift's files the two cannot be told apart.
 */
export function csvRecords(csv: Uint8Array, delimiter: string): Buffer[] {
  const delimiterByte = delimiter.charCodeAt(0);
  const out = Buffer.allocUnsafe(csv.length);
  const records: Buffer[] = [];
  let length = 0;
  let recordStart = 0;
  let quoted = false;
  let atFieldStart = true;
  for (let index = 0; index < csv.length; index++) {
    const byte = csv[index];
    if (!quoted && atFieldStart && byte === QUOTE && csv[index + 1] === QUOTE) {
      const after = csv[index + 2];
      if (after === delimiterByte || after === LINE_FEED || after === undefined) {
        index++;
        atFieldStart = false;
        continue;
      }
    }
    out[length++] = byte;
    // a doubled quote inside a field closes and opens it again
    if (byte === QUOTE) quoted = !quoted;
    atFieldStart = !quoted && (byte === delimiterByte || byte === LINE_FEED);
    if (!quoted && byte === LINE_FEED) {
      records.push(out.subarray(recordStart, length));
      recordStart = length;
    }
  }
  return records;
}
