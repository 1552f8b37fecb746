import { createPinia, defineStore as definePiniaStore, disposePinia } from 'pinia';
import type { Reactive } from 'vue';

/** Of this package alone: whether or how its page uses pinia is the page's affair. */
let pinia = createPinia();
let count = 0;

/** State of the whole page, made when it is first asked for, apart from any component. Its refs are unwrapped. */
export function defineStore<T extends object>(setup: () => T): () => Reactive<T> {
  const use = definePiniaStore(`tocsin-${++count}`, setup);
  return () => use(pinia) as unknown as Reactive<T>;
}

/** Makes every store anew when it is next asked for, as after a reload; those that hold one keep the old. */
export function forgetStores(): void {
  disposePinia(pinia);
  pinia = createPinia();
}
