// SPDX-License-Identifier: Apache-2.0

/** Longest file name that is written, in bytes; file systems allow 255. */
const NAME_LENGTH = 200;

/** Ends the name of a directory that stands for a key segment (`live/`), so that the keys `a` and `a/b` do not collide. */
const SEGMENT_MARK = '+';

/** Ends the name of a directory that holds the rest of a segment too long for one name. */
const CHUNK_MARK = '=';

/** File names that make up a segment: one, or several for a segment too long for a file name. */
function namesOfSegment(segment: string): string[] {
  const encoded = encodeURIComponent(segment);
  const parts = encoded.match(new RegExp(`.{1,${NAME_LENGTH}}`, 'g')) ?? [''];
  // encodeURIComponent writes '%' only before two hexadecimal digits, so a '%' in front of these three is unambiguous
  return parts.map((part) => part === '' || part === '.' || part === '..' ? `%${part}` : part);
}

/**
 * The file of a key, relative to its bucket: readable for everyday keys (`live+/20261123+/1000+/0000_part_00.gz`), and a different one
 * for every key, whatever it holds. Never leaves the bucket's folder.
 */
export function fileOfKey(key: string): string {
  const segments = key.split('/').map(namesOfSegment);
  return segments.map((parts, index) => {
    const end = index === segments.length - 1 ? '' : SEGMENT_MARK;
    return parts.map((part, partIndex) => partIndex === parts.length - 1 ? `${part}${end}` : `${part}${CHUNK_MARK}`).join('/');
  }).join('/');
}

/** Order of S3 listings: by the bytes of the UTF-8 text, which differs from JavaScript's order of UTF-16 units. */
export function compareKeys(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) {
      // surrogates (code points from U+10000) come after every other unit in UTF-8, but before U+E000 in UTF-16
      const aSurrogate = a >= 0xd800 && a <= 0xdfff;
      const bSurrogate = b >= 0xd800 && b <= 0xdfff;
      if (aSurrogate !== bSurrogate) return aSurrogate ? 1 : -1;
      return a - b;
    }
  }
  return left.length - right.length;
}
