import {
  COMPONENTS,
  DOCUMENT_VERSION,
  checkpointKey,
  checkpointSchema,
  isOfLaterVersion,
  type Checkpoint,
} from '@tocsin/contracts';
import { etagAfter, type Sidecar } from '@tocsin/service';
import type { Checkpoints } from '../deliver/ports.ts';

/**
 * Reads a stored checkpoint. Treats a damaged checkpoint as empty. That's safe since each feed's head records which of
 * a run's entries the feed already has.
 * @throws ZodError for a checkpoint from a later version
 */
function checkpointOf(value: unknown, version: number): Checkpoint {
  const parsed = checkpointSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  if (isOfLaterVersion(parsed.error, value)) throw parsed.error;
  return { v: DOCUMENT_VERSION, version, runs: {} };
}

export class DaprCheckpoints implements Checkpoints {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async read(partition: number): Promise<{ checkpoint: Checkpoint; etag: number } | undefined> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, checkpointKey(partition));
    return (
      stored && { checkpoint: checkpointOf(stored.value, Number(stored.etag)), etag: Number(stored.etag) }
    );
  }

  async write(partition: number, checkpoint: Checkpoint, etag: number): Promise<void> {
    await this.#sidecar.transact(COMPONENTS.state, [
      {
        operation: 'upsert',
        key: checkpointKey(partition),
        value: checkpoint,
        etag: etagAfter(etag),
      },
    ]);
  }
}
