import { METRICS } from './metrics.ts';
import { medianReader, type Result } from './result.ts';
import { numberText } from './rows.ts';
import { colors, svgText } from './svg.ts';

const WIDTH = 1000;
const LEFT = 190;
const RIGHT = 90;
const TOP = 64;
const BAR = 16;
const TITLE = 26;
const GAP = 18;

/** The figures in the chart. Lower is better. */
const METRICS_IN_CHART: readonly [string, string][] = [
  ['latency', 'p50'],
  ['singles', 'cpu'],
  ['arrays', 'cpu'],
  ['feeds-1000', 'cpu'],
  ['mixed', 'cpu'],
  ['fan-out-8', 'cpu'],
  ['fan-out-1', 'cpu'],
  ['connections', 'memory'],
  ['connections', 'cpu'],
  ['idle', 'cpu'],
];

export function drawChart(result: Result): string {
  const read = medianReader(result);
  let y = TOP;
  const parts: string[] = [];
  for (const metric of METRICS.filter(({ work, name }) =>
    METRICS_IN_CHART.some(([w, n]) => w === work && n === name),
  )) {
    const bars = result.peers.flatMap(({ id, name }) => {
      const value = read(metric.work, id, metric.name);
      return value === undefined ? [] : [{ id, name, value }];
    });
    if (bars.length === 0) continue;
    const highest = Math.max(...bars.map(({ value }) => value));
    parts.push(text(LEFT, y + 14, metric.text, 'font-weight="600"'));
    y += TITLE;
    for (const { id, name, value } of bars) {
      const width = Math.max(1, (value / highest) * (WIDTH - LEFT - RIGHT));
      const color = id === 'tocsin' ? colors.ours : colors.others;
      parts.push(text(LEFT - 8, y + BAR - 5, name, 'text-anchor="end"'));
      parts.push(
        `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 3}" fill="${color}"/>`,
      );
      parts.push(text(LEFT + width + 6, y + BAR - 5, numberText(value, metric.digits)));
      y += BAR;
    }
    y += GAP;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="12" fill="${colors.ink}">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(LEFT, 28, 'Latency and costs: lower is better', 'font-size="16" font-weight="600"'),
    text(
      LEFT,
      46,
      `Medians of ${result.rounds} rounds on ${result.conditions.cores} cores, ${result.conditions.startedAt.slice(0, 10)}`,
    ),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

const text = (x: number, y: number, words: string, attributes = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y}"${attributes && ` ${attributes}`}>${svgText(words)}</text>`;
