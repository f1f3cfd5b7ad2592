// SPDX-License-Identifier: Apache-2.0

import { escapeHtml } from './html';
import { STYLE } from './style';

/**
 * A page that needs nothing from elsewhere: no scripts, styles inside.
 * @param body HTML
 */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
${body}
</body></html>
`;
}

/** A headline figure. */
export function figure(title: string, value: string): string {
  return `<div class="figure"><span class="quiet">${escapeHtml(title)}</span><b>${escapeHtml(value)}</b></div>`;
}

/** A bar of a dimension value's share in an event. */
export function contributionBar(name: string, percent: number): string {
  return `<div class="contribution"><span class="track"><span class="bar" style="width:${Math.max(0, Math.min(100, percent)).toFixed(0)}px"></span></span>`
    + `${escapeHtml(name)} <span class="quiet">${percent.toFixed(0)} %</span></div>`;
}
