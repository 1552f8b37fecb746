import { createPinia, defineStore as definePiniaStore, disposePinia } from 'pinia';
import type { Reactive } from 'vue';

/** A pinia of this package's own, independent of the page's. */
let pinia = createPinia();
let count = 0;

/**
 * Defines state shared by the whole page, created on first use, independent of any component. Its refs are unwrapped.
 */
export function defineStore<T extends object>(setup: () => T): () => Reactive<T> {
  const use = definePiniaStore(`tocsin-${++count}`, setup);
  return () => use(pinia) as unknown as Reactive<T>;
}

/** Recreates every store on its next use, as after a reload. Existing references keep the old stores. */
export function forgetStores(): void {
  disposePinia(pinia);
  pinia = createPinia();
}
