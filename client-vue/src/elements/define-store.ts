import { effectScope, reactive, type EffectScope, type Reactive } from 'vue';

let scope: EffectScope = effectScope(true);
let stores = new Map<object, object>();

/** Does the same as the function with pinia in `stores/define-store.ts`, which it replaces in the custom elements. */
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

/** Recreates every store on its next use, as after a reload. Existing references keep the old stores. */
export function forgetStores(): void {
  scope.stop();
  scope = effectScope(true);
  stores = new Map();
}
