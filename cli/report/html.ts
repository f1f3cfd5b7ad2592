// SPDX-License-Identifier: Apache-2.0

/** Text made safe for HTML content and quoted attributes. Dimension values and names may hold anything. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, character => `&#${character.charCodeAt(0)};`);
}
