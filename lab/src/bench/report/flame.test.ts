import { expect, it } from 'vitest';
import { drawFlame, type CpuProfile } from './flame.ts';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  ...{ id, callFrame: { functionName, url }, children },
});
const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 6]),
    node(2, '(idle)', ''),
    node(3, 'take', 'file:///somewhere/bff/src/deliver/take.ts', [4, 5]),
    node(4, 'parse<T>', 'file:///somewhere/node_modules/zod/v4/parse.js'),
    node(5, 'write', 'node:net'),
    node(6, 'start', 'file:///somewhere/bff/src/main.ts'),
  ],
  samples: [6, 2, 4, 5, 3],
  timeDeltas: [5_000, 90_000, 6_000, 3_000, 1_000],
};

const widths = (svg: string): Record<string, number> =>
  Object.fromEntries<number>(
    [...svg.matchAll(/<title>(\S+) .*?<\/title><rect x="\S+" y="\S+" width="(\S+)"/g)].map(
      ([, name = '', width]) => [name, Number(width)],
    ),
  );

it('should draw each function’s share of busy time, including callees', () => {
  const svg = drawFlame(profile, { title: 'bff & more', skipMs: 10 });
  expect(widths(svg)).toEqual({ take: 1_200, 'parse&lt;T>': 720, write: 360 });
  expect(svg).toContain('bff &amp; more');
  expect(svg).toContain('zod/v4/parse.js: 60.0%');
  expect(svg).not.toContain('somewhere');
});

it('should omit the startup time, unless `skipMs` is 0', () => {
  expect(widths(drawFlame(profile, { title: '', skipMs: 0 }))).toMatchObject({ start: 400, take: 800 });
});
