import type { Event, Ledger } from './ledger.ts';
import { groupOf } from '../schedule.ts';

const WIDTH = 1200;
const LEFT = 220;
const RIGHT = 16;
const TOP = 56;
const BARS = 90;
const ROW = 15;
const BOTTOM = 28;
const COLORS = { ink: '#1f2328', faint: '#d5d9e0', flow: '#2f6fde', hit: '#c62b3b', missed: '#8a919c' };

/** Draws an SVG chart of the run: deliveries per second, and when each kind of fault happened. */
export function drawRun(
  ledger: Pick<Ledger, 'seconds' | 'seed' | 'naive' | 'kills' | 'startedAt'>,
  events: readonly Event[],
  deliveries: readonly number[],
): string {
  const { seconds, startedAt } = ledger;
  const x = (second: number) => LEFT + (second / Math.max(1, seconds)) * (WIDTH - LEFT - RIGHT);
  const since = (at: number) => (at - startedAt) / 1000;
  const groups = [...new Set(events.map(({ fault }) => groupOf(fault)))].sort();
  const base = TOP + BARS;
  const bottom = base + 12 + groups.length * ROW;
  const counts = perSecond(deliveries.map(since), seconds);
  const highest = counts.reduce((most, count) => Math.max(most, count), 1);
  const grid = marks(seconds).map(
    (second) =>
      `<path d="M${at(x(second))} ${TOP}V${bottom}" stroke="${COLORS.faint}"/>` +
      text(x(second), bottom + 16, timeOf(second), 'middle'),
  );
  const flow = counts.map((count, second) => {
    const height = (count / highest) * BARS;
    const width = Math.max(0.5, x(second + 1) - x(second) - 0.3);
    return rect(x(second), base - height, width, height, COLORS.flow);
  });
  const rows = groups.flatMap((group, row) => {
    const y = base + 12 + row * ROW;
    const hits = events
      .filter(({ fault }) => groupOf(fault) === group)
      .map(({ from, to, happened }) =>
        rect(
          x(since(from)),
          y,
          Math.max(2, x(since(to)) - x(since(from))),
          ROW - 4,
          happened ? COLORS.hit : COLORS.missed,
        ),
      );
    return [text(LEFT - 8, y + 10, group, 'end'), ...hits];
  });
  const title = `${ledger.naive ? 'Naive: ' : ''}${ledger.kills} kills in ${timeOf(seconds)}, seed ${ledger.seed}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + BOTTOM}" font-family="system-ui, sans-serif" font-size="11" fill="${COLORS.ink}">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${LEFT}" y="24" font-size="15" font-weight="600">${title}</text>`,
    `<text x="${LEFT}" y="42">Red: from the start of a fault until deliveries to all other instances resume.</text>`,
    text(LEFT - 8, TOP + 10, `deliveries a second, at most ${highest}`, 'end'),
    ...grid,
    ...flow,
    ...rows,
    '</svg>\n',
  ].join('\n');
}

function perSecond(times: readonly number[], seconds: number): number[] {
  const counts = new Array<number>(Math.max(1, seconds)).fill(0);
  for (const time of times) {
    const second = Math.min(counts.length - 1, Math.max(0, Math.floor(time)));
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}

/** Returns the times to label (s): at most about ten, at round intervals. */
function marks(seconds: number): number[] {
  const step = [15, 30, 60, 120, 300, 600].find((candidate) => seconds / candidate <= 10) ?? 3_600;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step);
}

const timeOf = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;

const at = (value: number): string => value.toFixed(1);

const text = (x: number, y: number, words: string, anchor: string): string =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${words}</text>`;

const rect = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" fill="${fill}"/>`;
