import { randomUUID } from 'node:crypto';
import { DOCUMENT_VERSION, type InstanceSnapshot } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { InstanceBoard } from '../../src/ops/ports.ts';

/** Returns a snapshot from an instance with a unique name. */
export const aSnapshot = (members: Partial<InstanceSnapshot> = {}): InstanceSnapshot => ({
  v: DOCUMENT_VERSION,
  instance: `host-${randomUUID()}:4001`,
  startedAt: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:02.000Z',
  connections: 3,
  feeds: 2,
  accepted: 1.5,
  delivered: 4,
  suppressed: 0,
  p50Ms: 7.2,
  p99Ms: null,
  ...members,
});

/** Tests that every instance board must pass. */
export function instanceBoardSuite(name: string, create: () => InstanceBoard): void {
  const snapshotsOf = async (board: InstanceBoard, ...instances: string[]) =>
    (await board.read()).filter(({ instance }) => instances.includes(instance));

  describe(`${name} as an instance board`, () => {
    it("should show each instance's newest snapshot", async () => {
      const [board, first, second] = [create(), aSnapshot(), aSnapshot({ p99Ms: 12 })];
      await board.post(first);
      await board.post(second);
      await board.post({ ...first, connections: 9 });
      expect(await snapshotsOf(board, first.instance)).toEqual([{ ...first, connections: 9 }]);
      expect(await snapshotsOf(board, second.instance)).toEqual([second]);
    });

    it('should forget a withdrawn instance until it posts another snapshot', async () => {
      const [board, withdrawn, remaining] = [create(), aSnapshot(), aSnapshot()];
      await board.post(withdrawn);
      await board.post(remaining);
      await board.withdraw(withdrawn.instance);
      await board.withdraw(withdrawn.instance);
      expect(await snapshotsOf(board, withdrawn.instance, remaining.instance)).toEqual([remaining]);
      await board.post(withdrawn);
      expect(await snapshotsOf(board, withdrawn.instance, remaining.instance)).toHaveLength(2);
    });

    it('should show all instances after a few snapshots, even if they started at the same time', async () => {
      const board = create();
      const all = Array.from({ length: 4 }, () => aSnapshot());
      for (let round = 0; round < all.length; round++)
        await Promise.allSettled(all.map((snapshot) => board.post(snapshot)));
      expect(await snapshotsOf(board, ...all.map(({ instance }) => instance))).toHaveLength(all.length);
    });
  });
}
