import { Observer } from '@tocsin/lab';
import { startStack, type ForeignSidecar, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll } from 'vitest';

export interface ShopStack {
  stack: Stack;
  /** An application without our code, which uses only its sidecar. */
  shop: ForeignSidecar;
  /** A client of the feed `all`. */
  observer: Observer;
}

/** Starts a stack, the sidecar of a foreign application and a client before the tests of a file, and stops them after. */
export function useShopStack(): ShopStack {
  const started = {} as ShopStack;
  beforeAll(async () => {
    started.stack = await startStack({ bffs: 1 });
    started.shop = await started.stack.startForeignSidecar('shop');
    started.observer = new Observer('client', started.stack.bffs[0]?.url ?? '');
    await started.observer.ready();
  });
  afterAll(async () => {
    started.observer.close();
    await started.stack.stop();
  });
  return started;
}
