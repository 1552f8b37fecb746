import { effectScope, reactive, type EffectScope, type Reactive } from 'vue';

const made = new Map<() => object, { state: object; scope: EffectScope }>();

/** State of the whole page, made when it is first asked for, apart from any component. Its refs are unwrapped. */
export function defineStore<T extends object>(setup: () => T): () => Reactive<T> {
  return () => {
    const known = made.get(setup);
    if (known) return known.state as Reactive<T>;
    const scope = effectScope(true);
    const state = scope.run(() => reactive(setup())) as Reactive<T>;
    made.set(setup, { state, scope });
    return state;
  };
}

/** Makes every store anew when it is next asked for, as after a reload; those that hold one keep the old. */
export function forgetStores(): void {
  for (const { scope } of made.values()) scope.stop();
  made.clear();
}
