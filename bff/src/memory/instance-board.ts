import type { InstanceSnapshot } from '@tocsin/contracts';
import type { InstanceBoard } from '../ops/ports.ts';

export class MemoryInstanceBoard implements InstanceBoard {
  readonly #snapshots = new Map<string, InstanceSnapshot>();

  async post(snapshot: InstanceSnapshot): Promise<void> {
    this.#snapshots.set(snapshot.instance, snapshot);
  }

  async read(): Promise<InstanceSnapshot[]> {
    return [...this.#snapshots.values()];
  }

  async withdraw(instance: string): Promise<void> {
    this.#snapshots.delete(instance);
  }
}
