import type { StoreOrigin } from '../deliver/ports.ts';
import { newEpoch } from '../feed/position.ts';

export class MemoryOrigin implements StoreOrigin {
  #epoch: string | undefined;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async firstEpoch(): Promise<string> {
    return (this.#epoch ??= newEpoch(this.#now()));
  }
}
