import { shallowRef } from 'vue';
import { loadLate } from '../../load-late.ts';
import { defineStore } from '../../stores/define-store.ts';
import type * as lateRow from './late-row.ts';

/** A row's buttons and menu. They load after the first list is shown. */
export const useRowTools = defineStore(() => {
  const parts = shallowRef<typeof lateRow>();
  let isLoading = false;

  function load(): void {
    if (!isLoading)
      loadLate(
        () => import('./late-row.ts'),
        (loaded) => (parts.value = loaded),
      );
    isLoading = true;
  }

  return { parts, load };
});
