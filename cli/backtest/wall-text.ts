// SPDX-License-Identifier: Apache-2.0

/** A time of the wall clock, in seconds counted as if it were UTC, as `YYYY-MM-DD HH:MM:SS`. */
export function wallText(wallSeconds: number): string {
  return new Date(wallSeconds * 1000).toISOString().slice(0, -5).replace('T', ' ');
}

/** The opposite; hours, minutes and seconds may be left out. NaN when the text is no such time. */
export function parseWallText(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?)?$/.exec(text.trim());
  if (match === null) return NaN;
  const [, date, time = '00:00', seconds = ':00'] = match;
  const milliseconds = Date.parse(`${date}T${time}${seconds}Z`);
  // 30 February would roll over into March
  return new Date(milliseconds || 0).toISOString().startsWith(date) ? milliseconds / 1000 : NaN;
}
