import { randomInt } from 'node:crypto';
import type { Checkpoint } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { Checkpoints } from '../../src/deliver/ports.ts';

/** Tests that every checkpoint store must pass. */
export function checkpointsSuite(name: string, create: () => Checkpoints): void {
  const checkpointOf = (version: number, seq: number): Checkpoint => ({
    ...{ v: 1, version },
    runs: { P0000001: [seq, 1_767_225_600_000] },
  });
  const aPartition = () => randomInt(1_000_000);

  describe(`${name} as a checkpoint store`, () => {
    it('should have no checkpoint for an unknown partition', async () => {
      expect(await create().read(aPartition())).toBeUndefined();
    });

    it('should return the last written checkpoint and an etag that counts the writes', async () => {
      const [checkpoints, partition] = [create(), aPartition()];
      await checkpoints.write(partition, checkpointOf(1, 3), 0);
      await checkpoints.write(partition, checkpointOf(2, 4), 1);
      expect(await checkpoints.read(partition)).toEqual({ checkpoint: checkpointOf(2, 4), etag: 2 });
    });

    it('should refuse a write with a stale etag', async () => {
      const [checkpoints, partition] = [create(), aPartition()];
      await checkpoints.write(partition, checkpointOf(1, 3), 0);
      await checkpoints.write(partition, checkpointOf(2, 4), 1);
      await expect(checkpoints.write(partition, checkpointOf(2, 9), 1)).rejects.toThrow();
      expect(await checkpoints.read(partition)).toEqual({ checkpoint: checkpointOf(2, 4), etag: 2 });
    });
  });
}
