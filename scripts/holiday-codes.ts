// SPDX-License-Identifier: Apache-2.0

/**
 * Writes src/private/holiday-codes.ts: the codes of the countries, and of their parts, whose holidays `date-holidays` knows. The constructs
 * refuse others when the app is synthesised, without the holidays themselves, which are bundled for the detect function only.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Calendar from 'date-holidays';

/** Where the table is committed. */
export const HOLIDAY_CODES_FILE = join(__dirname, '..', 'src', 'private', 'holiday-codes.ts');

const HEADER = `// SPDX-License-Identifier: Apache-2.0

/**
 * Countries whose public holidays the detect function knows, by ISO 3166-1 code, each with its parts, by the second half of their ISO 3166-2
 * codes. Written by scripts/holiday-codes.ts out of \`date-holidays\`: do not edit.
 */
`;

/** Source of the table. */
export function holidayCodesSource(): string {
  const calendar = new Calendar();
  const lines = Object.keys(calendar.getCountries()).sort().map(country => {
    const parts = Object.keys(calendar.getStates(country) ?? {}).sort();
    return `  ${country}: '${parts.join(' ')}',`;
  });
  return `${HEADER}export const HOLIDAY_CODES: Readonly<Record<string, string>> = {\n${lines.join('\n')}\n};\n`;
}

if (require.main === module) writeFileSync(HOLIDAY_CODES_FILE, holidayCodesSource());
