import { keyUseKey, type KeyUse } from '@tocsin/contracts';
import type { KeyUseStore } from '../auth/key-uses.ts';

export class MemoryKeyUseStore implements KeyUseStore {
  readonly uses = new Map<string, KeyUse>();

  write(uses: ReadonlyMap<string, KeyUse>): Promise<void> {
    for (const [hash, use] of uses) this.uses.set(keyUseKey(hash), use);
    return Promise.resolve();
  }
}
