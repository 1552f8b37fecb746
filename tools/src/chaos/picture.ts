import type { Event } from './ledger.ts';
import { nameOf } from './schedule.ts';

const WIDTH = 1200;
const ROW = 16;
const LEFT = 260;

/** A picture (SVG) of the run: one row for each kind of fault, its faults as marks, and the deliveries a second. */
export function drawRun(
  events: readonly Event[],
  deliveries: readonly number[],
  from: number,
  to: number,
): string {
  const names = [...new Set(events.map(({ fault }) => nameOf(fault)))].sort();
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - 10);
  const seconds = Math.max(1, Math.ceil((to - from) / 1000));
  const counts = new Array<number>(seconds).fill(0);
  for (const at of deliveries) {
    const second = Math.min(seconds - 1, Math.max(0, Math.floor((at - from) / 1000)));
    counts[second] = (counts[second] ?? 0) + 1;
  }
  const highest = Math.max(1, ...counts);
  const bars = counts.map((count, second) => {
    const height = (count / highest) * 60;
    return `<rect x="${x(from + second * 1000).toFixed(1)}" y="${(70 - height).toFixed(1)}" width="${Math.max(1, (WIDTH - LEFT) / seconds - 0.5).toFixed(1)}" height="${height.toFixed(1)}" fill="#2f6fde"/>`;
  });
  const rows = names.map((name, row) => {
    const y = 90 + row * ROW;
    const marks = events
      .filter(({ fault }) => nameOf(fault) === name)
      .map(
        ({ from: begin, to: end, happened }) =>
          `<rect x="${x(begin).toFixed(1)}" y="${y}" width="${Math.max(2, x(end) - x(begin)).toFixed(1)}" height="10" fill="${happened ? '#c62b3b' : '#b9bec8'}"/>`,
      );
    return `<text x="4" y="${y + 9}">${name}</text>${marks.join('')}`;
  });
  const height = 100 + names.length * ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/><text x="4" y="40">deliveries a second, highest ${highest}</text>`,
    ...bars,
    ...rows,
    '</svg>\n',
  ].join('\n');
}
