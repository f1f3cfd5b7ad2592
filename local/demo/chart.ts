import { escapeHtml } from './html';
import { formatNumber, formatTime } from './table';

/** Observed values of one series around an anomaly. NaN where nothing was observed. */
export interface ChartData {
  readonly starts: readonly Date[];
  readonly values: readonly number[];
  /** Starts of the anomalous intervals. */
  readonly anomalyStart: Date;
  readonly anomalyEnd: Date;
  /** Expected value at the most severe interval. */
  readonly expected: number;
  readonly label: string;
}

const WIDTH = 640;
const HEIGHT = 120;
const PADDING = 6;

/** A line chart as SVG: observed values, the anomalous intervals shaded, the expected value as a dashed line beside them. */
export function lineChart(data: ChartData): string {
  const finite = [...data.values, data.expected].filter(Number.isFinite);
  if (data.starts.length === 0 || finite.length === 0) {
    return '<p class="quiet">no values</p>';
  }
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const spread = high - low || 1;
  const step = (WIDTH - 2 * PADDING) / Math.max(1, data.starts.length - 1);
  const x = (index: number) => PADDING + index * step;
  const y = (value: number) => HEIGHT - PADDING - (value - low) / spread * (HEIGHT - 2 * PADDING);

  let path = '';
  let broken = true;
  data.values.forEach((value, index) => {
    if (Number.isFinite(value)) {
      path += `${broken ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    }
    broken = !Number.isFinite(value);
  });

  const first = data.starts.findIndex(start => start >= data.anomalyStart);
  const last = data.starts.findLastIndex(start => start <= data.anomalyEnd);
  let marks = '';
  if (first >= 0 && last >= first) {
    const left = x(first) - Math.max(2, step / 2);
    const right = x(last) + Math.max(2, step / 2);
    marks += `<rect class="anomaly" x="${left.toFixed(1)}" y="0" width="${(right - left).toFixed(1)}" height="${HEIGHT}"/>`;
    if (Number.isFinite(data.expected)) {
      const level = y(data.expected).toFixed(1);
      marks += `<line class="expected" x1="${(left - 14).toFixed(1)}" x2="${(right + 14).toFixed(1)}" y1="${level}" y2="${level}"/>`;
    }
  }
  const description = `${data.label}, ${formatTime(data.starts[0])} to ${formatTime(data.starts[data.starts.length - 1])}, `
    + `between ${formatNumber(low)} and ${formatNumber(high)}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(description)}">${marks}<path class="observed" d="${path}"/></svg>`;
}
