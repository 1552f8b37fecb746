import { COMPONENTS } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import type { Entries } from '../deliver/ports.ts';

/** Entries behind Dapr's Redis binding, whose `get` with `delete` is GETDEL, the atomic pop. */
export class DaprEntries implements Entries {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  peek(key: string): Promise<string | undefined> {
    return this.#sidecar.invokeBinding(COMPONENTS.entries, { operation: 'get', metadata: { key } });
  }

  pop(key: string): Promise<string | undefined> {
    return this.#sidecar.invokeBinding(COMPONENTS.entries, {
      operation: 'get',
      metadata: { key, delete: 'true' },
    });
  }
}
