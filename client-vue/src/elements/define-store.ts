import { effectScope, reactive, type EffectScope, type Reactive } from 'vue';

let scope: EffectScope = effectScope(true);
let stores = new Map<object, object>();

/** Drop-in replacement for `stores/define-store.ts`, so that the custom elements don't need pinia. */
export function defineStore<T extends object>(setup: () => T): () => Reactive<T> {
  return () => {
    let store = stores.get(setup);
    if (!store) {
      store = reactive(scope.run(setup) as T);
      stores.set(setup, store);
    }
    return store as Reactive<T>;
  };
}

/** Discards all stores, as a page reload does. The next use recreates them. Existing references keep the old stores. */
export function forgetStores(): void {
  scope.stop();
  scope = effectScope(true);
  stores = new Map();
}
