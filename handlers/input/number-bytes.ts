// SPDX-License-Identifier: Apache-2.0

/** Numbers as databases write them; no `Infinity`, no hexadecimal digits, no separators of thousands. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** What stands for no number: databases write NaN of a column of floats so, and tools NULL. */
const NO_NUMBER = /^(?:nan|null)?$/i;

/** Significant digits that a 64-bit float holds whatever they are. */
const EXACT_DIGITS = 15;

/** Powers of ten that 64-bit floats hold exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => Number(`1e${exponent}`));

const [ZERO, NINE, POINT, MINUS, PLUS] = [0x30, 0x39, 0x2e, 0x2d, 0x2b];

/**
 * Reads a decimal number, the same as `Number` does. Blanks around it are left out.
 *
 * Up to 15 digits and their powers of ten are exact, so that one division rounds correctly (Clinger, "How to read floating
 * point numbers accurately", 1990); the few longer ones are read as text.
 * @returns NaN for an empty cell, `NaN` and `NULL`, Infinity for what is no number or beyond all numbers
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return NaN;
  let at = start;
  let byte = bytes[at];
  const isNegative = byte === MINUS;
  if (isNegative || byte === PLUS) byte = bytes[++at];
  let mantissa = 0;
  const digits = at;
  while (at < end && byte >= ZERO && byte <= NINE) {
    mantissa = mantissa * 10 + byte - ZERO;
    byte = bytes[++at];
  }
  let count = at - digits;
  let fraction = 0;
  if (at < end && byte === POINT) {
    const point = at;
    byte = bytes[++at];
    while (at < end && byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + byte - ZERO;
      byte = bytes[++at];
    }
    fraction = at - point - 1;
    count += fraction;
  }
  // an exponent, blanks, many digits, or no number
  if (at !== end || count === 0 || count > EXACT_DIGITS) return parseText(bytes, start, end);
  if (fraction > 0) mantissa /= POWERS_OF_TEN[fraction];
  return isNegative ? -mantissa : mantissa;
}

function parseText(bytes: Uint8Array, start: number, end: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8').trim();
  if (NO_NUMBER.test(text)) return NaN;
  return NUMBER.test(text) ? Number(text) : Infinity;
}
