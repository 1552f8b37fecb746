import { colors, svgText } from '../bench/report/svg.ts';
import { KINDS } from './model/constants.ts';
import type { Plan } from './model/plan.ts';
import { amount } from './report.ts';

const WIDTH = 1000;
const LEFT = 270;
const RIGHT = 90;
const BAR = 16;
const TITLE = 26;
const GAP = 14;
const GIB = 2 ** 30;
const MICRO = 1e6;

/** Parts of the CPU time, and the plan's terms in each part. */
const CPU_PARTS: readonly [string, readonly string[]][] = [
  [
    'entries, POST to broadcast',
    [
      'entries, POST to broadcast',
      'additional POSTs that share an entry',
      'additional feeds in an entry',
      'additional notifications of a feed in an entry',
      'turns on a different instance',
    ],
  ],
  [
    'messages, received by every bff',
    [
      'messages received by every bff',
      'additional feeds in a message',
      'additional publications of a feed in a message',
    ],
  ],
  ['comparisons with heads', ['comparisons with heads']],
  ['receipts from pages', ['receipts from pages']],
  [
    'connections and positions',
    ['idle subscriptions (pings, positions)', 'connects and subscribes', 'newly watched feeds'],
  ],
  ['events of watched feeds, to sockets', ['events of watched feeds', 'events written to sockets']],
  ['idle processes', ['idle processes']],
];

/**
 * The cost of the same load (cores and GiB) before partitions were introduced, measured on another machine on
 * 2026-11-26. Receipts weren't counted.
 */
export const BEFORE = {
  cores: [38.3, 10.4, 14.7, 0, 9.5, 8.4, 0.6],
  gib: [1.8, 1_228, 4.1, 329, 172],
} as const;

interface Bar {
  name: string;
  before: number;
  after: number;
}

/** Returns a load's cost by part, before partitions were introduced and now. */
export function partsOf(plan: Plan): { cores: Bar[]; gib: Bar[] } {
  const { terms, memory, redis, instances, producers } = plan;
  const coresOf = (names: readonly string[]) =>
    terms
      .filter(({ name }) => names.includes(name))
      .reduce(
        (sum, { perSecond, cost }) =>
          sum + (perSecond * KINDS.reduce((total, kind) => total + (cost[kind] ?? 0), 0)) / MICRO,
        0,
      );
  const memories: [string, number][] = [
    ['producers and their sidecars', producers * (memory.producer + memory.producerSidecar)],
    ['bffs', instances * memory.bff],
    ['sidecars of the bffs', instances * memory.bffSidecar],
    ['Redis: announcements', redis.announcements.bytes],
    ['Redis: state', redis.state.bytes],
  ];
  return {
    cores: CPU_PARTS.map(([name, names], index) => ({
      name,
      before: BEFORE.cores[index] ?? 0,
      after: coresOf(names),
    })),
    gib: memories.map(([name, bytes], index) => ({
      name,
      before: BEFORE.gib[index] ?? 0,
      after: bytes / GIB,
    })),
  };
}

/** Draws an SVG chart of a load's cost, before partitions were introduced and now. */
export function drawPicture(plan: Plan, title: string): string {
  const { cores, gib } = partsOf(plan);
  const parts: string[] = [];
  let y = 74;
  const draw = (heading: string, bars: readonly Bar[]) => {
    const sum = (valueOf: (bar: Bar) => number) => bars.reduce((total, bar) => total + valueOf(bar), 0);
    const all = [
      { name: 'in total', before: sum(({ before }) => before), after: sum(({ after }) => after) },
      ...bars,
    ];
    const highest = Math.max(...all.flatMap(({ before, after }) => [before, after]));
    parts.push(text(LEFT, y, heading, 'font-weight="600"'));
    y += TITLE - BAR;
    for (const { name, before, after } of all) {
      parts.push(text(LEFT - 8, y + BAR, name, 'text-anchor="end"'));
      for (const [value, color] of [
        [before, colors.others],
        [after, colors.ours],
      ] as const) {
        const width = Math.max(1, (value / highest) * (WIDTH - LEFT - RIGHT));
        parts.push(
          `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 3}" fill="${color}"/>`,
          text(LEFT + width + 6, y + BAR - 5, value === 0 ? 'not counted' : amount(value)),
        );
        y += BAR;
      }
      y += GAP / 2;
    }
    y += 2 * GAP;
  };
  draw('CPU, cores', cores);
  draw('memory, GiB', gib);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="12" fill="${colors.ink}">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(LEFT, 28, title, 'font-size="16" font-weight="600"'),
    `<rect x="${LEFT}" y="38" width="12" height="12" fill="${colors.others}"/>`,
    text(LEFT + 18, 49, 'before partitions, on another machine (2026-11-26)'),
    `<rect x="${LEFT + 350}" y="38" width="12" height="12" fill="${colors.ours}"/>`,
    text(LEFT + 368, 49, 'now'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

const text = (x: number, y: number, words: string, attributes = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y}"${attributes && ` ${attributes}`}>${svgText(words)}</text>`;
