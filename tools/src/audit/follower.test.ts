import type { StoredAuditRecord } from '@tocsin/bff';
import { compareAuditPositions } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { AuditFollower } from './follower.ts';

function trailOf(...positions: [ms: number, stream: number][]) {
  const all: StoredAuditRecord[] = [];
  const add = (ms: number, stream: number) =>
    all.push({ position: { ms, seq: 0, stream }, value: `${ms}.${stream}` });
  for (const [ms, stream] of positions) add(ms, stream);
  const reader = {
    read: async (before: StoredAuditRecord['position'] | undefined, limit: number) =>
      all
        .filter(({ position }) => !before || compareAuditPositions(before, position) < 0)
        .sort((a, b) => compareAuditPositions(a.position, b.position))
        .slice(0, limit),
  };
  return { add, follower: new AuditFollower(reader) };
}

it('should return new records in order and only once, even if an older record arrives later in another stream', async () => {
  const { add, follower } = trailOf([1, 0], [2, 1]);
  await follower.catchUp();
  expect(await follower.next()).toEqual([]);
  add(9_000, 1);
  expect(await follower.next()).toEqual(['9000.1']);
  add(8_999, 0);
  add(9_001, 2);
  expect(await follower.next()).toEqual(['8999.0', '9001.2']);
  expect(await follower.next()).toEqual([]);
});

it('should return all records in a burst, starting with an empty trail', async () => {
  const { add, follower } = trailOf();
  await follower.catchUp();
  for (let ms = 0; ms < 1_000; ms++) add(ms, ms % 3);
  expect(await follower.next()).toHaveLength(1_000);
});
