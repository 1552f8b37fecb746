import type uPlot from 'uplot';
import { formatClock } from '../numbers.ts';

export interface Line {
  /** A color token, for example `--tocsin-info`. */
  color: string;
  values: readonly (number | null)[];
}

const colorOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export interface ChartLook {
  width: number;
  height: number;
  /** Each line's color token. */
  colors: readonly string[];
  hasAxes: boolean;
  /** Milliseconds from the left edge to the newest point. */
  span: () => number;
  /** Called with the index of the point under the cursor. */
  onPoint: (index: number | null | undefined) => void;
}

export function chartOptions({ width, height, colors, hasAxes, span, onPoint }: ChartLook): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: colorOf('--tocsin-text-muted'),
    grid: { stroke: colorOf('--tocsin-line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const clock = (seconds: number) => formatClock(seconds * 1_000);
  return {
    ...{ width, height, legend: { show: false } },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx)] },
    // Room on the right for half of the newest point's time label.
    padding: hasAxes ? [8, 28, 0, 0] : [2, 1, 2, 1],
    scales: {
      x: {
        time: true,
        // Without points, uPlot passes null, contrary to its types.
        range: (_chart, _min, max: number | null) => {
          const end = max ?? Date.now() / 1_000;
          return [end - span() / 1_000, end];
        },
      },
      y: { range: (_chart, _min, max) => [0, Math.max(1, max * 1.15)] },
    },
    axes: hasAxes
      ? [
          { ...axis, size: 22, space: 70, values: (_chart, splits) => splits.map(clock) },
          { ...axis, size: 44, space: 28 },
        ]
      : [{ show: false }, { show: false }],
    series: [
      {},
      ...colors.map((color) => ({
        stroke: colorOf(color),
        width: hasAxes ? 1.75 : 1.5,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}
