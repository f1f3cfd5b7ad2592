// SPDX-License-Identifier: Apache-2.0

import { escapeHtml } from './html';

const WIDTH = 960;
const HEIGHT = 110;
const LEFT = 32;
const RIGHT = 8;
const TOP = 6;
const BOTTOM = 20;

/** Pixels of one column: successive intervals share one, which shows the most severe of them. */
const COLUMN = 2;

/**
 * Severity over time as SVG: one thin column for some intervals, those that reach the threshold in red.
 * @param severities 0-100 of each interval; NaN where there is none
 * @param times start of each interval, as it is shown
 */
export function severityChart(severities: ArrayLike<number>, times: (index: number) => string, threshold: number): string {
  const count = severities.length;
  if (count === 0) return '<p class="quiet">no intervals</p>';
  const columns = Math.min(count, Math.floor((WIDTH - LEFT - RIGHT) / COLUMN));
  const width = (WIDTH - LEFT - RIGHT) / columns;
  const y = (severity: number): string => (HEIGHT - BOTTOM - severity / 100 * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  let [usual, severe] = ['', ''];
  for (let column = 0; column < columns; column++) {
    let highest = 0;
    for (let index = Math.floor(column * count / columns); index < Math.floor((column + 1) * count / columns); index++) {
      if (severities[index] > highest) highest = severities[index];
    }
    if (highest === 0) continue;
    const line = `M${(LEFT + (column + 0.5) * width).toFixed(1)} ${y(0)}V${y(highest)}`;
    if (highest >= threshold) severe += line;
    else usual += line;
  }
  const scale = [0, threshold, 100].map(value => `<text x="${LEFT - 6}" y="${(Number(y(value)) + 4).toFixed(1)}" text-anchor="end">${value}</text>`).join('');
  const axis = `<text x="${LEFT}" y="${HEIGHT - 4}">${escapeHtml(times(0))}</text>`
    + `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${escapeHtml(times(count - 1))}</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Highest severity of each interval">${scale}`
    + `<line class="threshold" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(threshold)}" y2="${y(threshold)}"/>`
    + `<path class="bars" d="${usual}"/><path class="severe" d="${severe}"/>${axis}</svg>`;
}
