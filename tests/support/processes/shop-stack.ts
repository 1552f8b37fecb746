import { Observer } from '@tocsin/lab';
import { startStack, type ExternalSidecar, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll } from 'vitest';

export interface ShopStack {
  stack: Stack;
  /** The sidecar of an application that has none of our code. */
  shop: ExternalSidecar;
  /** A client that is subscribed to the feed `all`. */
  observer: Observer;
}

/** Starts a stack, another application's sidecar and a client before a file's tests, and stops them afterwards. */
export function useShopStack(): ShopStack {
  const started = {} as ShopStack;
  beforeAll(async () => {
    started.stack = await startStack({ bffs: 1 });
    started.shop = await started.stack.startExternalSidecar('shop');
    started.observer = new Observer('client', started.stack.bffs[0]?.url ?? '');
    await started.observer.ready();
  });
  afterAll(async () => {
    started.observer.close();
    await started.stack.stop();
  });
  return started;
}
