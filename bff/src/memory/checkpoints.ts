import type { Checkpoint } from '@tocsin/contracts';
import { TemporaryError } from '../deliver/errors.ts';
import type { Checkpoints } from '../deliver/ports.ts';

export class MemoryCheckpoints implements Checkpoints {
  readonly #stored = new Map<number, { checkpoint: Checkpoint; etag: number }>();

  async read(partition: number): Promise<{ checkpoint: Checkpoint; etag: number } | undefined> {
    return structuredClone(this.#stored.get(partition));
  }

  async write(partition: number, checkpoint: Checkpoint, etag: number): Promise<void> {
    const before = this.#stored.get(partition);
    // As in Redis, a missing key accepts writes with any etag.
    if (before && before.etag !== etag)
      throw new TemporaryError(`the checkpoint of partition ${partition} was refused`);
    this.#stored.set(partition, { checkpoint: structuredClone(checkpoint), etag: (before?.etag ?? 0) + 1 });
  }
}
