import { createPinia, defineStore as definePiniaStore, disposePinia } from 'pinia';
import type { Reactive } from 'vue';

/** A separate pinia, independent of the page's own. */
let pinia = createPinia();
let count = 0;

/** Defines state shared by the whole page. Created on first use, independent of components. Refs are unwrapped. */
export function defineStore<T extends object>(setup: () => T): () => Reactive<T> {
  const use = definePiniaStore(`tocsin-${++count}`, setup);
  return () => use(pinia) as unknown as Reactive<T>;
}

/** Discards all stores, as a page reload does. The next use recreates them. Existing references keep the old stores. */
export function forgetStores(): void {
  disposePinia(pinia);
  pinia = createPinia();
}
