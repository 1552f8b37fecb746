import { COMPONENTS, checkpointKey, checkpointSchema, type Checkpoint } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import type { Checkpoints } from '../deliver/ports.ts';

/** Dapr's etag for a key that must not exist yet. */
const ABSENT = '-1';

/** The partitions' checkpoints in Dapr's state API. */
export class DaprCheckpoints implements Checkpoints {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async read(partition: number): Promise<{ checkpoint: Checkpoint; etag: number } | undefined> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, checkpointKey(partition));
    return stored && { checkpoint: checkpointSchema.parse(stored.value), etag: Number(stored.etag) };
  }

  async write(partition: number, checkpoint: Checkpoint, etag: number): Promise<void> {
    await this.#sidecar.transact(COMPONENTS.state, [
      {
        operation: 'upsert',
        key: checkpointKey(partition),
        value: checkpoint,
        etag: etag === 0 ? ABSENT : String(etag),
      },
    ]);
  }
}
