import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PUBLIC = join(import.meta.dirname, '../public');
const manifest = JSON.parse(readFileSync(join(PUBLIC, 'manifest.webmanifest'), 'utf8')) as {
  icons: { src: string; sizes: string; type: string; purpose?: string }[];
};

/** Reads the width and height from a PNG's header. */
function sizeOf(file: string): string {
  const header = readFileSync(file).subarray(16, 24);
  return `${header.readUInt32BE(0)}x${header.readUInt32BE(4)}`;
}

it('should list existing icons with the actual sizes, including a maskable icon', () => {
  const pngs = manifest.icons.filter(({ type }) => type === 'image/png');
  expect(pngs.map(({ sizes, purpose }) => [sizes, purpose])).toEqual([
    ['192x192', undefined],
    ['512x512', undefined],
    ['512x512', 'maskable'],
  ]);
  for (const { src, sizes } of pngs) {
    expect(sizeOf(join(PUBLIC, src))).toBe(sizes);
    expect(statSync(join(PUBLIC, src)).size).toBeLessThan(30_000);
  }
  expect(sizeOf(join(PUBLIC, 'icons/touch-180.png'))).toBe('180x180');
});
